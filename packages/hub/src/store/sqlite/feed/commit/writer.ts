// The writer's thread: the only place that writes the feed database. One message is one batch and one transaction:
// BEGIN IMMEDIATE, plan, apply, COMMIT (an fsync of the log); the answer leaves after COMMIT. Checkpoints happen
// between batches. After an I/O error the connection is reopened, and the fsync is never retried.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type Watches, waitingIn } from '../../../../model/change-subscription.ts';
import type { PlannedDelivery, StoredDelivery } from '../../../../model/delivery.ts';
import {
  type ClaimQuery,
  type Plan,
  type Planner,
  type RowChange,
  type Snapshot,
  StoreError,
  type StoreFault,
} from '../../../store.ts';
import { faultOf, needsReopen } from '../../file/fault.ts';
import { migrate } from '../../maintenance/migrate.ts';
import { openProgress, type Progress } from '../progress.ts';
import { feedMigrations } from '../schema.ts';
import { type Interned, openTables } from '../tables.ts';
import { type Applied, freeClaims, openApply, openClaim } from './apply.ts';
import { type PackedCommitted, packCommitted, packDeliveries, unpackWrites } from './messages.ts';
import { KnownFeeds, openSnapshot } from './snapshot.ts';

export interface WriterData {
  readonly path: string;
  /** Remembers how far the feeds have come; null for feeds alone. */
  readonly registryPath: string | null;
  /** Module that exports `planBatch`; it is code, so it can't travel in a message. */
  readonly planner: string;
  /** This module, which the thread's first lines load. */
  readonly module: string;
}

export type WriterRequest =
  | {
      /** As `packWrites` makes them. */
      readonly writes: readonly unknown[];
      readonly now: number;
      readonly claim: boolean;
      /** Where it is another one than with the batch before. */
      readonly watches?: Watches | null;
    }
  | { readonly query: ClaimQuery }
  | 'probe'
  | 'close';
export type WriterAnswer =
  | { readonly committed: PackedCommitted }
  /** As `packDeliveries` makes them. */
  | { readonly claimed: readonly unknown[] }
  | { readonly fault: StoreFault; readonly message: string }
  | { readonly probed: true }
  | 'ready'
  | 'closed';

interface Connection {
  readonly db: DatabaseSync;
  readonly interned: Interned;
  readonly known: KnownFeeds;
  readonly snapshot: Snapshot;
  readonly apply: (plan: Plan) => Applied;
  readonly claim: (query: ClaimQuery) => PlannedDelivery[];
  readonly progress: Progress;
}

/** How long a batch waits for a lock that another process holds; with its retries, answered within two seconds. */
const lockWaitMs = 400;
/** Pages in the log before a checkpoint moves them (4 KiB each). */
const checkpointPages = 12_000;
/** Beside a long reader the log can't begin anew: this many pages later it is tried again. */
const checkpointAgainPages = 1000;
const pageBytes = 4096;
/** SQLite looks at every page of it after a commit that split one, and what is not in it the system has. */
const cacheKiB = 16_384;
/** A reader may keep the log from being cut; the writer doesn't wait for it. */
const cutWaitMs = 50;

const port = parentPort as NonNullable<typeof parentPort>;
const { path, registryPath, planner } = workerData as WriterData;
const { planBatch } = (await import(planner)) as { planBatch: Planner };
let pagesWritten = 0;
let watches: Watches | null = null;
let connection: Connection | null = open();

port.on('message', (request: WriterRequest) => {
  if (request === 'close') {
    if (connection) settle(connection);
    connection?.progress.close();
    connection?.db.close();
    answer('closed');
    port.close();
    return;
  }
  if (request === 'probe') answer(probe());
  else answer('query' in request ? claim(request.query) : commit(request));
  connection?.progress.mark();
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
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${cacheKiB}`,
    );
    // Once the log begins anew, its file is cut to this.
    db.exec(`PRAGMA journal_size_limit = ${checkpointPages * pageBytes}`);
    migrate(db, feedMigrations);
    freeClaims(db);
    const tables = openTables(db);
    const known = new KnownFeeds();
    const progress = openProgress(db, path, registryPath);
    const opened: Connection = {
      db,
      progress,
      interned: tables.interned,
      known,
      snapshot: openSnapshot(db, tables, known),
      apply: openApply(db, tables, known),
      claim: openClaim(db, tables),
    };
    settle(opened);
    return opened;
  } catch (error) {
    // It is tried again with every batch while the store is away, and each would keep its files open.
    db.close();
    throw error;
  }
}

function commit({ now, claim, ...given }: Extract<WriterRequest, { writes: unknown }>): WriterAnswer {
  const writes = unpackWrites(given.writes);
  if (given.watches !== undefined) watches = given.watches;
  return transact((current) => {
    const plan = planBatch.plan(writes, current.snapshot, { now, claim, watches });
    const { fetchedAfterMs } = current.apply(plan);
    current.progress.count(writes.length);
    commitNow(current);
    current.progress.committed();
    current.known.committed(plan);
    // Each row touches a page of the table and of about four indexes.
    pagesWritten += 2 + plan.notifications.length * 6 + plan.subscriptions.length * 4;
    pagesWritten += plan.deliveries.length + plan.results.length + plan.webhooks.length * 2;
    const { outcomes, changes, moved } = plan;
    const webhooks = waitingIn(plan.webhooks);
    const deliveries = claimedOf(plan.deliveries);
    return {
      committed: packCommitted({ outcomes, changes, moved, deliveries, webhooks, fetchedAfterMs }, writes),
    };
  });
}

function claim(query: ClaimQuery): WriterAnswer {
  return transact((current) => {
    const claimed = current.claim(query);
    commitNow(current);
    pagesWritten += claimed.length;
    return { claimed: packDeliveries(claimed) };
  });
}

/** Whether a commit would be durable now. */
function probe(): WriterAnswer {
  return transact((current) => {
    current.progress.raise();
    commitNow(current);
    current.progress.committed();
    pagesWritten++;
    return { probed: true };
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
    if (error instanceof StoreError) return { fault: error.fault, message: error.message };
    return { fault: faultOf(error), message: error instanceof Error ? error.message : String(error) };
  }
}

/** A disk that failed in the middle of it may have the commit all the same, and the next start finds it. */
function commitNow({ db }: Connection): void {
  try {
    db.exec('COMMIT');
  } catch (error) {
    throw needsReopen(error) ? new StoreError('uncertain', (error as Error).message, error) : error;
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
  if (!needsReopen(error instanceof StoreError ? error.cause : error)) return;
  connection = null;
  try {
    current.progress.close();
    current.db.close();
  } catch {
    // Nothing is left to do with it.
  }
}

/** At a start and a clean stop: nothing is left in the log, and all records of how far the feeds came agree. */
function settle({ db, progress }: Connection): void {
  try {
    progress.record();
  } catch {
    // A full disk, or another process with the lock: the next commits record it.
  }
  progress.mark('now');
  cutLog(db);
}

function checkpoint(): void {
  pagesWritten = 0;
  if (!connection) return;
  const { db } = connection;
  try {
    // What was counted is the most that it may be: batches write many pages once that their rows touch often.
    const inLog = Number(db.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.log);
    if (inLog < checkpointPages) {
      pagesWritten = inLog;
      return;
    }
    const { log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {};
    if (log === checkpointed && Number(log) <= 2 * checkpointPages) return;
    cutLog(db);
  } catch {
    // It is tried again after the next pages; the log only grows meanwhile.
  }
}

/** Moves what is in the log, and cuts its file to nothing unless somebody reads from it. */
function cutLog(db: DatabaseSync): void {
  try {
    db.exec(`PRAGMA busy_timeout = ${cutWaitMs}`);
    const { busy } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
    pagesWritten = busy === 0 ? 0 : checkpointPages - checkpointAgainPages;
  } catch {
    // A full disk; it is tried again.
  } finally {
    db.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
  }
}
