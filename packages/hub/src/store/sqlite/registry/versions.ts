// Versions of the parts of the registry that readers keep in memory, as fresh as the database: the first read of each
// turn of the event loop asks for the data version (5 µs), and only a commit of another connection makes it read the
// parts' own. A request is read from its socket in a later turn than the one before it was sent, so what another
// process committed before a request was sent counts for that request.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';

export type Part = 'app' | 'credential';

export interface Versions {
  of(part: Part): number;
  /** Inside the transaction that changes the part. */
  raise(part: Part): void;
  /** One's own commits don't change the data version. */
  forget(): void;
}

export function openVersions(db: DatabaseSync): Versions {
  const dataVersion = db.prepare('PRAGMA data_version');
  const parts = db.prepare('SELECT part, version FROM part_version');
  const raise = db.prepare('UPDATE part_version SET version = version + 1 WHERE part = ?');
  let seen = -1;
  let askedThisTurn = false;
  let known: ReadonlyMap<string, number> = new Map();
  return {
    of(part) {
      if (!askedThisTurn) {
        askedThisTurn = true;
        setImmediate(() => {
          askedThisTurn = false;
        });
        const now = dataVersion.get()?.data_version as number;
        if (now !== seen) {
          known = new Map(parts.all().map((row) => [row.part as string, row.version as number]));
          seen = now;
        }
      }
      return known.get(part) ?? 0;
    },
    raise: (part) => void raise.run(part),
    forget() {
      seen = -1;
      askedThisTurn = false;
    },
  };
}
