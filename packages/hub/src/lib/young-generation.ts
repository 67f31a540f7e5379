// Bounds the part of the heap that V8 collects often. Left alone it doubles under load up to 64 MiB a half, no faster,
// and 5 to 8 KiB more for each of 10 000 idle streams; and when little happens V8 shrinks it to 1 MiB, from where it
// must be let grow again: a hub that collects so often spends a third more on each request. V8 reads the flag each time.
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves. */
export const youngBytes = 16 * 1024 * 1024;

/** From now on, for the whole process. */
export function boundYoungGeneration(): void {
  let grows: boolean | null = null;
  const bound = (): void => {
    const small = youngSize() < youngBytes;
    if (small === grows) return;
    grows = small;
    setFlagsFromString(`--semi-space-growth-factor=${small ? 2 : 1}`);
  };
  bound();
  new PerformanceObserver(bound).observe({ entryTypes: ['gc'] });
}

export function youngSize(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
