// The timers of a feed, over the store: notifications that expire, questions whose deadline passes, snoozed ones that wake,
// tombstones that are purged.
// A sweep only names what may be due. The commit checks again under the feed's lock, so a second firing changes nothing
// and a restart loses nothing.
import type { Clock, Timer } from '../lib/clock.ts';
import { HubError } from '../model/errors.ts';
import type { Due, TimerWrite } from '../model/write.ts';
import type { FeedReader } from '../store/store.ts';
import type { Committer } from './commit.ts';

const sweepEveryMs = 1000;
const purgeEveryMs = 60_000;
/** Read at once: the more, the more of them are neighbours in the store. */
const atOnce = 8192;
/** In one write, and one write at a time: a create that comes meanwhile waits for no more. */
const perWrite = 256;

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
    kind: TimerWrite['kind'],
    due: (now: number, limit: number) => Promise<Due[]>,
    failures: HubError[],
  ): Promise<void> => {
    for (;;) {
      const found = await due(clock.now(), atOnce);
      let isSomeDone = false;
      for (let next = 0; next < found.length; next += perWrite) {
        const some = found.slice(next, next + perWrite);
        isSomeDone = (await commitSome({ kind, due: some }, committer, failures)) || isSomeDone;
      }
      if (found.length < atOnce || !isSomeDone) return;
    }
  };
  let isBehind = false;
  const sweep = single(async () => {
    try {
      const failures: HubError[] = [];
      await all('deadline', read.dueDeadlines, failures);
      await all('expire', read.dueExpirations, failures);
      await all('wake', read.dueWakings, failures);
      throwFirst(failures);
      isBehind = false;
    } catch (error) {
      isBehind = true;
      throw error;
    }
  });
  const purge = single(async () => {
    const failures: HubError[] = [];
    await all('purge', read.duePurges, failures);
    throwFirst(failures);
  });
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

/** Whether any was due. One that the store can't take fails alone, and the others are committed by halves. */
async function commitSome(write: TimerWrite, committer: Committer, failures: HubError[]): Promise<boolean> {
  const { kind, due } = write;
  try {
    return (await committer.commit(write)).done;
  } catch (error) {
    if (!(error instanceof HubError) || error.kind !== 'generalException') throw error;
    if (due.length === 1) {
      failures.push(error);
      return false;
    }
    const middle = due.length >> 1;
    const first = await commitSome({ kind, due: due.slice(0, middle) }, committer, failures);
    return (await commitSome({ kind, due: due.slice(middle) }, committer, failures)) || first;
  }
}

function throwFirst([failure]: readonly HubError[]): void {
  if (failure) throw failure;
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
