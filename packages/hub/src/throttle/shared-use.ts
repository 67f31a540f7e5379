// An allowance that all nodes share: each counts what it lets through, tells the others now and then, and charges what
// they tell to its own buckets. A node keeps at most a hundredth of an allowance to itself, so ten nodes together stay
// within a tenth; a user who asks seldom is never told of. Without the bus each node limits by itself
// (busy-nodes).

import type { Bus } from '../bus/bus.ts';
import type { TokenBuckets } from '../lib/token-bucket.ts';

const untoldShare = 0.01;

export interface SharedUse {
  /** A token was taken here. */
  count(key: string): void;
}

export interface SharedUseOptions {
  readonly bus: Bus;
  /** Tells these allowances from others on the bus. */
  readonly space: string;
  readonly buckets: TokenBuckets;
  readonly burst: number;
  readonly keysMax: number;
}

export function shareUse({ bus, space, buckets, burst, keysMax }: SharedUseOptions): SharedUse {
  const tellAt = Math.max(1, Math.floor(burst * untoldShare));
  const untold = new Map<string, number>();
  bus.listen({
    used(uses) {
      for (const { key, tokens } of uses) {
        if (key.startsWith(space)) buckets.charge(key.slice(space.length), tokens);
      }
    },
  });
  return {
    count(key) {
      const tokens = (untold.get(key) ?? 0) + 1;
      if (tokens >= tellAt) {
        untold.delete(key);
        bus.publishUse([{ key: space + key, tokens }]);
      } else {
        if (untold.size >= keysMax) untold.clear(); // less than a hundredth of each allowance
        untold.set(key, tokens);
      }
    },
  };
}
