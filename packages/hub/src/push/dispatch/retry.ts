// When an attempt that failed is made again: exponential backoff with full jitter, 1 s doubling to 10 min, and never
// before the provider said. Full jitter spreads what failed together (AWS Architecture Blog, "Exponential Backoff And
// Jitter", 2015). A provider that asks for more than an hour is asked again after that hour.
import { longestAfterMs, spreadMs } from '../../model/delivery.ts';

const firstMs = 1000;
const longestMs = 600_000;

export interface Retry {
  /** How many attempts have failed by now; at least 1. */
  readonly attempts: number;
  /** The provider's Retry-After, if it sent one. */
  readonly afterMs: number | null;
  /** It waits no longer than this by itself. */
  readonly mostMs: number;
  readonly random: () => number;
}

export function retryDelayMs({ attempts, afterMs, mostMs, random }: Retry): number {
  const ceiling = Math.min(longestMs, mostMs, firstMs * 2 ** Math.min(attempts - 1, 20));
  const asked = Math.min(afterMs ?? 0, longestAfterMs);
  // Deliveries with the same Retry-After are spread.
  if (afterMs !== null && asked >= ceiling) return asked + Math.floor(random() * spreadMs);
  return Math.max(asked, Math.floor(random() * ceiling));
}
