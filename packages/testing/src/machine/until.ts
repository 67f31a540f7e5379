// Waits until something is so. The only wait of all tests: it looks again after a quarter of the time that it has waited
// so far, so that what is quick is seen at once and what is slow costs the machine nothing meanwhile.
import { setImmediate as nextTurn } from 'node:timers';

// bound: a condition that never comes true fails its test with a name, instead of hanging the file
const untilMaxMs = 30_000;
const longestPauseMs = 10;

/** Answers what `condition` answers, once that is something true. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what = 'the condition',
  maxMs = untilMaxMs,
): Promise<NonNullable<T>> {
  const startMs = performance.now();
  for (;;) {
    const value = await condition();
    if (value) return value as NonNullable<T>;
    const waitedMs = performance.now() - startMs;
    if (waitedMs > maxMs) throw new Error(`${what} did not come true`);
    await pause(Math.min(waitedMs / 4, longestPauseMs));
  }
}

function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // bound: a pause between two looks, never the wait itself
  if (ms >= 1) setTimeout(resolve, ms);
  else nextTurn(resolve);
  return promise;
}
