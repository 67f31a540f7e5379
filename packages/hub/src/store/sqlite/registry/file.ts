// The one connection that writes the registry file, and reads of it what is not in memory. It answers one statement after
// the other and never waits for a lock: the session asks again, and others are answered meanwhile. After an I/O error the
// connection is reopened, and the transaction on it is gone. Used on whichever thread opens it.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Answered, Parameter } from '../../sql-registry/session.ts';
import type { StoreFault } from '../../store.ts';
import { faultOf, needsReopen } from '../file/fault.ts';
import { migrate } from '../maintenance/migrate.ts';
import { registryMigrations } from './schema.ts';

export type FileAnswer = Answered | { readonly fault: StoreFault; readonly message: string };

/** Another process may be migrating the file. Only opening waits for it. */
const openWaitMs = 5000;

interface Connection {
  readonly db: DatabaseSync;
  readonly prepared: Map<string, StatementSync>;
}

export class RegistryFile {
  readonly #path: string;
  #connection: Connection | null;

  /** Throws why the file can't be opened or migrated. */
  constructor(path: string) {
    this.#path = path;
    this.#connection = open(path);
  }

  get isInTransaction(): boolean {
    return this.#connection?.db.isTransaction ?? false;
  }

  run(text: string, values: readonly Parameter[]): FileAnswer {
    try {
      this.#connection ??= open(this.#path);
      return execute(prepare(this.#connection, text), values.map(bindable));
    } catch (error) {
      if (needsReopen(error)) this.#reopenLater();
      return { fault: faultOf(error), message: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): void {
    this.#connection?.db.close();
    this.#connection = null;
  }

  #reopenLater(): void {
    try {
      this.close();
    } catch {
      // It is given up either way.
    }
    this.#connection = null;
  }
}

function open(path: string): Connection {
  const db = new DatabaseSync(path, { timeout: openWaitMs });
  try {
    // Of a new file: it gives back the pages of what is removed, as after a flood of visits.
    db.exec('PRAGMA auto_vacuum = FULL');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(db, registryMigrations);
    db.exec('PRAGMA busy_timeout = 0');
    return { db, prepared: new Map() };
  } catch (error) {
    db.close();
    throw error;
  }
}

function execute(statement: StatementSync, values: (string | number | null)[]): Answered {
  if (statement.columns().length > 0) {
    const rows = statement.all(...values);
    return { rows, count: rows.length };
  }
  return { rows: [], count: Number(statement.run(...values).changes) };
}

function prepare({ db, prepared }: Connection, text: string): StatementSync {
  const known = prepared.get(text);
  if (known) return known;
  const statement = db.prepare(text.replaceAll(/\$(\d+)/g, '?$1'));
  prepared.set(text, statement);
  return statement;
}

function bindable(value: Parameter): string | number | null {
  return typeof value === 'boolean' ? Number(value) : value;
}
