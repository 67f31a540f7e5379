// Token buckets by key, in bounded memory. Under pressure the least recently used ones are dropped: they have most likely
// filled up again, and a full bucket equals a new one.
import { BoundedMap } from './bounded-map.ts';
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
  readonly #buckets: BoundedMap<string, Bucket>;

  constructor(limits: BucketLimits, clock: Clock) {
    this.#limits = limits;
    this.#buckets = new BoundedMap({ entriesMax: limits.keysMax, keeps: 'used' });
    this.#clock = clock;
  }

  /** Takes a token: answers 0, or the milliseconds until there is one. */
  take(key: string): number {
    const bucket = this.#refilled(key);
    const waitMs = this.#waitMsOf(bucket);
    if (waitMs === 0) bucket.tokens -= 1;
    return waitMs;
  }

  /** Takes tokens that were spent elsewhere, below zero if need be: by at most a burst, which refills first. */
  charge(key: string, tokens: number): void {
    const bucket = this.#refilled(key);
    bucket.tokens = Math.max(-this.#limits.burst, bucket.tokens - tokens);
  }

  /** The milliseconds until a token is there, without taking it. */
  waitMs(key: string): number {
    return this.#waitMsOf(this.#refilled(key));
  }

  #waitMsOf({ tokens }: Bucket): number {
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60_000) / this.#limits.perMinute);
  }

  #refilled(key: string): Bucket {
    const { perMinute, burst } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? this.#full(key, now);
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perMinute) / 60_000);
    bucket.at = now;
    return bucket;
  }

  #full(key: string, now: number): Bucket {
    const bucket = { tokens: this.#limits.burst, at: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
