// Removes what the provider keeps once it has ended: with the writes, more of it than they add, and every minute, so that
// nothing stays where nobody comes any more.
import type { Clock } from '../../../lib/clock.ts';
import type { Registry } from '../../../store/registry.ts';

const everyMs = 60_000;
const writesBetween = 100;
/** Of each table in one step, so that others are answered meanwhile. */
const removedAtOnce = 500;
/** oidc-provider tolerates this much clock skew, and needs a record that just expired to answer that. */
export const graceMs = 60_000;

export interface Sweep {
  /** Counts one write. */
  written(): Promise<void>;
  /** Removes all that has ended; one that runs already is joined. What the registry refuses is left for the next time. */
  run(): Promise<void>;
  close(): void;
}

export function openSweep(
  { grants, refreshFamilies }: Pick<Registry, 'grants' | 'refreshFamilies'>,
  clock: Clock,
): Sweep {
  let writes = 0;
  let running: Promise<void> | null = null;
  let isClosed = false;

  async function removeAll(): Promise<void> {
    writes = 0;
    for (let removed = removedAtOnce; removed >= removedAtOnce && !isClosed; ) {
      const before = clock.now() - graceMs;
      const ended = await grants.removeExpired(before, removedAtOnce);
      removed = Math.max(ended, await refreshFamilies.removeExpired(before, removedAtOnce));
    }
  }

  function run(): Promise<void> {
    running ??= removeAll()
      .catch(() => {})
      .finally(() => {
        running = null;
      });
    return running;
  }

  const timer = clock.every(everyMs, () => void run());
  return {
    async written() {
      if (++writes >= writesBetween) await run();
    },
    run,
    close() {
      isClosed = true;
      timer.stop();
    },
  };
}
