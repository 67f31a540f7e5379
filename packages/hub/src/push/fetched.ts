// What a device has fetched: marked when a page, a list or a single read was answered to it, when it acknowledges over its
// stream, returns with a cursor, or sends a receipt. With it, and while it listens live, goes when the device was there last.
// A mark that can't be stored delays no answer: the worst result is one push too many.
import type { Committer } from '../feed/commit.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Clock } from '../lib/clock.ts';
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
  /** It listens, or asks. */
  present(subscription: Fetching): Promise<void>;
}

/** Marks kept in memory, so that a device that polls without changes writes nothing. */
const remembered = 10_000;

/** How exactly it is written down when a device was there: a stream costs no more than four writes an hour. */
const seenEveryMs = 15 * 60_000;

export function openFetched(committer: Pick<Committer, 'commit'>, clock: Pick<Clock, 'now'>): Fetched {
  const marked = new BoundedMap<string, number>({ entriesMax: remembered });
  const seenAt = new BoundedMap<string, number>({ entriesMax: remembered });
  const mark = async (
    { user, id }: Fetching,
    upTo: number | null,
    each: readonly FetchedOne[],
  ): Promise<boolean> => {
    const now = clock.now();
    const seen = Math.abs(now - (seenAt.get(id) ?? 0)) >= seenEveryMs;
    if (upTo === null && each.length === 0 && !seen) return false;
    if (seen) seenAt.set(id, now);
    try {
      await committer.commit({ kind: 'fetch', user, subscription: id, upTo, each, seen });
      return true;
    } catch {
      if (seen) seenAt.delete(id);
      return false;
    }
  };
  return {
    async upTo(subscription, seq) {
      const isNew = seq > (marked.get(subscription.id) ?? 0);
      if (!(await mark(subscription, isNew ? seq : null, [])) || !isNew) return;
      marked.set(subscription.id, Math.max(seq, marked.get(subscription.id) ?? 0));
    },
    async each(subscription, rows) {
      await mark(
        subscription,
        null,
        rows.map(({ id, seq }) => ({ id, seq })),
      );
    },
    async present(subscription) {
      await mark(subscription, null, []);
    },
  };
}
