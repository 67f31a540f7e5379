// Token buckets by key, in bounded memory. Under pressure the least recently used ones are dropped: they have most likely
// filled up again, and a full bucket equals a new one.
import type { Clock } from './clock.ts';

export interface BucketLimits {
  /** Tokens that come back each minute. */
  readonly perMinute: number;
  /** Tokens of a full bucket. */
  readonly burst: number;
  readonly keysMax: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #clock: Clock;
  // Two generations instead of one Map in the order of use: keys that are deleted and set again leave deleted entries
  // behind, and finding the oldest key walks over all of them.
  #recent = new Map<string, Bucket>();
  #older: ReadonlyMap<string, Bucket> = new Map();

  constructor(limits: BucketLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes a token: answers 0, or the milliseconds until there is one. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs === 0) (this.#recent.get(key) as Bucket).tokens -= 1;
    return waitMs;
  }

  /** Takes tokens that were spent elsewhere, below zero if need be: by at most a burst, which refills first. */
  charge(key: string, tokens: number): void {
    const bucket = this.#refilled(key);
    bucket.tokens = Math.max(-this.#limits.burst, bucket.tokens - tokens);
  }

  /** The milliseconds until a token is there, without taking it. */
  waitMs(key: string): number {
    const { perMinute } = this.#limits;
    const bucket = this.#refilled(key);
    return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) * 60_000) / perMinute);
  }

  #refilled(key: string): Bucket {
    const { perMinute, burst } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#recent.get(key) ?? this.#moved(key, now);
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perMinute) / 60_000);
    bucket.at = now;
    return bucket;
  }

  /** From the older generation, or a new one. */
  #moved(key: string, now: number): Bucket {
    const { burst, keysMax } = this.#limits;
    const bucket = this.#older.get(key) ?? { tokens: burst, at: now };
    if (this.#recent.size >= Math.floor(keysMax / 2)) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, bucket);
    return bucket;
  }
}
