// Token buckets by key, in bounded memory: under pressure those that were used least recently are forgotten, which most
// likely have filled up again, and a full bucket is the same as one never seen.
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
  // Two generations instead of one in the order of use: a key that is deleted and set again all the time leaves its
  // tombstones in one chain of the Map, and to find the oldest key walks over those of all others.
  #recent = new Map<string, Bucket>();
  #older: ReadonlyMap<string, Bucket> = new Map();

  constructor(limits: BucketLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes a token: 0, or after how many milliseconds there will be one. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs === 0) (this.#recent.get(key) as Bucket).tokens -= 1;
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
    const { perMinute, burst } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#recent.get(key) ?? this.#moved(key, now);
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perMinute) / 60_000);
    bucket.at = now;
    return bucket;
  }

  /** From the older ones, or a fresh one. */
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
