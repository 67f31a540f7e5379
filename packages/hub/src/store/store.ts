// Store contract, part one: feeds. Two doors: `commit` takes a batch of writes and makes it durable in one
// transaction, planned by the pure function that the hub hands over; `read` answers from what is committed.
// Every back end passes the same suite (test/contract/store.ts).
import type { AppId } from '../model/app.ts';
import type { StoredNotification } from '../model/notification.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { StoredSubscription } from '../model/subscription.ts';
import type { Change, FeedOwner, Outcome, Write } from '../model/write.ts';

export interface FeedRow extends FeedOwner {
  readonly user: UserKey;
  /** Drawn when the feed begins; another one after a restore makes older cursors void. */
  readonly epoch: number;
  /** Sequence of the newest change. */
  readonly head: number;
}

export interface FeedAppRow {
  readonly user: UserKey;
  readonly app: AppId;
  readonly unread: number;
  /** Sequence of the newest change of this app. */
  readonly head: number;
  /** The highest sequence of a purged tombstone: a cursor below it can't be honoured. */
  readonly floor: number;
}

/** What a plan may look at, inside the transaction and under the feeds' locks. */
export interface Snapshot {
  feed(user: UserKey): FeedRow | null;
  feedApps(user: UserKey): readonly FeedAppRow[];
  /** Alive or not; null when it was never there or is purged. */
  notification(user: UserKey, id: string): StoredNotification | null;
  aliveByAppNotificationId(user: UserKey, app: AppId, appNotificationId: string): StoredNotification | null;
  subscription(user: UserKey, app: AppId, id: string): StoredSubscription | null;
  subscriptionByInstallation(user: UserKey, app: AppId, installationId: string): StoredSubscription | null;
  countSubscriptions(user: UserKey, app: AppId): number;
  /** Those whose lease is over, the longest ago first. */
  lapsedSubscriptions(user: UserKey, app: AppId, now: number): readonly StoredSubscription[];
  /** Who holds the push address now. */
  addressHolder(addressHash: string): { user: UserKey; id: string; app: AppId } | null;
}

export interface RowChange<Row> {
  readonly row: Row;
  readonly isNew: boolean;
}

/** Rows to write and answers to give; made by `planBatch`, applied by the store. */
export interface Plan {
  readonly outcomes: readonly Outcome[];
  readonly changes: readonly Change[];
  readonly feeds: readonly RowChange<FeedRow>[];
  readonly feedApps: readonly RowChange<FeedAppRow>[];
  readonly notifications: readonly RowChange<StoredNotification>[];
  readonly purged: readonly StoredNotification[];
  readonly subscriptions: readonly RowChange<StoredSubscription>[];
  readonly endedSubscriptions: readonly StoredSubscription[];
}

export type Planner = (writes: readonly Write[], snapshot: Snapshot, now: number) => Plan;

export interface Committed {
  readonly outcomes: readonly Outcome[];
  /** In the order of each feed's sequence. */
  readonly changes: readonly Change[];
}

export interface Position {
  readonly epoch: number;
  readonly head: number;
  readonly unread: number;
  readonly floor: number;
}

export interface ChangesPage extends Position {
  /** Latest states, in the order of their latest change; tombstones included. */
  readonly rows: readonly StoredNotification[];
  /** Everything up to here has been looked at. */
  readonly scannedTo: number;
}

export interface ListQuery {
  readonly visibility: Visibility;
  readonly now: number;
  readonly limit: number;
  /** Only those created before the one with this id. */
  readonly beforeId: string | null;
}

export interface Due {
  readonly user: UserKey;
  readonly id: string;
}

export interface FeedReader {
  owner(user: UserKey): Promise<FeedRow | null>;
  /** Of a feed that does not exist yet: epoch 0, head 0. */
  position(user: UserKey, visibility: Visibility): Promise<Position>;
  notification(user: UserKey, id: string): Promise<StoredNotification | null>;
  list(user: UserKey, query: ListQuery): Promise<StoredNotification[]>;
  count(user: UserKey, visibility: Visibility, now: number): Promise<number>;
  changes(user: UserKey, visibility: Visibility, after: number, limit: number): Promise<ChangesPage>;
  subscription(user: UserKey, id: string): Promise<StoredSubscription | null>;
  subscriptions(user: UserKey, app: AppId, now: number): Promise<StoredSubscription[]>;
  dueExpirations(now: number, limit: number): Promise<Due[]>;
  dueWakings(now: number, limit: number): Promise<Due[]>;
  duePurges(now: number, limit: number): Promise<Due[]>;
}

export interface FeedStore {
  readonly read: FeedReader;
  /** Resolves after the commit is durable; rejects with a StoreError, and then nothing of the batch is there. */
  commit(writes: readonly Write[], now: number): Promise<Committed>;
  close(): Promise<void>;
}

/**
 * Why a batch failed: `busy` (try the same batch again), `unavailable` (the store can't write now: full, read-only,
 * unreachable), `poison` (one write of the batch breaks the statement: halve it until it is alone).
 */
export type StoreFault = 'busy' | 'unavailable' | 'poison';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}
