// The heads that this node has moved, each told three times over: a change that was lost on its way, and even the first
// word of it, is made good by the next. While nobody can be told they are kept, so that the others hear of them later.
import type { UserKey } from '../model/principal.ts';
import type { FeedHead } from '../store/store.ts';

const timesTold = 3;
/** Beyond it the older half is forgotten; the slow sweep of the others finds them. */
export const movedMax = 100_000;

export class MovedHeads {
  readonly #moved = new Map<UserKey, { readonly head: FeedHead; left: number }>();

  moved({ user, epoch, seq }: FeedHead): void {
    this.#moved.delete(user);
    if (this.#moved.size >= movedMax) this.#forgetHalf();
    this.#moved.set(user, { head: { user, epoch, seq }, left: timesTold });
  }

  /** Many at once: to find the oldest of a Map takes as long as many were deleted before it. */
  #forgetHalf(): void {
    for (const user of this.#moved.keys().take(movedMax / 2)) this.#moved.delete(user);
  }

  /** What is to be told now. */
  take(): FeedHead[] {
    const heads: FeedHead[] = [];
    for (const [user, moved] of this.#moved) {
      heads.push(moved.head);
      if (--moved.left === 0) this.#moved.delete(user);
    }
    return heads;
  }
}
