// The part of the registry that is in the hub's memory, as fresh as the file: the first read in each turn of the event loop
// asks for the data version (5 µs), and only a commit makes it read what has changed. A request is read from its socket in
// a later turn than it was sent, so what another process committed before applies to it. It never waits: while the file is
// locked or can't be read, the last state stays.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';
import { openTable, selectPart } from '../../sql-registry/rows.ts';
import { type KnownPart, type Memory, type Part, parts } from '../../sql-registry/session.ts';

const dataVersionTable = openTable({ data_version: 'bigint' });
const versionTable = openTable({ part: 'text', version: 'bigint' });

export class SqliteMemory implements Memory {
  readonly #db: DatabaseSync;
  readonly #dataVersion: StatementSync;
  readonly #versions: StatementSync;
  readonly #rows: Readonly<Record<Part, StatementSync>>;
  readonly #known = new Map<Part, KnownPart>();
  #seen = -1;
  #askedThisTurn = false;

  /** Throws when the file, which another connection has opened, can't be read. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 0 });
    try {
      this.#dataVersion = this.#db.prepare('PRAGMA data_version');
      this.#versions = this.#db.prepare('SELECT part, version FROM part_version');
      this.#rows = {
        app: this.#db.prepare(selectPart.app),
        credential: this.#db.prepare(selectPart.credential),
        revocation: this.#db.prepare(selectPart.revocation),
        key: this.#db.prepare(selectPart.key),
        webhook: this.#db.prepare(selectPart.webhook),
      };
      this.#read();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  known(part: Part): KnownPart {
    this.#look();
    return this.#known.get(part) ?? { version: 0, rows: [] };
  }

  /** The next read looks, in this turn too. */
  forget(): void {
    this.#askedThisTurn = false;
  }

  close(): void {
    this.#db.close();
  }

  #look(): void {
    if (this.#askedThisTurn) return;
    this.#askedThisTurn = true;
    setImmediate(() => {
      this.#askedThisTurn = false;
    });
    try {
      this.#read();
    } catch {
      // A caller that needs the file reads what is not in memory, and gets its error.
    }
  }

  #read(): void {
    const { data_version: now } = dataVersionTable.read(this.#dataVersion.get() ?? {});
    if (now === this.#seen) return;
    const rows = this.#versions.all().map((row) => versionTable.read(row));
    for (const part of parts) {
      // The version before the rows: rows that are newer than it are read once more, never too late.
      const version = rows.find((row) => row.part === part)?.version ?? 0;
      if (this.#known.get(part)?.version === version) continue;
      this.#known.set(part, { version, rows: this.#rows[part].all() });
    }
    this.#seen = now;
  }
}
