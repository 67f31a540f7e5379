// The heads that this node has moved. Each is announced three times, so that a lost change is found even when the first
// announcement is lost too. While the bus is away they are kept and announced afterwards.
import { BoundedMap } from '../lib/bounded-map.ts';
import type { UserKey } from '../model/principal.ts';
import type { FeedHead } from '../store/store.ts';

const announcements = 3;
/** Beyond it the oldest are dropped; the sweep of the other nodes finds those heads. */
export const movedMax = 100_000;

interface Moved {
  readonly head: FeedHead;
  left: number;
}

export class MovedHeads {
  readonly #moved = new BoundedMap<UserKey, Moved>({ entriesMax: movedMax });

  moved({ user, epoch, seq }: FeedHead): void {
    this.#moved.set(user, { head: { user, epoch, seq }, left: announcements });
  }

  /** The heads to announce now. */
  take(): FeedHead[] {
    const heads: FeedHead[] = [];
    for (const moved of this.#moved.values()) {
      heads.push(moved.head);
      if (--moved.left === 0) this.#moved.delete(moved.head.user);
    }
    return heads;
  }
}
