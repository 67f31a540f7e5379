// The heads that this node has moved. Each is announced three times, so that a lost change is found even when the first
// announcement is lost too. While the bus is away they are kept and announced afterwards.
import type { UserKey } from '../model/principal.ts';
import type { FeedHead } from '../store/store.ts';

const announcements = 3;
/** Beyond it the older half is dropped; the sweep of the other nodes finds those heads. */
export const movedMax = 100_000;

export class MovedHeads {
  readonly #moved = new Map<UserKey, { readonly head: FeedHead; left: number }>();

  moved({ user, epoch, seq }: FeedHead): void {
    this.#moved.delete(user);
    if (this.#moved.size >= movedMax) this.#forgetHalf();
    this.#moved.set(user, { head: { user, epoch, seq }, left: announcements });
  }

  /** Many at once: finding the oldest entry of a Map takes longer, the more entries before it were deleted. */
  #forgetHalf(): void {
    for (const user of this.#moved.keys().take(movedMax / 2)) this.#moved.delete(user);
  }

  /** The heads to announce now. */
  take(): FeedHead[] {
    const heads: FeedHead[] = [];
    for (const [user, moved] of this.#moved) {
      heads.push(moved.head);
      if (--moved.left === 0) this.#moved.delete(user);
    }
    return heads;
  }
}
