// A promise with its resolve and reject, and signals that abort together: `Promise.withResolvers` and `AbortSignal.any`, which
// Safari 16.4, Chrome 105, Firefox 115 or React Native lack. And a bound for what may never answer.
import type { Clock } from './clock.ts';

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function defer<T = void>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve'];
  let reject!: Deferred<T>['reject'];
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}

/** Aborts with the first of them. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const any = new AbortController();
  for (const signal of signals) {
    const abort = (): void => any.abort(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { signal: any.signal });
  }
  return any.signal;
}

/**
 * Rejects when `work` does, or when it has not ended in time. The time has two halves: where the device was asleep, or busy
 * with something else, the answer may lie there already when the first one ends.
 */
export function within<T>(clock: Clock, maxMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = defer<T>();
  let timer = clock.after(maxMs / 2, () => {
    timer = clock.after(maxMs / 2, () => reject(new Error('There was no answer.')));
  });
  return Promise.race([work, promise]).finally(() => timer.stop());
}
