// Writes what became of attempts to the store, so that what was taken is not sent again after a restart. They are collected
// while the commit before runs and share the transactions of other writes; while the store is away they are tried again.
import type { Committer } from '../feed/commit.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { BacklogResult } from '../model/change-subscription.ts';

const resultsAtOnce = 128;
const retryMs = 1000;

export interface BacklogRecorder {
  record(result: BacklogResult): void;
  /** Resolves when everything given so far is stored, or the store refuses. */
  flush(): Promise<void>;
}

export function openBacklogRecorder(
  committer: Pick<Committer, 'commit'>,
  clock: Pick<Clock, 'after'>,
): BacklogRecorder {
  const waiting = new Map<string, BacklogResult>();
  let writing: Promise<boolean> | null = null;
  let again: Timer | null = null;

  async function writeAll(): Promise<boolean> {
    await null;
    while (waiting.size > 0) {
      const results = [...waiting.values()].slice(0, resultsAtOnce);
      for (const { backlog } of results) waiting.delete(backlog);
      try {
        await committer.commit({ kind: 'webhooks', results });
      } catch {
        for (const result of results)
          waiting.set(result.backlog, merged(result, waiting.get(result.backlog)));
        again ??= clock.after(retryMs, () => {
          again = null;
          void start();
        });
        writing = null;
        return false;
      }
    }
    writing = null;
    return true;
  }

  function start(): Promise<boolean> {
    writing ??= writeAll();
    return writing;
  }

  return {
    record(result) {
      const before = waiting.get(result.backlog);
      waiting.set(result.backlog, before ? merged(before, result) : result);
      if (!again) void start();
    },
    async flush() {
      while (waiting.size > 0 || writing) if (!(await start())) return;
    },
  };
}

function merged(before: BacklogResult, after: BacklogResult | undefined): BacklogResult {
  if (!after) return before;
  const places = [before.upTo, after.upTo].filter((place) => place !== null);
  const upTo = places.length > 0 ? Math.max(...places) : null;
  return { ...after, upTo, ended: before.ended || after.ended };
}
