// The writer's thread: the only place that writes the feed database. One message is one batch and one transaction:
// BEGIN IMMEDIATE, plan, apply, COMMIT (an fsync of the log); the answer leaves after COMMIT. Checkpoints happen
// between batches. After an I/O error the connection is reopened, and the fsync is never retried.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { PlannedDelivery, StoredDelivery } from '../../../../model/delivery.ts';
import type { Write } from '../../../../model/write.ts';
import type {
  ClaimQuery,
  Committed,
  Plan,
  Planner,
  RowChange,
  Snapshot,
  StoreFault,
} from '../../../store.ts';
import { faultOf, needsReopen } from '../../file/fault.ts';
import { migrate } from '../../maintenance/migrate.ts';
import { feedMigrations } from '../schema.ts';
import { type Interned, openTables } from '../tables.ts';
import { freeClaims, openApply, openClaim } from './apply.ts';
import { KnownFeeds, openSnapshot } from './snapshot.ts';

export interface WriterData {
  readonly path: string;
  /** Module that exports `planBatch`; it is code, so it can't travel in a message. */
  readonly planner: string;
  /** This module, which the thread's first lines load. */
  readonly module: string;
}

export type WriterRequest =
  | { readonly writes: readonly Write[]; readonly now: number; readonly claim: boolean }
  | { readonly query: ClaimQuery }
  | 'close';
export type WriterAnswer =
  | { readonly committed: Committed }
  | { readonly claimed: readonly PlannedDelivery[] }
  | { readonly fault: StoreFault; readonly message: string }
  | 'ready'
  | 'closed';

interface Connection {
  readonly db: DatabaseSync;
  readonly interned: Interned;
  readonly known: KnownFeeds;
  readonly snapshot: Snapshot;
  readonly apply: (plan: Plan) => void;
  readonly claim: (query: ClaimQuery) => PlannedDelivery[];
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
  answer('query' in request ? claim(request.query) : commit(request));
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
    freeClaims(db);
    const tables = openTables(db);
    const known = new KnownFeeds();
    return {
      db,
      interned: tables.interned,
      known,
      snapshot: openSnapshot(db, tables, known),
      apply: openApply(db, tables, known),
      claim: openClaim(db, tables),
    };
  } catch (error) {
    // It is tried again with every batch while the store is away, and each would keep its files open.
    db.close();
    throw error;
  }
}

function commit({ writes, now, claim }: Extract<WriterRequest, { writes: unknown }>): WriterAnswer {
  return transact((current) => {
    const plan = planBatch.plan(writes, current.snapshot, { now, claim });
    current.apply(plan);
    current.db.exec('COMMIT');
    current.known.committed(plan);
    // Each row touches a page of the table and of about four indexes.
    pagesWritten += 2 + plan.notifications.length * 6 + plan.subscriptions.length * 4;
    pagesWritten += plan.deliveries.length + plan.results.length;
    const { outcomes, changes } = plan;
    return { committed: { outcomes, changes, deliveries: claimedOf(plan.deliveries) } };
  });
}

function claim(query: ClaimQuery): WriterAnswer {
  return transact((current) => {
    const claimed = current.claim(query);
    current.db.exec('COMMIT');
    pagesWritten += claimed.length;
    return { claimed };
  });
}

function transact(run: (current: Connection) => WriterAnswer): WriterAnswer {
  let current: Connection | null = null;
  try {
    connection ??= open();
    current = connection;
    current.db.exec('BEGIN IMMEDIATE');
    return run(current);
  } catch (error) {
    undo(current, error);
    return { fault: faultOf(error), message: error instanceof Error ? error.message : String(error) };
  }
}

function claimedOf(deliveries: readonly RowChange<StoredDelivery>[]): PlannedDelivery[] {
  const planned: PlannedDelivery[] = [];
  for (const { row } of deliveries) {
    const { user, notification, subscription, kind, app, channel, seq } = row;
    if (row.claimed && channel !== null)
      planned.push({ user, notification, subscription, kind, app, channel, seq });
  }
  return planned;
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
