// An allowance that all nodes share. Each node counts the requests that it admits, publishes the count now and then, and
// charges what others publish to its own buckets. It publishes each time the count reaches 1 % of the allowance, so ten
// nodes together exceed it by at most a tenth, and a user with few requests costs no message. Without the bus each node
// limits on its own (busy-nodes).

import type { Bus } from '../bus/bus.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { TokenBuckets } from '../lib/token-bucket.ts';

const publishedShare = 0.01;

export interface SharedUse {
  /** A token was taken here. */
  count(key: string): void;
}

export interface SharedUseOptions {
  readonly bus: Bus;
  /** Separates these allowances from others on the bus. */
  readonly space: string;
  readonly buckets: TokenBuckets;
  readonly burst: number;
  readonly keysMax: number;
}

export function shareUse({ bus, space, buckets, burst, keysMax }: SharedUseOptions): SharedUse {
  const publishAt = Math.max(1, Math.floor(burst * publishedShare));
  const unpublished = new BoundedMap<string, number>({ entriesMax: keysMax });
  bus.listen({
    used(uses) {
      for (const { key, tokens } of uses) {
        if (key.startsWith(space)) buckets.charge(key.slice(space.length), tokens);
      }
    },
  });
  return {
    count(key) {
      const tokens = (unpublished.get(key) ?? 0) + 1;
      if (tokens >= publishAt) {
        unpublished.delete(key);
        bus.publishUse([{ key: space + key, tokens }]);
      } else {
        unpublished.set(key, tokens); // what is dropped is less than 1 % of an allowance
      }
    },
  };
}
