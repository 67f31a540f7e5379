// The rows that a batch has read and written so far. Later writes of the batch see earlier ones, and each row is written
// once, in its last form. Only the first read of a row reaches the snapshot.
import { randomInt } from 'node:crypto';
import type { AppId } from '../../model/app.ts';
import type { BacklogResult, NewWebhookChange } from '../../model/change-subscription.ts';
import { type DeliveryKey, type DeliveryResult, isOpen, type StoredDelivery } from '../../model/delivery.ts';
import type { StoredNotification } from '../../model/notification.ts';
import type { UserKey } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { Change, ChangeCause, FeedOwner } from '../../model/write.ts';
import type { FeedHead, FeedRow, FetchMark, Plan, RowChange, Snapshot } from '../../store/store.ts';
import { FeedCounts, type Place } from './feed-counts.ts';

interface Feed {
  row: FeedRow;
  readonly counts: FeedCounts;
  isNew: boolean;
  dirty: boolean;
}

export class Overlay {
  readonly #snapshot: Snapshot;
  readonly #feeds: FeedRows;
  readonly #notifications = new RowTable<StoredNotification>();
  /** (user, app, appNotificationId) -> id of the living one. */
  readonly #named = new Map<string, string | null>();
  readonly #subscriptions = new RowTable<StoredSubscription>();
  readonly #installations = new Map<string, string | null>();
  /** Push addresses that this batch gave to a subscription. */
  readonly #addresses = new Map<string, StoredSubscription>();
  readonly #ended = new Map<string, StoredSubscription>();
  readonly #purged: StoredNotification[] = [];
  readonly changes: Change[] = [];
  readonly deliveries: DeliveryOverlay;
  readonly fetched: FetchMark[] = [];
  readonly erased: UserKey[] = [];
  readonly webhooks: NewWebhookChange[] = [];
  readonly backlogResults: BacklogResult[] = [];

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#feeds = new FeedRows(snapshot);
    this.deliveries = new DeliveryOverlay(snapshot);
  }

  feed(user: UserKey): FeedRow | null {
    return this.#feeds.open(user)?.row ?? null;
  }

  /** The feed, begun if there is none; a known owner's new name is kept. */
  beginFeed(user: UserKey, owner: FeedOwner): void {
    this.#feeds.begin(user, owner);
  }

  putPreferences(user: UserKey, preferences: string | null): void {
    this.#feeds.putPreferences(user, preferences);
  }

  notification(user: UserKey, id: string): StoredNotification | null {
    const read = () => this.#snapshot.notification(user, id);
    return this.#notifications.get(notificationKey({ user, id }), read);
  }

  namedNotification(user: UserKey, app: AppId, name: string): StoredNotification | null {
    const key = `${user} ${app} ${name}`;
    let id = this.#named.get(key);
    if (id === undefined) {
      const row = this.#snapshot.aliveByAppNotificationId(user, app, name);
      // An earlier write of this batch may have removed it, so its entry is read, not the snapshot.
      const current = row && this.#notifications.get(notificationKey(row), () => row);
      id = current && current.removed === null ? current.id : null;
      this.#named.set(key, id);
    }
    return id === null ? null : this.notification(user, id);
  }

  /** Commits one change of a notification: gives it the next sequence and keeps the unread counts. */
  change(
    before: StoredNotification | null,
    after: Omit<StoredNotification, 'seq'>,
    cause: ChangeCause,
  ): StoredNotification {
    const feed = this.#feeds.open(after.user) as Feed;
    const seq = feed.row.head + 1;
    const row: StoredNotification = { ...after, seq, modified: feed.counts.modifiedAt(after.modified) };
    if (before === null) this.#notifications.get(notificationKey(row), () => null);
    this.#notifications.put(notificationKey(row), row);
    if (row.appNotificationId !== null) {
      this.#named.set(
        `${row.user} ${row.app} ${row.appNotificationId}`,
        row.removed === null ? row.id : null,
      );
    }
    feed.row = { ...feed.row, head: seq };
    feed.dirty = true;
    feed.counts.change(before, row);
    this.changes.push({
      user: row.user,
      seq,
      epoch: feed.row.epoch,
      cause,
      notification: row,
      unread: feed.counts.unread(null),
      unreadOfApp: feed.counts.unread(row.app),
    });
    return row;
  }

  nextPlace(user: UserKey, id: string, now: number): Place {
    return this.#feeds.open(user)?.counts.nextPlace(id, now) ?? { era: 0, id };
  }

  unread(user: UserKey, app: AppId | null = null): number {
    return this.#feeds.open(user)?.counts.unread(app) ?? 0;
  }

  /** Of the living notifications; null where they were never counted. */
  contentBytes(user: UserKey, app: AppId): number | null {
    return this.#feeds.open(user)?.counts.contentBytes(app) ?? null;
  }

  recount(user: UserKey, app: AppId): void {
    if (this.contentBytes(user, app) !== null) return;
    this.#feeds.open(user)?.counts.recount(app, this.#snapshot.contentBytes(user, app));
  }

  purge(row: StoredNotification): void {
    this.#feeds.open(row.user)?.counts.purge(row);
    this.#purged.push(row);
  }

  subscription(user: UserKey, app: AppId, id: string): StoredSubscription | null {
    if (this.#ended.has(id)) return null;
    const read = () => this.#snapshot.subscription(user, app, id);
    return this.#subscriptions.get(subscriptionKey({ user, app, id }), read);
  }

  subscriptionByInstallation(user: UserKey, app: AppId, installationId: string): StoredSubscription | null {
    const key = `${user} ${app} ${installationId}`;
    let id = this.#installations.get(key);
    if (id === undefined) {
      const row = this.#snapshot.subscriptionByInstallation(user, app, installationId);
      if (row) this.#subscriptions.get(subscriptionKey(row), () => row);
      id = row?.id ?? null;
      this.#installations.set(key, id);
    }
    return id === null ? null : this.subscription(user, app, id);
  }

  countSubscriptions(user: UserKey, app: AppId): number {
    const isOf = (row: StoredSubscription) => row.user === user && row.app === app;
    const begun = this.#subscriptions.dirty().filter(({ row, isNew }) => isNew && isOf(row)).length;
    const ended = [...this.#ended.values()].filter(isOf).length;
    return this.#snapshot.countSubscriptions(user, app) + begun - ended;
  }

  /** All of the user, of every app, lapsed ones included. */
  subscriptions(user: UserKey): StoredSubscription[] {
    const rows = this.#snapshot.subscriptions(user);
    for (const row of rows) this.#subscriptions.get(subscriptionKey(row), () => row);
    if (!this.#subscriptions.isDirty && this.#ended.size === 0) return [...rows];
    return this.#subscriptions.rows().filter((row) => row.user === user && !this.#ended.has(row.id));
  }

  /** The one whose lease has been over for longest, as it is now. */
  lapsedSubscription(user: UserKey, app: AppId, now: number): StoredSubscription | null {
    for (const { id } of this.#snapshot.lapsedSubscriptions(user, app, now)) {
      const row = this.subscription(user, app, id);
      if (row && row.leaseUntil <= now) return row;
    }
    return null;
  }

  addressHolder(hash: string): StoredSubscription | null {
    const holder = this.#addresses.get(hash) ?? this.#snapshot.addressHolder(hash);
    return holder && this.subscription(holder.user, holder.app, holder.id);
  }

  putSubscription(row: StoredSubscription): void {
    this.#subscriptions.get(subscriptionKey(row), () => null);
    this.#subscriptions.put(subscriptionKey(row), row);
    if (row.addressHash !== null) this.#addresses.set(row.addressHash, row);
    this.#installations.set(`${row.user} ${row.app} ${row.installationId}`, row.id);
  }

  endSubscription(row: StoredSubscription): void {
    this.#ended.set(row.id, row);
    this.#installations.set(`${row.user} ${row.app} ${row.installationId}`, null);
  }

  /** Everything that the batch writes, beside the answers. */
  rows(): Omit<Plan, 'outcomes'> {
    return {
      ...this.#feeds.rows(),
      changes: this.changes,
      notifications: this.#notifications.dirty(),
      purged: this.#purged,
      erased: this.erased,
      subscriptions: this.#subscriptions.dirty().filter(({ row }) => !this.#ended.has(row.id)),
      endedSubscriptions: [...this.#ended.values()],
      deliveries: this.deliveries.dirty(),
      results: this.deliveries.results,
      fetched: this.fetched,
      webhooks: this.webhooks,
      backlogResults: this.backlogResults,
    };
  }
}

/** The feeds that the batch has read and moved so far, each with what is kept of it by app. */
class FeedRows {
  readonly moved: FeedHead[] = [];
  readonly #snapshot: Snapshot;
  readonly #feeds = new Map<UserKey, Feed>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  open(user: UserKey): Feed | null {
    let feed = this.#feeds.get(user);
    if (!feed) {
      const row = this.#snapshot.feed(user);
      if (!row) return null;
      const counts = new FeedCounts(user, this.#snapshot.feedApps(user));
      feed = { row, counts, isNew: false, dirty: false };
      this.#feeds.set(user, feed);
    }
    return feed;
  }

  begin(user: UserKey, owner: FeedOwner): void {
    const feed = this.open(user);
    if (!feed) {
      const begun = { epoch: randomInt(1, 2 ** 31), head: 0, preferences: null, preferencesSeq: 0 };
      const row = { user, ...begun, ...owner };
      this.#feeds.set(user, { row, counts: new FeedCounts(user, []), isNew: true, dirty: true });
    } else if (feed.row.name !== owner.name) {
      feed.row = { ...feed.row, name: owner.name };
      feed.dirty = true;
    }
  }

  /** Takes a sequence as a change of a notification does. The feed must have begun. */
  putPreferences(user: UserKey, preferences: string | null): void {
    const feed = this.open(user) as Feed;
    const seq = feed.row.head + 1;
    feed.row = { ...feed.row, head: seq, preferences, preferencesSeq: seq };
    feed.dirty = true;
    this.moved.push({ user, epoch: feed.row.epoch, seq });
  }

  rows(): Pick<Plan, 'moved' | 'feeds' | 'feedApps'> {
    const feeds = [...this.#feeds.values()];
    return {
      moved: this.moved,
      feeds: feeds.filter((feed) => feed.dirty).map(({ row, isNew }) => ({ row, isNew })),
      feedApps: feeds.flatMap(({ counts }) => counts.dirty()),
    };
  }
}

// A caller that names another user's or app's id must not reach its row, whatever else the batch has read.
function notificationKey({ user, id }: Pick<StoredNotification, 'user' | 'id'>): string {
  return `${user} ${id}`;
}

function subscriptionKey({ user, app, id }: Pick<StoredSubscription, 'user' | 'app' | 'id'>): string {
  return `${user} ${app} ${id}`;
}

interface Planned {
  /** By subscription and kind. */
  readonly rows: Map<string, StoredDelivery>;
  readonly stored: ReadonlySet<string>;
  readonly dirty: Set<string>;
}

/** The deliveries that the batch has read and planned so far, and the results of attempts that it records. */
export class DeliveryOverlay {
  readonly results: DeliveryResult[] = [];
  /** Those that this batch has ended, since they were taken last. */
  #ended: StoredDelivery[] = [];
  readonly #snapshot: Snapshot;
  readonly #byNotification = new Map<string, Planned>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** Of one notification, whatever their kind. */
  of(user: UserKey, notification: string): StoredDelivery[] {
    return [...this.#open(user, notification).rows.values()];
  }

  /** A notification that this batch creates has none yet: nothing needs to be looked for. */
  begin(user: UserKey, notification: string): void {
    this.#byNotification.set(`${user} ${notification}`, emptyPlanned([]));
  }

  put(row: StoredDelivery): void {
    const { rows, dirty } = this.#open(row.user, row.notification);
    const before = rows.get(keyIn(row));
    const isUndone = before?.status === 'accepted' && row.status === 'failed';
    if (!isOpen(row.status) && (!before || isOpen(before.status) || isUndone)) this.#ended.push(row);
    rows.set(keyIn(row), row);
    dirty.add(keyIn(row));
  }

  takeEnded(): StoredDelivery[] {
    const ended = this.#ended;
    if (ended.length > 0) this.#ended = [];
    return ended;
  }

  dirty(): RowChange<StoredDelivery>[] {
    const changes: RowChange<StoredDelivery>[] = [];
    for (const { rows, stored, dirty } of this.#byNotification.values()) {
      for (const key of dirty)
        changes.push({ row: rows.get(key) as StoredDelivery, isNew: !stored.has(key) });
    }
    return changes;
  }

  #open(user: UserKey, notification: string): Planned {
    const key = `${user} ${notification}`;
    let planned = this.#byNotification.get(key);
    if (!planned) {
      planned = emptyPlanned(this.#snapshot.deliveries(user, notification));
      this.#byNotification.set(key, planned);
    }
    return planned;
  }
}

function emptyPlanned(stored: readonly StoredDelivery[]): Planned {
  const rows = new Map(stored.map((row) => [keyIn(row), row]));
  return { rows, stored: new Set(rows.keys()), dirty: new Set() };
}

function keyIn({ subscription, kind }: Pick<DeliveryKey, 'subscription' | 'kind'>): string {
  return `${subscription} ${kind}`;
}

interface Entry<Row> {
  row: Row | null;
  isNew: boolean;
  dirty: boolean;
}

/** Rows of one kind that the batch has looked at or written, by key. */
class RowTable<Row> {
  readonly #entries = new Map<string, Entry<Row>>();
  #dirty = false;

  get isDirty(): boolean {
    return this.#dirty;
  }

  get(key: string, read: () => Row | null): Row | null {
    let entry = this.#entries.get(key);
    if (!entry) {
      const row = read();
      entry = { row, isNew: row === null, dirty: false };
      this.#entries.set(key, entry);
    }
    return entry.row;
  }

  /** The row must have been looked for with `get` before. */
  put(key: string, row: Row): void {
    const entry = this.#entries.get(key) as Entry<Row>;
    entry.row = row;
    entry.dirty = true;
    this.#dirty = true;
  }

  /** All that are there now. */
  rows(): Row[] {
    return [...this.#entries.values()].flatMap(({ row }) => (row === null ? [] : [row]));
  }

  dirty(): { row: Row; isNew: boolean }[] {
    const rows = [];
    for (const { row, isNew, dirty } of this.#entries.values()) {
      if (dirty && row !== null) rows.push({ row, isNew });
    }
    return rows;
  }
}
