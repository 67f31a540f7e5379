// How long to wait before the next try. The clients of a hub that restarts reconnect spread out: a thousand of them within
// 10 s, and never more than 200 in one second. Pure.
import type { Random } from '../clock.ts';

/** 1 000 clients over this long are 133 a second; with those that came too early and try again, fewer than 200. */
const windowMs = 7500;
const windowMaxMs = 60_000;
/** The hub spreads its own `retryAfterMs` over 5 s, 200 a second; stretched by chance they are about 150. */
const stretch = 0.7;
/** The least wait, so that no loop spins. */
const floorMs = 50;

export interface Failure {
  /** Tries that failed in a row; 1 at first. */
  readonly count: number;
  /** The wait that the hub asked for. */
  readonly retryAfterMs: number | null;
}

/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"); the first two tries have the same window. */
export function backoffMs({ count, retryAfterMs }: Failure, random: Random): number {
  if (retryAfterMs !== null) return Math.max(floorMs, retryAfterMs * (1 + stretch * random()));
  const window = Math.min(windowMaxMs, windowMs * 2 ** Math.max(0, count - 2));
  return Math.max(floorMs, window * random());
}
