// What a plan may look at, read beforehand. A row that the batch named and that is not here does not exist; a row that
// the batch did not name can't be told from one that does not exist, so asking for it is a mistake of ours and fails.
import { noNotification, type StoredDelivery } from '../../../../model/delivery.ts';
import type { StoredNotification } from '../../../../model/notification.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { StoredSubscription } from '../../../../model/subscription.ts';
import type { FeedAppRow, FeedRow, Snapshot } from '../../../store.ts';
import type { Named } from './plan-reads.ts';

export class SeenRows implements Snapshot {
  readonly #users: ReadonlyMap<UserKey, number>;
  /** Users whose subscriptions may be looked at. */
  readonly #reached: ReadonlySet<UserKey>;
  readonly #feeds = new Map<UserKey, FeedRow>();
  readonly #feedApps = new Map<UserKey, FeedAppRow[]>();
  readonly #subscriptions = new Map<UserKey, StoredSubscription[]>();
  readonly #notifications = new Map<string, StoredNotification | null>();
  readonly #texts = new Map<string, StoredNotification | null>();
  readonly #deliveries = new Map<string, StoredDelivery[]>();

  constructor({ users, notifications, texts, deliveries, sent }: Named) {
    this.#users = users;
    this.#reached = new Set([...users.keys(), ...sent.map(({ user }) => user)]);
    for (const { user, id } of notifications) this.#notifications.set(keyOf(user, id), null);
    for (const { user, app, name } of texts) this.#texts.set(`${user} ${app} ${name}`, null);
    for (const { user, id } of deliveries) this.#deliveries.set(keyOf(user, id), []);
    for (const { user, notification } of sent) {
      this.#notifications.set(keyOf(user, notification), null);
      for (const id of [notification, noNotification]) this.#deliveries.set(keyOf(user, id), []);
    }
  }

  putFeed(row: FeedRow): void {
    this.#feeds.set(row.user, row);
  }

  putFeedApp(row: FeedAppRow): void {
    append(this.#feedApps, row.user, row);
  }

  putSubscription(row: StoredSubscription): void {
    append(this.#subscriptions, row.user, row);
  }

  putNotification(row: StoredNotification): void {
    this.#notifications.set(keyOf(row.user, row.id), row);
  }

  putText(row: StoredNotification): void {
    this.#texts.set(`${row.user} ${row.app} ${row.appNotificationId}`, row);
    for (const id of [row.id, noNotification]) {
      const key = keyOf(row.user, id);
      if (!this.#deliveries.has(key)) this.#deliveries.set(key, []);
    }
  }

  /** A row that was locked for its evidence alone is not looked at. */
  putDelivery(row: StoredDelivery): void {
    this.#deliveries.get(keyOf(row.user, row.notification))?.push(row);
  }

  feed(user: UserKey): FeedRow | null {
    this.#mustBeNamed(user);
    return this.#feeds.get(user) ?? null;
  }

  feedApps(user: UserKey): readonly FeedAppRow[] {
    this.#mustBeNamed(user);
    return this.#feedApps.get(user) ?? [];
  }

  notification(user: UserKey, id: string): StoredNotification | null {
    const row = this.#notifications.get(keyOf(user, id));
    return row === undefined ? unnamed('the notification', user, id) : row;
  }

  aliveByAppNotificationId(user: UserKey, app: string, appNotificationId: string): StoredNotification | null {
    const row = this.#texts.get(`${user} ${app} ${appNotificationId}`);
    return row === undefined ? unnamed('the appNotificationId', user, app, appNotificationId) : row;
  }

  subscription(user: UserKey, app: string, id: string): StoredSubscription | null {
    return this.#ofApp(user, app).find((row) => row.id === id) ?? null;
  }

  subscriptionByInstallation(user: UserKey, app: string, installationId: string): StoredSubscription | null {
    return this.#ofApp(user, app).find((row) => row.installationId === installationId) ?? null;
  }

  countSubscriptions(user: UserKey, app: string): number {
    return this.#ofApp(user, app).length;
  }

  lapsedSubscriptions(user: UserKey, app: string, now: number): readonly StoredSubscription[] {
    const lapsed = this.#ofApp(user, app).filter(({ leaseUntil }) => leaseUntil <= now);
    return lapsed.sort((a, b) => a.leaseUntil - b.leaseUntil);
  }

  /**
   * Among the users of the batch: there the loser's row changes with the winner's. Another user's row is in another
   * place and stays as it is; that `push_address` no longer names it is what takes the address away from it.
   */
  addressHolder(hash: string): { user: UserKey; id: string; app: string } | null {
    for (const rows of this.#subscriptions.values()) {
      const holder = rows.find(({ addressHash }) => addressHash === hash);
      if (holder) return holder;
    }
    return null;
  }

  subscriptions(user: UserKey): readonly StoredSubscription[] {
    if (!this.#reached.has(user)) unnamed('the subscriptions', user);
    return this.#subscriptions.get(user) ?? [];
  }

  deliveries(user: UserKey, notification: string): readonly StoredDelivery[] {
    const what = notification === noNotification ? 'the taps' : 'the deliveries';
    return this.#deliveries.get(keyOf(user, notification)) ?? unnamed(what, user, notification);
  }

  #ofApp(user: UserKey, app: string): StoredSubscription[] {
    return this.subscriptions(user).filter((row) => row.app === app);
  }

  #mustBeNamed(user: UserKey): void {
    if (!this.#users.has(user)) unnamed('the feed', user);
  }
}

function unnamed(what: string, ...key: readonly string[]): never {
  throw new Error(`The plan looked for ${what} of ${key.join(', ')}, which its batch did not name.`);
}

/** Ids are written in either case. */
function keyOf(user: UserKey, id: string): string {
  return `${user} ${id.toLowerCase()}`;
}

function append<Key, Row>(rows: Map<Key, Row[]>, key: Key, row: Row): void {
  const before = rows.get(key);
  if (before) before.push(row);
  else rows.set(key, [row]);
}
