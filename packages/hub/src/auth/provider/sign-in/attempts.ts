// Bounds guessing of passwords. After ten failures each further one doubles the wait, from 5 s to 15 min, for one user
// name from one place: an address, or a browser in which that user has signed in before (known-browser). So nobody is kept
// out by what others try elsewhere, and a whole address never is. An attempt counts from its start, so that many at once
// can't slip through while the slow hash is computed; a success ends the count.
import { createHash } from 'node:crypto';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { Clock } from '../../../lib/clock.ts';

export const freeFailures = 10;
const firstWaitMs = 5_000;
const longestWaitMs = 15 * 60_000;
/** Without another failure a count ends. */
const forgottenAfterMs = 3600_000;
/** The least recently used is dropped beyond them; to make so many takes longer than any wait. */
const maxKeys = 100_000;

interface Count {
  failures: number;
  at: number;
}

export interface Attempts {
  /** Counts an attempt; answers after how many milliseconds to come back when it is too early, which does not count. */
  begin(key: string): number;
  succeed(key: string): void;
}

export function openAttempts(clock: Clock): Attempts {
  const counts = new BoundedMap<string, Count>({ entriesMax: maxKeys, keeps: 'used' });

  function current(key: string): Count {
    const id = idOf(key);
    const known = counts.get(id);
    // A clock that was ahead then must not make the wait longer.
    if (known) known.at = Math.min(known.at, clock.now());
    if (known && clock.now() < known.at + forgottenAfterMs) return known;
    const fresh = { failures: 0, at: clock.now() };
    counts.set(id, fresh);
    return fresh;
  }

  return {
    begin(key) {
      const count = current(key);
      const waitMs = count.at + waitAfter(count.failures) - clock.now();
      if (waitMs > 0) return waitMs;
      count.failures++;
      count.at = clock.now();
      return 0;
    },
    succeed: (key) => counts.delete(idOf(key)),
  };
}

/** Whoever guesses chooses the name, up to the 64 KiB of a form. */
function idOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

function waitAfter(failures: number): number {
  if (failures < freeFailures) return 0;
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - freeFailures));
}
