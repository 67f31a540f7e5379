// How late the event loop of this process runs its timers, in windows of five seconds: one timer of the engine, none of it
// JavaScript. Charts, the list of nodes and what they tell each other read the same windows.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../lib/clock.ts';

const resolutionMs = 50;
const windowMs = 5000;
/** As many as one point of the last hour covers. */
const windowsKept = 3;

export interface EventLoopLag {
  /** 99 % of the last whole window were at most so late. */
  seconds(): number;
  /** The highest of the last 15 seconds. */
  highestSeconds(): number;
  close(): void;
}

export function openEventLoopLag(clock: Clock): EventLoopLag {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const windows: number[] = [];
  const timer = clock.every(windowMs, () => {
    const late = delays.count === 0 ? 0 : delays.percentile(99) / 1e9 - resolutionMs / 1000;
    windows.push(Math.max(0, late));
    if (windows.length > windowsKept) windows.shift();
    delays.reset();
  });
  return {
    seconds: () => windows.at(-1) ?? 0,
    highestSeconds: () => Math.max(0, ...windows),
    close() {
      timer.stop();
      delays.disable();
    },
  };
}
