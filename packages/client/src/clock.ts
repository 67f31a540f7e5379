// The only place in the client that reads the time or draws random numbers. Everything else takes the clock and the random
// source as arguments, so that a test drives them. Times are whole milliseconds since 1970 in UTC.

export interface Timer {
  stop(): void;
}

export interface Clock {
  now(): number;
  /** Calls once after `delayMs`. */
  after(delayMs: number, call: () => void): Timer;
}

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/** The longest that browsers and Node wait; longer ones would fire at once. */
const delayMaxMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, call) {
    const handle = setTimeout(call, Math.min(delayMs, delayMaxMs));
    return { stop: () => clearTimeout(handle) };
  },
};

/** `AbortSignal.timeout`, which React Native lacks. It does not keep Node running. */
export function timeoutSignal(delayMs: number): AbortSignal {
  const abort = new AbortController();
  const timer: object = Object(setTimeout(() => abort.abort(), delayMs));
  if ('unref' in timer && typeof timer.unref === 'function') timer.unref();
  return abort.signal;
}

export const systemRandom: Random = () => Math.random();
