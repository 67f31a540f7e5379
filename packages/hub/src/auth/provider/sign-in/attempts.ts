// Bounds guessing of passwords: at most ten failed attempts a minute for each key (a user name, an address). An attempt
// counts from its start, so that many at once can't slip through while the slow hash is computed; a success is taken back.
import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { Clock } from '../../../lib/clock.ts';

const windowMs = 60_000;
const maxFailures = 10;
/** Beyond this many keys the oldest is dropped: an attacker with so many addresses isn't stopped here. */
const maxKeys = 10_000;

interface Count {
  failures: number;
  readonly since: number;
}

export interface Attempts {
  /** Counts an attempt; answers after how many milliseconds to come back when one of the keys has had too many, else 0. */
  begin(keys: readonly string[]): number;
  succeed(keys: readonly string[]): void;
}

export function openAttempts(clock: Clock): Attempts {
  const counts = new BoundedMap<string, Count>({ entriesMax: maxKeys });

  function current(key: string): Count {
    const known = counts.get(key);
    if (known && clock.now() < known.since + windowMs) return known;
    const fresh = { failures: 0, since: clock.now() };
    counts.set(key, fresh);
    return fresh;
  }

  return {
    begin(keys) {
      const found = keys.map(current);
      const full = found.filter(({ failures }) => failures >= maxFailures);
      if (full.length > 0) return Math.max(...full.map(({ since }) => since + windowMs - clock.now()));
      for (const count of found) count.failures++;
      return 0;
    },
    succeed(keys) {
      for (const key of keys) {
        const count = counts.get(key);
        if (count && count.failures > 0) count.failures--;
      }
    },
  };
}
