// Step 2 of the commit: what a plan looks at, read inside the writer's transaction on first need, or known from the
// commits before. The planner sees the store through it and nothing else, so that it stays pure.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { BoundedMap } from '../../../../lib/bounded-map.ts';
import { hashText } from '../../../../lib/fingerprint.ts';
import { uuidToBytes } from '../../../../lib/ids.ts';
import type { AppId } from '../../../../model/app.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { StoredSubscription } from '../../../../model/subscription.ts';
import { sqlIsAlive } from '../../../codes.ts';
import { decodeNumber, decodeText } from '../../../columns.ts';
import type { FeedAppRow, FeedRow, Plan, Snapshot } from '../../../store.ts';
import { byIdSql, isFresh, isIndexed, namedSql, sinceSql } from '../fresh.ts';
import {
  feedTable,
  type Interned,
  prepareRows,
  type RowsQuery,
  type Tables,
  type Values,
} from '../tables.ts';
import { KnownNames, type NamesOf } from './known-names.ts';

export function openSnapshot(db: DatabaseSync, tables: Tables, known: KnownFeeds): Snapshot {
  const { interned, notification: notifications, delivery } = tables;
  const query = prepareFeeds(db, tables);
  const one = openOne(interned);
  const notificationOf = (user: UserKey, found: Values | undefined) =>
    found ? notifications.readValues(found, { user }) : null;
  const appOf = (app: AppId): number => interned.app(app) ?? noApp;
  const feedOf = (user: UserKey): KnownFeed | undefined => {
    const kept = known.get(user);
    if (kept) return kept;
    const account = interned.account(user);
    const found = account === null ? undefined : query.feed.get(account);
    if (!found || account === null) return undefined;
    const apps = query.feedApps.all(account).map((each) => tables.feedApp.readValues(each, { user }));
    const row = feedTable.readValues(found, { user, head: 0 });
    const head = Math.max(row.preferencesSeq, ...apps.map((each) => each.head));
    return known.read({ ...row, head }, apps);
  };
  const namesOf = (user: UserKey, account: number): NamesOf => {
    const kept = known.names.get(user);
    if (kept) return kept;
    const fresh = query.freshNames.all(account).map(([key]) => decodeNumber(key));
    return known.names.keep(user, { fresh, indexed: query.anyIndexed.get(account) !== undefined });
  };
  return {
    feed: (user) => feedOf(user)?.row ?? null,
    feedApps: (user) => [...(feedOf(user)?.apps.values() ?? [])],
    contentBytes: (user, app) =>
      decodeNumber(query.contentBytes.get(interned.account(user), appOf(app))?.bytes),
    notification: (user, id) => notificationOf(user, one(query.notification, user, uuidToBytes(id))),
    aliveByAppNotificationId(user, app, name) {
      const key = hashText(name);
      const account = interned.account(user);
      if (account === null) return null;
      const { fresh, indexed } = namesOf(user, account);
      const at = [account, key, appOf(app), name] as const;
      const found =
        (fresh.includes(key) ? query.namedFresh.get(...at) : undefined) ??
        (indexed ? query.namedIndexed.get(...at) : undefined);
      return notificationOf(user, found);
    },
    ...subscriptionReads(db, tables, known),
    deliveries(user, notification) {
      const account = interned.account(user);
      if (account === null) return [];
      const rows = query.deliveries.all(account, uuidToBytes(notification));
      return rows.map((row) => delivery.readValues(row, { user }));
    },
  };
}

/** Stands for an app that was never seen: it has no rows. */
const noApp = -1;

type SubscriptionReads = Pick<
  Snapshot,
  | 'subscription'
  | 'subscriptionByInstallation'
  | 'countSubscriptions'
  | 'lapsedSubscriptions'
  | 'addressHolder'
  | 'subscriptions'
>;

function subscriptionReads(
  db: DatabaseSync,
  { interned, subscription }: Tables,
  known: KnownFeeds,
): SubscriptionReads {
  const query = prepareSubscriptions(db, subscription.names.join(', '));
  const appOf = (app: AppId): number => interned.app(app) ?? noApp;
  const one = openOne(interned);
  const rowOf = (user: UserKey, found: Values | undefined) =>
    found ? subscription.readValues(found, { user }) : null;
  return {
    subscription: (user, app, id) => rowOf(user, one(query.byId, user, id, appOf(app))),
    subscriptionByInstallation: (user, app, installationId) =>
      rowOf(user, one(query.byInstallation, user, appOf(app), installationId)),
    countSubscriptions(user, app) {
      const found = query.count.get(interned.account(user), appOf(app));
      return decodeNumber(found?.n);
    },
    lapsedSubscriptions(user, app, now) {
      const rows = query.lapsed.all(interned.account(user), appOf(app), now);
      return rows.map((row) => subscription.readValues(row, { user }));
    },
    addressHolder(addressHash) {
      const row = query.holder.get(addressHash);
      if (!row) return null;
      return {
        user: interned.user(row.account),
        id: decodeText(row.id),
        app: interned.appName(decodeNumber(row.app)),
      };
    },
    subscriptions(user) {
      const kept = known.subscriptions(user);
      if (kept) return kept;
      const account = interned.account(user);
      if (account === null) return [];
      const rows = query.all.all(account);
      return known.keepSubscriptions(
        user,
        rows.map((row) => subscription.readValues(row, { user })),
      );
    },
  };
}

/** One row of a user's; none when the user has no feed. */
function openOne(interned: Interned) {
  return (query: RowsQuery, user: UserKey, ...rest: SQLInputValue[]) => {
    const account = interned.account(user);
    return account === null ? undefined : query.get(account, ...rest);
  };
}

function prepareFeeds(db: DatabaseSync, { feedApp, notification, delivery }: Tables) {
  const columns = notification.names.join(', ');
  return {
    feed: prepareRows(db, `SELECT ${feedTable.names.join(', ')} FROM account WHERE id = ?`),
    feedApps: prepareRows(db, `SELECT ${feedApp.names.join(', ')} FROM feed_app WHERE account = ?`),
    contentBytes: db.prepare(
      `SELECT coalesce(sum(bytes), 0) AS bytes FROM
       (${sinceSql('octet_length(content) AS bytes', `account = ?1 AND app = ?2 AND ${sqlIsAlive()}`)})`,
    ),
    notification: prepareRows(db, byIdSql(columns)),
    namedFresh: prepareRows(db, namedSql(columns, isFresh)),
    namedIndexed: prepareRows(db, namedSql(columns, isIndexed)),
    freshNames: prepareRows(
      db,
      `SELECT name_key FROM notification WHERE account = ? AND ${isFresh} AND name_key IS NOT NULL`,
    ),
    anyIndexed: prepareRows(
      db,
      `SELECT 1 FROM notification WHERE account = ? AND ${sqlIsAlive()} AND name_key IS NOT NULL AND ${isIndexed}
       LIMIT 1`,
    ),
    deliveries: prepareRows(
      db,
      `SELECT ${delivery.names.join(', ')} FROM delivery WHERE account = ? AND notification = ?`,
    ),
  };
}

function prepareSubscriptions(db: DatabaseSync, columns: string) {
  const select = `SELECT ${columns} FROM subscription WHERE account = ?`;
  const count: StatementSync = db.prepare(
    'SELECT count(*) AS n FROM subscription WHERE account = ? AND app = ?',
  );
  return {
    byId: prepareRows(db, `${select} AND id = ? AND app = ?`),
    byInstallation: prepareRows(db, `${select} AND app = ? AND installation = ?`),
    count,
    lapsed: prepareRows(db, `${select} AND app = ? AND lease_until <= ? ORDER BY lease_until`),
    all: prepareRows(db, `${select} ORDER BY id`),
    holder: db.prepare('SELECT account, app, id FROM subscription WHERE address_hash = ?'),
  };
}

const feedsKept = 20_000;
/** Beside the feeds of people who have set none. */
const preferencesKeptBytes = 16 * 1024 * 1024;
/** A user with more is read anew each time: what is kept stays within some 40 MB. */
const subscriptionsKept = 8;

interface KnownFeed {
  readonly row: FeedRow;
  readonly apps: Map<AppId, FeedAppRow>;
}

/**
 * The heads, counts and subscriptions of the feeds that were written last. Only the writer's thread writes the feed
 * database, so what it has committed is what is there, and it need not be read again: two of the three look-ups of a
 * create.
 */
export class KnownFeeds {
  readonly names = new KnownNames();
  readonly #feeds = new BoundedMap<UserKey, KnownFeed>({
    entriesMax: feedsKept,
    bytesMax: preferencesKeptBytes,
    bytesOf: (_, { row }) => row.preferences?.length ?? 0,
  });
  readonly #subscriptions = new BoundedMap<UserKey, readonly StoredSubscription[]>({ entriesMax: feedsKept });

  get(user: UserKey): KnownFeed | undefined {
    return this.#feeds.get(user);
  }

  read(row: FeedRow, apps: readonly FeedAppRow[]): KnownFeed {
    return this.#keep({ row, apps: new Map(apps.map((each) => [each.app, each])) });
  }

  subscriptions(user: UserKey): readonly StoredSubscription[] | undefined {
    return this.#subscriptions.get(user);
  }

  keepSubscriptions(user: UserKey, rows: readonly StoredSubscription[]): readonly StoredSubscription[] {
    if (rows.length > subscriptionsKept) return rows;
    this.#subscriptions.set(user, rows);
    return rows;
  }

  /** After COMMIT: a feed that was planned on was read before, or begins. */
  committed({ feeds, feedApps, subscriptions, endedSubscriptions, erased }: Plan): void {
    for (const { row } of subscriptions) this.#subscriptions.delete(row.user);
    for (const row of endedSubscriptions) this.#subscriptions.delete(row.user);
    for (const { row, isNew } of feeds) {
      const apps = isNew ? new Map<AppId, FeedAppRow>() : this.#feeds.get(row.user)?.apps;
      if (apps) this.#keep({ row, apps });
    }
    for (const { row } of feedApps) {
      const known = this.#feeds.get(row.user);
      known?.apps.set(row.app, row);
    }
    for (const user of erased) this.#feeds.delete(user);
  }

  /** After a rollback, or when the connection is another. */
  forget(): void {
    this.#feeds.clear();
    this.#subscriptions.clear();
    this.names.clear();
  }

  #keep(feed: KnownFeed): KnownFeed {
    this.#feeds.set(feed.row.user, feed);
    return feed;
  }
}
