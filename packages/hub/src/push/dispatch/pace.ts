// How many attempts begin in a turn of the event loop. While requests are served few do, since posting never waits for a
// push; pushes catch up afterwards.
import type { Committer } from '../../feed/commit.ts';
import type { Clock, Timer } from '../../lib/clock.ts';

const begunAtOnce = 32;
/** While requests are served, few in a while: some 5 % of this thread's time. */
const begunUnderLoad = { attempts: 4, everyMs: 10 };
/** So many writes on their way mean that requests are served. */
const loadedFrom = 8;
const loadedForMs = 50;

export class Pace {
  readonly #committer: Pick<Committer, 'load'>;
  readonly #clock: Clock;
  #begunAt = 0;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #later: Timer | null = null;

  constructor({ committer, clock }: { readonly committer: Pick<Committer, 'load'>; readonly clock: Clock }) {
    this.#committer = committer;
    this.#clock = clock;
  }

  /** In this turn. */
  get attempts(): number {
    return this.look() ? begunUnderLoad.attempts : begunAtOnce;
  }

  /** Whether requests are served, now or a moment ago: between two batches there may be nothing to be seen of a load. */
  look(): boolean {
    const now = this.#clock.now();
    if (this.#committer.load >= loadedFrom) this.#loadedAt = now;
    return now - this.#loadedAt < loadedForMs && now >= this.#loadedAt;
  }

  /** While requests are served, the next few attempts have their time, and `then` is called at it. */
  holdsBack(then: () => void): boolean {
    if (!this.look()) return false;
    const now = this.#clock.now();
    const waitMs = this.#begunAt + begunUnderLoad.everyMs - now;
    if (waitMs > 0 && waitMs <= begunUnderLoad.everyMs) {
      this.#later ??= this.#clock.after(waitMs, () => {
        this.#later = null;
        then();
      });
      return true;
    }
    this.#begunAt = now;
    return false;
  }
}
