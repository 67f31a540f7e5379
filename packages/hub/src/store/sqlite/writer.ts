// The writer's thread: the only place that writes the feed database. One message is one batch and one transaction:
// BEGIN IMMEDIATE, plan, apply, COMMIT (an fsync of the log); the answer leaves after COMMIT. Checkpoints happen
// between batches. After an I/O error the connection is closed and opened anew, and the fsync is never tried again.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Write } from '../../model/write.ts';
import type { Committed, Plan, Planner, Snapshot, StoreFault } from '../store.ts';
import { openApply } from './apply.ts';
import { faultOf, needsReopen } from './fault.ts';
import { Interned } from './interned.ts';
import { KnownFeeds } from './known-feeds.ts';
import { migrate } from './migrate.ts';
import { feedMigrations } from './schema.ts';
import { openSnapshot } from './snapshot.ts';

export interface WriterData {
  readonly path: string;
  /** Module that exports `planBatch`; it is code, so it can't travel in a message. */
  readonly planner: string;
  /** This module, which the thread's first lines load. */
  readonly module: string;
}

export type WriterRequest = { readonly writes: readonly Write[]; readonly now: number } | 'close';
export type WriterAnswer =
  | { readonly committed: Committed }
  | { readonly fault: StoreFault; readonly message: string }
  | 'ready'
  | 'closed';

interface Connection {
  readonly db: DatabaseSync;
  readonly interned: Interned;
  readonly known: KnownFeeds;
  readonly snapshot: Snapshot;
  readonly apply: (plan: Plan) => void;
}

/** How long a batch waits for a lock that another process holds; with its retries, answered within two seconds. */
const lockWaitMs = 400;
/** Pages in the log before a checkpoint moves them (4 KiB each). */
const checkpointPages = 12_000;

const port = parentPort as NonNullable<typeof parentPort>;
const { path, planner } = workerData as WriterData;
const { planBatch } = (await import(planner)) as { planBatch: Planner };
let connection: Connection | null = open();
let pagesWritten = 0;

port.on('message', (request: WriterRequest) => {
  if (request === 'close') {
    connection?.db.close();
    answer('closed');
    port.close();
    return;
  }
  answer(commit(request.writes, request.now));
  if (pagesWritten >= checkpointPages) checkpoint();
});
answer('ready');

function answer(value: WriterAnswer): void {
  port.postMessage(value);
}

function open(): Connection {
  const db = new DatabaseSync(path, { timeout: lockWaitMs });
  try {
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536',
    );
    migrate(db, feedMigrations);
    const interned = new Interned(db);
    const known = new KnownFeeds();
    return {
      db,
      interned,
      known,
      snapshot: openSnapshot(db, interned, known),
      apply: openApply(db, interned, known),
    };
  } catch (error) {
    // It is tried again with every batch while the store is away, and each would keep its files open.
    db.close();
    throw error;
  }
}

function commit(writes: readonly Write[], now: number): WriterAnswer {
  let current: Connection | null = null;
  try {
    connection ??= open();
    current = connection;
    current.db.exec('BEGIN IMMEDIATE');
    const plan = planBatch(writes, current.snapshot, now);
    current.apply(plan);
    current.db.exec('COMMIT');
    current.known.committed(plan);
    // Each row touches a page of the table and of about four indexes.
    pagesWritten += 2 + plan.notifications.length * 6 + plan.subscriptions.length * 4;
    return { committed: { outcomes: plan.outcomes, changes: plan.changes } };
  } catch (error) {
    undo(current, error);
    return { fault: faultOf(error), message: error instanceof Error ? error.message : String(error) };
  }
}

function undo(current: Connection | null, error: unknown): void {
  if (!current) return;
  try {
    if (current.db.isTransaction) current.db.exec('ROLLBACK');
  } catch {
    // The transaction is gone with the connection below.
  }
  current.interned.forget();
  current.known.forget();
  if (!needsReopen(error)) return;
  connection = null;
  try {
    current.db.close();
  } catch {
    // Nothing is left to do with it.
  }
}

function checkpoint(): void {
  pagesWritten = 0;
  try {
    connection?.db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // It is tried again after the next pages; the log only grows meanwhile.
  }
}
