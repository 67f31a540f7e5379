// When an attempt that failed is made again: exponential backoff with full jitter, 1 s doubling to 10 min, and never
// before the provider said. Full jitter spreads what failed together (AWS Architecture Blog, "Exponential Backoff And
// Jitter", 2015).

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
  // Deliveries with the same Retry-After are spread over a second.
  if (afterMs !== null && afterMs >= ceiling) return afterMs + Math.floor(random() * 1000);
  return Math.max(afterMs ?? 0, Math.floor(random() * ceiling));
}
