// The thread that writes the registry file, and reads of it what is not in memory. It answers one statement after the
// other and never waits for a lock: the hub retries, and others are answered meanwhile. After an I/O error the connection
// is reopened, and the transaction on it is gone.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Parameter, Row } from '../../sql-registry/session.ts';
import type { StoreFault } from '../../store.ts';
import { faultOf, needsReopen } from '../file/fault.ts';
import { migrate } from '../maintenance/migrate.ts';
import { registryMigrations } from './schema.ts';

export interface ThreadData {
  readonly path: string;
  /** This module, which the thread's first lines load. */
  readonly module: string;
}

export type ThreadRequest = { readonly text: string; readonly values: readonly Parameter[] } | 'close';

export type ThreadAnswer =
  | 'ready'
  | 'closed'
  | { readonly rows: readonly Row[]; readonly count: number }
  | { readonly fault: StoreFault; readonly message: string };

/** Another process may be migrating the file. Only opening waits for it. */
const openWaitMs = 5000;

interface Connection {
  readonly db: DatabaseSync;
  readonly prepared: Map<string, StatementSync>;
}

const port = parentPort as NonNullable<typeof parentPort>;
const { path }: ThreadData = workerData;
let connection: Connection | null = open();

port.on('message', (request: ThreadRequest) => {
  if (request !== 'close') {
    answer(run(request.text, request.values));
    return;
  }
  connection?.db.close();
  answer('closed');
  port.close();
});
answer('ready');

function answer(value: ThreadAnswer): void {
  port.postMessage(value);
}

function open(): Connection {
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

function run(text: string, values: readonly Parameter[]): ThreadAnswer {
  try {
    connection ??= open();
    return execute(prepare(connection, text), values.map(bindable));
  } catch (error) {
    if (needsReopen(error)) reopenLater();
    return { fault: faultOf(error), message: error instanceof Error ? error.message : String(error) };
  }
}

function execute(statement: StatementSync, values: (string | number | null)[]): ThreadAnswer {
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

function reopenLater(): void {
  try {
    connection?.db.close();
  } catch {
    // It is given up either way.
  }
  connection = null;
}
