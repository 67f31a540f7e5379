// The change subscriptions as the plan of a change looks them up.
// Made anew when one of them changes.
import type { KnownChangeSubscription, Watch, Watches } from '../model/change-subscription.ts';
import type { ChangeSubscriptions } from '../store/registry.ts';

export interface WatchSource {
  /** Null while there are none. */
  watches(): Watches | null;
  find(id: string): KnownChangeSubscription | null;
}

export function openWatches(subscriptions: Pick<ChangeSubscriptions, 'version' | 'known'>): WatchSource {
  let version = -1;
  let watches: Watches | null = null;
  let byId: ReadonlyMap<string, KnownChangeSubscription> = new Map();

  function look(): void {
    const now = subscriptions.version();
    if (now === version) return;
    const known = subscriptions.known();
    version = now;
    byId = new Map(known.map((each) => [each.id, each]));
    const living = known.filter(({ ended }) => !ended);
    watches = living.length === 0 ? null : indexOf(living);
  }

  return {
    watches() {
      look();
      return watches;
    },
    find(id) {
      look();
      return byId.get(id) ?? null;
    },
  };
}

function indexOf(living: readonly KnownChangeSubscription[]): Watches {
  const byUser = new Map<NonNullable<Watch['user']>, Watch[]>();
  const byApp = new Map<Watch['app'], Watch[]>();
  for (const { id, app, user, resource, seesAll, changeTypes, withData, expires } of living) {
    const watch = { id, app, user, resource, seesAll, changeTypes, withData, expires };
    if (user === null) append(byApp, app, watch);
    else append(byUser, user, watch);
  }
  return { byUser, byApp };
}

function append<Key>(lists: Map<Key, Watch[]>, key: Key, watch: Watch): void {
  const list = lists.get(key);
  if (list) list.push(watch);
  else lists.set(key, [watch]);
}
