// What a device has fetched: marked when a page, a list or a single read was answered to it, when it acknowledges over its
// stream, returns with a cursor, or sends a receipt. A mark that can't be stored delays no answer: the worst result is one
// push too many.
import type { Committer } from '../feed/commit.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { UserKey } from '../model/principal.ts';
import type { FetchedOne } from '../model/write.ts';

interface Fetching {
  readonly user: UserKey;
  /** Its id in the store, not its UNS-ID. */
  readonly id: string;
}

export interface Fetched {
  /** Everything up to a sequence. */
  upTo(subscription: Fetching, seq: number): Promise<void>;
  /** Single notifications. */
  each(subscription: Fetching, rows: readonly FetchedOne[]): Promise<void>;
}

/** Marks kept in memory, so that a device that polls without changes writes nothing. */
const remembered = 10_000;

export function openFetched(committer: Pick<Committer, 'commit'>): Fetched {
  const marked = new BoundedMap<string, number>({ entriesMax: remembered });
  const mark = async (
    subscription: Fetching,
    upTo: number | null,
    each: readonly FetchedOne[],
  ): Promise<boolean> => {
    try {
      await committer.commit({
        kind: 'fetch',
        user: subscription.user,
        subscription: subscription.id,
        upTo,
        each,
      });
      return true;
    } catch {
      return false;
    }
  };
  return {
    async upTo(subscription, seq) {
      if (seq <= (marked.get(subscription.id) ?? 0)) return;
      if (!(await mark(subscription, seq, []))) return;
      marked.set(subscription.id, Math.max(seq, marked.get(subscription.id) ?? 0));
    },
    async each(subscription, rows) {
      const each = rows.map(({ id, seq }) => ({ id, seq }));
      if (each.length > 0) await mark(subscription, null, each);
    },
  };
}
