// What is known of single push addresses, by subscription: whether the provider took a push to it, and its own circuit
// breaker. One that fails waits by itself; its lane, its push service and the other addresses go on.
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { Outcome } from '../channels/contract.ts';
import { Breaker } from './breaker.ts';
import { type Entry, waitOf } from './hosts.ts';

const remembered = 16_384;
const failuresToOpen = 3;

export interface Address {
  /** Another address of the same subscription starts anew. */
  readonly hash: string | null;
  /** The provider took the last push to it. */
  isGood: boolean;
  /** Null while it has not failed. */
  failing: { readonly breaker: Breaker; readonly since: number; probeAt: number } | null;
}

type Named = Pick<StoredSubscription, 'id' | 'addressHash'>;

export class Addresses {
  readonly #known = new BoundedMap<string, Address>({ entriesMax: remembered, keeps: 'used' });

  /** The provider took the last push to that subscription. */
  isGood(subscription: string): boolean {
    return this.#known.get(subscription)?.isGood ?? false;
  }

  /** Null of one that no attempt was made to yet. Looked up once for each attempt, and again at its end. */
  find({ id, addressHash }: Named): Address | null {
    const known = this.#known.get(id);
    return known && known.hash === addressHash ? known : null;
  }

  /** An attempt ended. Answers since when the address has been failing; null when it is not. */
  ended(named: Named, { verdict, blame, afterMs }: Outcome, now: number): number | null {
    const known = this.find(named);
    const failed = verdict === 'retry' || verdict === 'throttled';
    if (failed && blame === null) {
      known?.failing?.breaker.notMade();
      return known?.failing?.since ?? null;
    }
    if (!failed) {
      const isGood = verdict === 'accepted';
      // As for nearly every push: nothing new.
      if (known && known.isGood === isGood && !known.failing) return null;
      if (isGood || known) this.#known.set(named.id, { hash: named.addressHash, isGood, failing: null });
      return null;
    }
    const failing = known?.failing ?? { breaker: new Breaker(failuresToOpen), since: now, probeAt: 0 };
    failing.breaker.failed(now, afterMs);
    this.#known.set(named.id, { hash: named.addressHash, isGood: false, failing });
    return failing.since;
  }
}

/** How long an attempt has to wait, and since when the address fails; null: it may start now. */
export function waitFor(address: Address | null, now: number): (Entry & { readonly since: number }) | null {
  const failing = address?.failing;
  if (!failing || failing.breaker.admits(now) > 0) return null;
  return { ...waitOf(failing, now), since: failing.since };
}
