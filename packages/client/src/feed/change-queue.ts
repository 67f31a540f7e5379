// The steps of a view as an async iterable, for one reader. A reader that falls far behind gets one `replaced` step in place
// of those that it missed, and the refusals.
import type { FeedChange } from './feed.ts';

const queuedMax = 1000;
/** The latest refusals and answers that came too late; the view shows the hub's state in any case. */
const refusedMax = 100;

export class ChangeQueue implements AsyncIterableIterator<FeedChange> {
  readonly #onEnd: (queue: ChangeQueue) => void;
  #queued: FeedChange[] = [];
  #waiting: ((result: IteratorResult<FeedChange>) => void)[] = [];
  #isOver = false;

  constructor(onEnd: (queue: ChangeQueue) => void) {
    this.#onEnd = onEnd;
  }

  push(change: FeedChange): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting({ done: false, value: change });
    else if (this.#queued.length < queuedMax) this.#queued.push(change);
    else {
      const refused = this.#queued
        .filter(({ type }) => type === 'refused' || type === 'decided')
        .slice(-refusedMax);
      this.#queued = [...refused, { type: 'replaced' }, change];
    }
  }

  end(): void {
    this.#isOver = true;
    for (const waiting of this.#waiting) waiting({ done: true, value: undefined });
    this.#waiting = [];
  }

  next(): Promise<IteratorResult<FeedChange>> {
    const value = this.#queued.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<FeedChange>> {
    this.#onEnd(this);
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
