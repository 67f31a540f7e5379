// The time of the component: now, and one call after a delay. It is an argument everywhere, so that a test drives relative
// times and undo without waiting. Only this file reads the real time. The interface is that of the client's clock.

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
