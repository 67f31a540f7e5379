// Store contract, part one: feeds. `commit` makes a batch of writes durable in one transaction, planned by the pure
// function that the hub passes; `read` answers from what is committed.
// Every back end passes the same suite (test/contract/store.ts).
import type { AppId } from '../model/app.ts';
import type {
  BacklogResult,
  BacklogState,
  NewWebhookChange,
  WaitingIn,
  WaitingUpTo,
  Watches,
  WebhookChange,
} from '../model/change-subscription.ts';
import type {
  DeliveryKey,
  DeliveryResult,
  PlannedDelivery,
  ProviderAnswer,
  Route,
  StoredDelivery,
} from '../model/delivery.ts';
import type { StoredNotification } from '../model/notification.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { Device, StoredSubscription } from '../model/subscription.ts';
import type { Change, Due, FeedOwner, FetchedOne, FetchWrite, Outcome, Write } from '../model/write.ts';
import type { Lookups } from './lookups.ts';
import type { Searches } from './search.ts';

export interface FeedRow extends FeedOwner {
  readonly user: UserKey;
  /** Drawn when the feed begins; another one after a restore makes older cursors void. */
  readonly epoch: number;
  /** Sequence of the newest change. */
  readonly head: number;
  /** What the person has set for all devices, as one text; null where that is nothing. */
  readonly preferences: string | null;
  /** Sequence of the last change of them. */
  readonly preferencesSeq: number;
}

export interface FeedAppRow {
  readonly user: UserKey;
  readonly app: AppId;
  readonly unread: number;
  /** Sequence of the newest change of this app. */
  readonly head: number;
  /** The highest sequence of a purged tombstone: a cursor below it can't be honoured. */
  readonly floor: number;
  /** Of the living notifications, in UTF-8. It holds only while `countedTo` is the head. */
  readonly contentBytes: number;
  readonly countedTo: number;
  /** When the newest change was made, as its notification says. */
  readonly modified: number;
  /** Of the newest notification; null where an earlier version left it unsaid. */
  readonly era: number;
  readonly newestId: string | null;
}

/** What a plan may look at, inside the transaction and under the feeds' locks. */
export interface Snapshot {
  feed(user: UserKey): FeedRow | null;
  feedApps(user: UserKey): readonly FeedAppRow[];
  /** Counted in the store: bytes of content of the living notifications. */
  contentBytes(user: UserKey, app: AppId): number;
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
  /** All of the user, of every app, lapsed ones included. */
  subscriptions(user: UserKey): readonly StoredSubscription[];
  /** Of one notification; of `noNotification` all that tap the user's devices. */
  deliveries(user: UserKey, notification: string): readonly StoredDelivery[];
}

export interface RowChange<Row> {
  readonly row: Row;
  readonly isNew: boolean;
}

/** Rows to write and answers to give; made by `planBatch`, applied by the store. */
export interface Plan {
  readonly outcomes: readonly Outcome[];
  readonly changes: readonly Change[];
  /** Feeds whose head moved without a change of a notification. */
  readonly moved: readonly FeedHead[];
  readonly feeds: readonly RowChange<FeedRow>[];
  readonly feedApps: readonly RowChange<FeedAppRow>[];
  readonly notifications: readonly RowChange<StoredNotification>[];
  readonly purged: readonly StoredNotification[];
  /** Users whose feed goes, when no notification and no subscription is left after all else of the plan. */
  readonly erased: readonly UserKey[];
  readonly subscriptions: readonly RowChange<StoredSubscription>[];
  readonly endedSubscriptions: readonly StoredSubscription[];
  readonly deliveries: readonly RowChange<StoredDelivery>[];
  /** Each is written only while its delivery is open and still of that sequence. */
  readonly results: readonly DeliveryResult[];
  readonly fetched: readonly FetchMark[];
  /** What endpoints are to be told, in the order of each feed. */
  readonly webhooks: readonly NewWebhookChange[];
  readonly backlogResults: readonly BacklogResult[];
}

/** Marks deliveries of a subscription as fetched: those of changes up to a sequence, those of single notifications. */
export interface FetchMark {
  readonly user: UserKey;
  readonly subscription: string;
  readonly upTo: number | null;
  readonly each: readonly FetchedOne[];
  readonly at: number;
  readonly seen: boolean;
}

export interface PlanContext {
  readonly now: number;
  /** Deliveries are inserted already claimed, since the committing node sends them from memory. */
  readonly claim: boolean;
  /** Who is told of changes by webhook; absent or null: nobody. */
  readonly watches?: Watches | null;
}

export interface NamedRow {
  readonly user: UserKey;
  readonly id: string;
}

/** A notification by its appNotificationId. */
export interface NamedPost {
  readonly user: UserKey;
  readonly app: string;
  readonly name: string;
}

export interface UserApp {
  readonly user: UserKey;
  readonly app: AppId;
}

/** What a plan may look at, known from its writes alone: each plan declares it (feed/plan). */
export interface PlanReads {
  /** Feeds that are locked, with their counts and subscriptions, and how many changes each most likely gets. */
  readonly feeds: ReadonlyMap<UserKey, number>;
  /** Those that begin when they are not there yet. */
  readonly begun: ReadonlySet<UserKey>;
  /** Apps whose content is counted anew. */
  readonly counted: readonly UserApp[];
  readonly notifications: readonly NamedRow[];
  readonly names: readonly NamedPost[];
  /** Names must be looked up, and not be taken for new. */
  readonly needsNames: boolean;
  /** Notifications whose deliveries the plan may look at; beside them those of `names` that are there, with their taps. */
  readonly deliveries: readonly NamedRow[];
  /** Push addresses that a write brings, so that its subscription takes them from whoever has them: `user hash`. */
  readonly addresses: ReadonlySet<string>;
  /** Those that end with a subscription of these feeds, unless another has taken them. */
  readonly dead: readonly string[];
  /** Evidence, which locks its deliveries alone. */
  readonly results: readonly DeliveryKey[];
  /** Those of the results that a provider has taken: they may come after their notification was handled. */
  readonly sent: readonly DeliveryKey[];
  readonly marks: readonly FetchWrite[];
}

export interface Planner {
  /** What the plan of these writes may look at. */
  readsOf(writes: readonly Write[]): PlanReads;
  plan(writes: readonly Write[], snapshot: Snapshot, context: PlanContext): Plan;
}

export interface Committed {
  readonly outcomes: readonly Outcome[];
  /** In the order of each feed's sequence. */
  readonly changes: readonly Change[];
  readonly moved: readonly FeedHead[];
  /** Those that were inserted already claimed. */
  readonly deliveries: readonly PlannedDelivery[];
  /** What endpoints are now to be told. */
  readonly webhooks: readonly WaitingIn[];
  /** Of each delivery whose device has now fetched it, how long ago it was planned. Absent: of none. */
  readonly fetchedAfterMs?: readonly number[];
}

export interface Position {
  readonly epoch: number;
  readonly head: number;
  readonly unread: number;
  readonly floor: number;
  /** Sequence of the last change of the person's preferences. */
  readonly preferencesSeq: number;
}

export interface FeedHead {
  readonly user: UserKey;
  readonly epoch: number;
  readonly seq: number;
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

/** A living notification that was handled, with the bytes of its content. */
export interface HandledRow {
  readonly id: string;
  readonly contentBytes: number;
  /** As its ETag has them. */
  readonly changes: number;
}

/** Everything that decides on an attempt, as it is now. */
export interface SendContext {
  readonly delivery: StoredDelivery;
  /** Null for a `clear`, and when it is purged. */
  readonly notification: StoredNotification | null;
  readonly subscription: StoredSubscription | null;
  /** Everything up to here the subscription has fetched. */
  readonly fetchedSeq: number;
  /** What the subscription may see of it is unread. */
  readonly unread: number;
  /** Of the person. */
  readonly preferences: string | null;
  /** The newest handled notifications that the subscription has not fetched since, newest first; at most 32. */
  readonly handled: readonly string[];
}

export type EarlierAnswers = Pick<DeliveryKey, 'subscription' | 'kind'> & {
  /** In the order of the attempts. */
  readonly answers: readonly ProviderAnswer[];
};

export interface FailedQuery {
  readonly app: AppId | null;
  readonly limit: number;
  /** Keyset: only those after this one. */
  readonly after: DeliveryKey | null;
}

export interface DeliveryReader {
  /** In the order of the keys; null where there is no such delivery. */
  sendContexts(keys: readonly DeliveryKey[]): Promise<(SendContext | null)[]>;
  /** Lanes with a delivery that is due, or whose last one was dated while the clock was ahead. */
  dueRoutes(now: number): Promise<Route[]>;
  deliveries(user: UserKey, notification: string): Promise<StoredDelivery[]>;
  /** What providers answered to all but the last attempts, where there were several. */
  earlierAnswers(user: UserKey, notification: string): Promise<EarlierAnswers[]>;
  failedDeliveries(query: FailedQuery): Promise<StoredDelivery[]>;
  /** How many of a lane wait, counted up to the limit. */
  waitingDeliveries(lane: Route, limit: number): Promise<number>;
  fetchedSeq(user: UserKey, subscription: string): Promise<number>;
  /**
   * When the oldest delivery that waits was planned, or null. A fallback waits only from its own time on. Of each lane those
   * that are due first and last are looked at, so that a long backlog costs nothing.
   */
  oldestPending(now: number): Promise<number | null>;
}

/** As many of each end of a lane. */
export const pendingLookedAt = 16;

export const headsMax = 500;

/** `contentBytes` as `FeedAppRow` has them; null where they were not counted since an earlier version wrote. */
interface StoredOfApp {
  readonly app: AppId;
  readonly contentBytes: number | null;
}

export interface FeedReader extends DeliveryReader, Searches, Lookups {
  owner(user: UserKey): Promise<FeedRow | null>;
  /** By the subject, or by the user principal name as `foldName` compares it; of several by that of exactly this name. */
  findOwner(issuer: string, subjectOrName: string): Promise<FeedRow | null>;
  /** Whose names begin so, as `foldName` compares them, in their order. */
  ownersByPrefix(prefix: string, limit: number): Promise<FeedRow[]>;
  /** Of a feed that does not exist yet: epoch 0, head 0. */
  position(user: UserKey, visibility: Visibility): Promise<Position>;
  /** How far the feeds of at most `headsMax` users have come, in any order; one that does not exist yet is left out. */
  heads(users: readonly UserKey[]): Promise<FeedHead[]>;
  notification(user: UserKey, id: string): Promise<StoredNotification | null>;
  /** The living one of that appNotificationId. */
  named(user: UserKey, app: AppId, appNotificationId: string): Promise<StoredNotification | null>;
  list(user: UserKey, query: ListQuery): Promise<StoredNotification[]>;
  count(user: UserKey, visibility: Visibility, now: number): Promise<number>;
  /** Those that were handled and are not removed, the oldest first. */
  handled(user: UserKey, app: AppId, limit: number): Promise<HandledRow[]>;
  /** What the living notifications hold, by app, in any order. */
  stored(user: UserKey): Promise<StoredOfApp[]>;
  changes(user: UserKey, visibility: Visibility, after: number, limit: number): Promise<ChangesPage>;
  subscription(user: UserKey, id: string): Promise<StoredSubscription | null>;
  subscriptions(user: UserKey, app: AppId, now: number): Promise<StoredSubscription[]>;
  /** Of every app, lapsed ones included. */
  subscriptionsOfUser(user: UserKey): Promise<StoredSubscription[]>;
  /** The living ones of all apps, the oldest first. */
  devices(user: UserKey, now: number): Promise<Device[]>;
  /** How many push addresses of that kind an app has, counted up to `most`. */
  countAddresses(app: AppId, type: string, most: number): Promise<number>;
  /** The longest due of all users, a user's together: what is written beside each other costs less. So are those below. */
  dueExpirations(now: number, limit: number): Promise<Due[]>;
  /** How many unread ones of a user are past their expiration and still there, of the `most` first of all users. */
  unreadExpired(user: UserKey, visibility: Visibility, now: number, most: number): Promise<number>;
  /** Of questions that nobody answered. */
  dueDeadlines(now: number, limit: number): Promise<Due[]>;
  dueWakings(now: number, limit: number): Promise<Due[]>;
  duePurges(now: number, limit: number): Promise<Due[]>;
}

/** What waits to be told by webhook: one backlog a change subscription, and one for its lifecycle. */
export interface WebhookBacklogs {
  /** Backlogs with changes that wait and whose time has come; of a shared store those that no other node has claimed. */
  due(now: number): Promise<string[]>;
  /** Holds the backlog for `backlogLeaseMs`. Null: another node holds it. */
  claim(backlog: string, now: number): Promise<BacklogState | null>;
  /** What this node holds is free for the others, at its end. */
  release(): Promise<void>;
  /** The first ones after that place, in their order. */
  changes(backlog: string, after: number, limit: number): Promise<WebhookChange[]>;
  /** Of the first `most` of them. */
  waiting(backlog: string, most: number): Promise<WaitingUpTo>;
  /** The place of the last one that was made until then; null when there is none. */
  lastUntil(backlog: string, at: number): Promise<number | null>;
  /** Backlogs that fail, the longest first. */
  failing(limit: number): Promise<(BacklogState & { readonly backlog: string })[]>;
}

/** Longer than the longest attempt, so that a node renews its claim only before each. */
export const backlogLeaseMs = 25_000;

export interface ClaimQuery extends Route {
  readonly now: number;
  readonly limit: number;
}

export interface FeedStore {
  readonly read: FeedReader;
  readonly webhooks: WebhookBacklogs;
  /** Other nodes may claim what this one does not renew; false where one process owns the store. */
  readonly shared: boolean;
  /**
   * Resolves after the commit is durable; rejects with a StoreError, and then, unless its fault is `uncertain`, nothing
   * of the batch is there.
   * `claim` is false when this node has no room for more deliveries in memory.
   */
  commit(
    writes: readonly Write[],
    now: number,
    claim?: boolean,
    watches?: Watches | null,
  ): Promise<Committed>;
  /**
   * Takes what is due in a lane, the longest due first, and holds it for `claimLeaseMs`. What was dated while the clock was
   * ahead is due after the wait of its rule, from now: the last `limit` of the lane are looked at.
   */
  claim(query: ClaimQuery): Promise<PlannedDelivery[]>;
  /** Resolves when a write, which changes nothing that is read, became durable; rejects with a StoreError otherwise. */
  probe?(): Promise<void>;
  /** The time of the machine that keeps a shared store; all nodes go by it. */
  readTime?(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Why a batch failed: `busy` (try the same batch again), `unavailable` (the store can't write now: full, read-only,
 * unreachable), `uncertain` (the same, and it is unknown whether the batch is there: the connection was lost at
 * COMMIT), `poison` (one write of the batch breaks the statement: halve it until it is alone).
 */
export type StoreFault = 'busy' | 'unavailable' | 'uncertain' | 'poison';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

/** A store that is there and can't be served as it is, whenever it is asked; its message says what to change. */
export class UnusableStore extends StoreError {
  constructor(message: string) {
    super('unavailable', message);
  }
}
