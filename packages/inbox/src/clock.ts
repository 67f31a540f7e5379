// Time as the component takes it: the hour, and one call later. It is handed in, so that a test drives relative times
// and undo without waiting; the real one is here and nowhere else. The shape is that of the client's clock.

export interface Timer {
  stop(): void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after the delay. */
  after(delayMs: number, call: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, call) {
    const handle = setTimeout(call, delayMs);
    return { stop: () => clearTimeout(handle) };
  },
};
