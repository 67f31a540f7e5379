// Rate limits: a bucket for each (user, app) that counts every request, and one for each address that counts only failed
// authentications. Whoever shares the address of somebody who fails is not limited by it: only what fails is refused.
import { randomUUID } from 'node:crypto';
import { addressBlock } from '../auth/address-block.ts';
import type { Identity } from '../auth/authenticate.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { TokenBuckets } from '../lib/token-bucket.ts';
import { throttled } from '../model/errors.ts';
import type { UserKey } from '../model/principal.ts';
import { BusyNodes } from './busy-nodes.ts';
import { shareUse } from './shared-use.ts';

export interface Throttle {
  /** Throws `throttled` in place of the failure once an address has failed too often. */
  countFailure(address: string): void;
  /** Throws `throttled` when the user's requests through this app are too many; `target` is the user an app writes for. */
  count(identity: Identity, target: UserKey | null): void;
}

const failuresPerMinute = 600;
const keysMax = 100_000;

export interface ThrottleOptions {
  /** Null: nothing is throttled by user; addresses always are. */
  readonly perMinute: number | null;
  readonly clock: Clock;
  /** The app that a token counts for: its clients share one allowance. Null for a stranger to all of them. */
  readonly appOf: (identity: Identity) => string | null;
  /** The bus to the nodes that share all allowances. */
  readonly bus?: Bus | null;
}

export function openThrottle({ perMinute, clock, appOf, bus = null }: ThrottleOptions): Throttle {
  const open = (limit: number, space: string) => {
    const buckets = new TokenBuckets({ perMinute: limit, burst: limit, keysMax }, clock);
    return { buckets, shared: bus && shareUse({ bus, space, buckets, burst: limit, keysMax }) };
  };
  const nodes = bus && new BusyNodes(bus, clock, randomUUID());
  const addresses = open(failuresPerMinute, 'address ');
  const callers = perMinute === null ? null : open(perMinute, 'caller ');
  return {
    countFailure(address) {
      const key = addressBlock(address);
      const waitMs = addresses.buckets.take(key);
      refuse('Too many requests from this address failed', { waitMs, limit: failuresPerMinute });
      addresses.shared?.count(key);
    },
    count(identity, target) {
      if (!callers) return;
      const { issuer, subject, clientId, appOnly } = identity;
      const user = appOnly ? (target ?? '') : `${issuer} ${subject}`;
      // A stranger counts alone, so that nobody spends the allowance of an app whose name it bears.
      const key = `${appOf(identity) ?? `${clientId} of ${issuer}`} ${user}`;
      refuse('Too many requests', { waitMs: callers.buckets.take(key), limit: perMinute ?? 0 });
      callers.shared?.count(key);
      const more = (nodes?.cost ?? 1) - 1;
      if (more > 0) callers.buckets.charge(key, more);
    },
  };
}

/** `limit`: requests a minute. */
function refuse(what: string, { waitMs, limit }: { readonly waitMs: number; readonly limit: number }): void {
  if (waitMs === 0) return;
  throw throttled(`${what}: wait as long as Retry-After says.`, { retryAfterMs: waitMs, limit });
}
