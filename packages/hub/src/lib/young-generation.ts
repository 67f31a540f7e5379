// Bounds V8's young generation. By default it doubles under load up to 64 MiB a half, which is no faster and costs 5 to 8
// KiB more for each of 10 000 idle streams. When idle, V8 shrinks it to 1 MiB; without room to grow again, frequent
// collections cost a third more a request. V8 reads the flag each time. Loading a hub would grow it too, and V8 gives that
// back late: 10 MB of a hub that nobody has asked for anything.
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves. */
export const youngBytes = 16 * 1024 * 1024;

/** As small as the process began, until it serves. */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

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
