// Token buckets by key, in bounded memory: a bucket that has filled up again is the same as one never seen, so full
// ones are dropped, and under pressure the least recently used go first.
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
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BucketLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes a token: 0, or after how many milliseconds there will be one. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs === 0) (this.#buckets.get(key) as Bucket).tokens -= 1;
    return waitMs;
  }

  /** Takes tokens that were spent elsewhere, be they there or not: a debt of at most a burst is paid off first. */
  charge(key: string, tokens: number): void {
    const bucket = this.#refilled(key);
    bucket.tokens = Math.max(-this.#limits.burst, bucket.tokens - tokens);
  }

  /** How long until a token is there, without taking it. */
  waitMs(key: string): number {
    const { perMinute } = this.#limits;
    const bucket = this.#refilled(key);
    return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) * 60_000) / perMinute);
  }

  #refilled(key: string): Bucket {
    const { perMinute, burst, keysMax } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key);
    if (bucket) {
      bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perMinute) / 60_000);
      bucket.at = now;
      this.#buckets.delete(key);
      this.#buckets.set(key, bucket);
      return bucket;
    }
    if (this.#buckets.size >= keysMax) this.#buckets.delete(this.#buckets.keys().next().value as string);
    const fresh = { tokens: burst, at: now };
    this.#buckets.set(key, fresh);
    return fresh;
  }
}
