// The snapshot that a batch's plan sees over PostgreSQL: what the first round trip read, by its key. `lock-and-read` fills
// it, and the planner reads nothing else.
import type { StoredDelivery } from '../../../../model/delivery.ts';
import type { StoredNotification } from '../../../../model/notification.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { StoredSubscription } from '../../../../model/subscription.ts';
import { nameKey, rowKey } from '../../../plan-reads.ts';
import type { FeedAppRow, FeedRow, Snapshot, UserApp } from '../../../store.ts';

/**
 * What was read: a row that the reads declare and that is not here does not exist. Whoever asks for another fails before,
 * since it could not be told from one that does not exist.
 */
export class PrefetchedSnapshot implements Snapshot {
  readonly #feeds = new Map<UserKey, FeedRow>();
  readonly #feedApps = new Map<UserKey, FeedAppRow[]>();
  readonly #contentBytes = new Map<string, number>();
  readonly #subscriptions = new Map<UserKey, StoredSubscription[]>();
  readonly #notifications = new Map<string, StoredNotification>();
  readonly #named = new Map<string, StoredNotification>();
  readonly #deliveries = new Map<string, StoredDelivery[]>();

  putFeed(row: FeedRow): void {
    this.#feeds.set(row.user, row);
  }

  putFeedApp(row: FeedAppRow): void {
    append(this.#feedApps, row.user, row);
  }

  putContentBytes({ user, app }: UserApp, bytes: number): void {
    this.#contentBytes.set(`${user} ${app}`, bytes);
  }

  putSubscription(row: StoredSubscription): void {
    append(this.#subscriptions, row.user, row);
  }

  putNotification(row: StoredNotification): void {
    this.#notifications.set(rowKey(row.user, row.id), row);
  }

  /** Found by its name, and so with its deliveries and the taps of its user. */
  putNamed(row: StoredNotification): void {
    this.#named.set(nameKey(row.user, row.app, row.appNotificationId ?? ''), row);
  }

  putDelivery(row: StoredDelivery): void {
    append(this.#deliveries, rowKey(row.user, row.notification), row);
  }

  feed(user: UserKey): FeedRow | null {
    return this.#feeds.get(user) ?? null;
  }

  feedApps(user: UserKey): readonly FeedAppRow[] {
    return this.#feedApps.get(user) ?? [];
  }

  contentBytes(user: UserKey, app: string): number {
    return this.#contentBytes.get(`${user} ${app}`) ?? 0;
  }

  notification(user: UserKey, id: string): StoredNotification | null {
    return this.#notifications.get(rowKey(user, id)) ?? null;
  }

  aliveByAppNotificationId(user: UserKey, app: string, appNotificationId: string): StoredNotification | null {
    return this.#named.get(nameKey(user, app, appNotificationId)) ?? null;
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
    return this.#subscriptions.get(user) ?? [];
  }

  deliveries(user: UserKey, notification: string): readonly StoredDelivery[] {
    return this.#deliveries.get(rowKey(user, notification)) ?? [];
  }

  #ofApp(user: UserKey, app: string): StoredSubscription[] {
    return this.subscriptions(user).filter((row) => row.app === app);
  }
}

function append<Key, Row>(rows: Map<Key, Row[]>, key: Key, row: Row): void {
  const before = rows.get(key);
  if (before) before.push(row);
  else rows.set(key, [row]);
}
