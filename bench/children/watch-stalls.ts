// Loaded into a hub before anything else (NODE_OPTIONS, --import): the longest time for which its main thread did nothing
// of what was due, by a ticker of one millisecond, and the most of its own CPU time between two ticks. The difference is
// waiting, or a machine that is busy with others. At each SIGUSR2 both are added to the file in BENCH_STALLS, and begun anew.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { BENCH_STALLS: file } = process.env;
const tickMs = 1;

if (isMainThread && file !== undefined) {
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = { at: performance.now(), cpu: cpuMs() };
  let longest = { stood: 0, worked: 0 };
  const tick = (): void => {
    const now = { at: performance.now(), cpu: cpuMs() };
    const stood = Math.max(longest.stood, now.at - last.at - tickMs);
    longest = { stood, worked: Math.max(longest.worked, now.cpu - last.cpu) };
    last = now;
  };
  setInterval(tick, tickMs).unref();
  process.on('SIGUSR2', () => {
    tick();
    appendFileSync(file, `${JSON.stringify(longest)}\n`);
    longest = { stood: 0, worked: 0 };
  });
}
