// Writes the results of attempts to the store. They are collected while the commit before runs, so that they share the
// transactions of other writes. While the store is unreachable nothing is lost: a result is retried.
import type { Committer } from '../../feed/commit.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { DeliveryResult } from '../../model/delivery.ts';

const resultsAtOnce = 128;
const retryMs = 1000;

export interface Recorder {
  /** Not while the store is away. */
  readonly isWriting: boolean;
  record(result: DeliveryResult): void;
  /** Resolves when everything given so far is stored, or the store refuses. */
  flush(): Promise<void>;
}

export interface RecorderOptions {
  readonly committer: Pick<Committer, 'commit'>;
  readonly clock: Clock;
  /** Called once a result is durable. */
  readonly onRecorded: (result: DeliveryResult) => void;
}

export function openRecorder({ committer, clock, onRecorded }: RecorderOptions): Recorder {
  let waiting: DeliveryResult[] = [];
  /** Cleared where the last look at `waiting` finds nothing: one microtask later, a result in between would stay unwritten. */
  let writing: Promise<boolean> | null = null;
  /** One for all that waits, or each result would ask a store that is away once a second. */
  let again: Timer | null = null;

  async function writeAll(): Promise<boolean> {
    // What is settled in this turn goes together.
    await null;
    while (waiting.length > 0) {
      const results = waiting.slice(0, resultsAtOnce);
      waiting = waiting.slice(resultsAtOnce);
      try {
        await committer.commit({ kind: 'record', results });
      } catch {
        waiting = [...results, ...waiting];
        again ??= clock.after(retryMs, retry);
        writing = null;
        return false;
      }
      for (const result of results) onRecorded(result);
    }
    writing = null;
    return true;
  }

  function start(): Promise<boolean> {
    writing ??= writeAll();
    return writing;
  }

  function retry(): void {
    again = null;
    void start();
  }

  return {
    get isWriting() {
      return writing !== null;
    },
    record(result) {
      waiting.push(result);
      if (!again) void start();
    },
    async flush() {
      while (waiting.length > 0 || writing) if (!(await start())) return;
    },
  };
}
