// The one home of time. Everything that reads the time or waits takes a Clock, so that a test drives it.
// Times are whole milliseconds since 1970 in UTC.

export interface Timer {
  stop(): void;
}

export interface Clock {
  now(): number;
  /** Calls once after `delayMs`. */
  after(delayMs: number, call: () => void): Timer;
  /** Calls every `periodMs`; never keeps the process alive. */
  every(periodMs: number, call: () => void): Timer;
}

/** Waits, and keeps the process alive meanwhile: a command that waits has nothing else that does. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** The process does not end by itself until the answer is called. */
export function keepAlive(): () => void {
  const handle = setInterval(() => {}, 2 ** 30);
  return () => clearInterval(handle);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, call) {
    const handle = setTimeout(call, delayMs);
    handle.unref();
    return { stop: () => clearTimeout(handle) };
  },
  every(periodMs, call) {
    const handle = setInterval(call, periodMs);
    handle.unref();
    return { stop: () => clearInterval(handle) };
  },
};
