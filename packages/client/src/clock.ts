// The only place in the client that reads the time or draws random numbers. Everything else takes the clock and the random
// source as arguments, so that a test drives them. Times are whole milliseconds since 1970 in UTC.

export interface Timer {
  stop(): void;
}

export interface Clock {
  now(): number;
  /** What `now` adds to the time of the device, where it is corrected. */
  readonly offsetMs?: number;
  /** Calls once after `delayMs`. */
  after(delayMs: number, call: () => void): Timer;
}

/** The time of what does not come. */
export const never = Number.POSITIVE_INFINITY;

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

/** An answer's Date has whole seconds, and was on its way: a smaller difference is no fault of the clock. */
const toleranceMs = 2_000;

/** The hub's clock: that of the device, which may be hours off, corrected by the Date of the hub's answers. */
export class HubClock implements Clock {
  readonly #device: Clock;
  offsetMs = 0;
  /** What had expired or slept by the device's clock may not have by the hub's. */
  onChange = () => {};

  constructor(device: Clock = systemClock) {
    this.#device = device;
  }

  now(): number {
    return this.#device.now() + this.offsetMs;
  }

  after(delayMs: number, call: () => void): Timer {
    return this.#device.after(delayMs, call);
  }

  /** `date` is the header of an answer that has just arrived. */
  correct(date: string | null): void {
    const byMs = Date.parse(date ?? '') - this.now();
    if (Math.abs(byMs) > toleranceMs) this.setOffset(this.offsetMs + byMs);
  }

  /** Of an earlier session, until the hub answers. */
  restore(offsetMs: number): void {
    if (this.offsetMs === 0 && offsetMs !== 0) this.setOffset(offsetMs);
  }

  setOffset(offsetMs: number): void {
    this.offsetMs = offsetMs;
    this.onChange();
  }
}

/** `AbortSignal.timeout`, which React Native lacks. It does not keep Node running. */
export function timeoutSignal(delayMs: number): AbortSignal {
  const abort = new AbortController();
  Object(setTimeout(() => abort.abort(), delayMs)).unref?.();
  return abort.signal;
}

export const systemRandom: Random = () => Math.random();
