// Time and chance of this package: the only place that reads the clock, waits and draws a random number. Callers stop a
// pause with their signal.

export const now = (): number => Date.now();

/** Full jitter: anything up to this long. */
export const jittered = (ms: number): number => Math.random() * ms;

export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
