// The timers of a feed, over the store: notifications that expire, questions whose deadline passes, snoozed ones that wake,
// tombstones that are purged.
// A sweep only names what may be due. The commit checks again under the feed's lock, so a second firing changes nothing
// and a restart loses nothing.
import type { Clock, Timer } from '../lib/clock.ts';
import type { ExpireWrite } from '../model/write.ts';
import type { Due, FeedReader } from '../store/store.ts';
import type { Committer } from './commit.ts';

const sweepEveryMs = 1000;
const purgeEveryMs = 60_000;
const atOnce = 256;

export interface Sweeper {
  /** Runs one sweep now; resolves when what was due is committed. */
  sweep(): Promise<void>;
  purge(): Promise<void>;
  /** Whether the last sweep failed, as on a full disk: what has expired since is still there. */
  readonly isBehind: boolean;
  close(): void;
}

interface SweeperOptions {
  readonly read: FeedReader;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly onFailure?: (error: unknown) => void;
}

export function openSweeper({ read, committer, clock, onFailure }: SweeperOptions): Sweeper {
  const all = async (
    kind: ExpireWrite['kind'],
    due: (now: number, limit: number) => Promise<Due[]>,
  ): Promise<void> => {
    for (;;) {
      const found = await due(clock.now(), atOnce);
      const outcomes = await Promise.all(found.map(({ user, id }) => committer.commit({ kind, user, id })));
      if (found.length < atOnce || !outcomes.some(({ done }) => done)) return;
    }
  };
  let isBehind = false;
  const sweep = single(async () => {
    try {
      await all('deadline', read.dueDeadlines);
      await all('expire', read.dueExpirations);
      await all('wake', read.dueWakings);
      isBehind = false;
    } catch (error) {
      isBehind = true;
      throw error;
    }
  });
  const purge = single(() => all('purge', read.duePurges));
  const quietly = (run: () => Promise<void>) => () =>
    void run().catch((error: unknown) => onFailure?.(error));
  const timers: Timer[] = [
    clock.every(sweepEveryMs, quietly(sweep)),
    clock.every(purgeEveryMs, quietly(purge)),
  ];
  return {
    sweep,
    purge,
    get isBehind() {
      return isBehind;
    },
    close() {
      for (const timer of timers) timer.stop();
    },
  };
}

/** One run at a time. A call during a run may be for rows that the run has already passed, so another run follows. */
function single(run: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        running = run();
        return running;
      });
    return next;
  };
}
