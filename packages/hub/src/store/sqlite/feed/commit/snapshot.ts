// Step 2 of the commit: what a plan looks at, read inside the writer's transaction on first need.
// The planner sees the store through it and nothing else, so that it stays pure.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hashText } from '../../../../lib/fingerprint.ts';
import { uuidToBytes } from '../../../../lib/ids.ts';
import type { AppId } from '../../../../model/app.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { FeedAppRow, FeedRow, Snapshot } from '../../../store.ts';
import { notificationColumns, readNotification, readSubscription, subscriptionColumns } from '../codec.ts';
import { deliveryColumns, readDelivery } from '../codec-delivery.ts';
import type { Interned } from '../interned.ts';
import type { KnownFeeds } from './known-feeds.ts';

export function openSnapshot(db: DatabaseSync, interned: Interned, known: KnownFeeds): Snapshot {
  const statement = statements(db);
  const one = openOne(interned);
  const feedOf = (user: UserKey) => known.get(user) ?? readFeed(user);
  const readFeed = openFeedRead(statement, interned, known);
  const appOf = (app: AppId): number => interned.app(app) ?? -1;
  return {
    feed: (user) => feedOf(user)?.row ?? null,
    feedApps: (user) => [...(feedOf(user)?.apps.values() ?? [])],
    notification(user, id) {
      const row = one(statement.notification, user, uuidToBytes(id));
      return row ? readNotification(user, interned.appName, row) : null;
    },
    aliveByAppNotificationId(user, app, name) {
      const row = one(statement.namedNotification, user, hashText(name), appOf(app), name);
      return row ? readNotification(user, interned.appName, row) : null;
    },
    ...subscriptionReads(statement, interned, known),
    deliveries(user, notification) {
      const account = interned.account(user);
      if (account === null) return [];
      const rows = statement.deliveries.all(account, uuidToBytes(notification));
      return rows.map((row) => readDelivery(user, interned, row));
    },
  };
}

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
  statement: ReturnType<typeof statements>,
  interned: Interned,
  known: KnownFeeds,
): SubscriptionReads {
  const appOf = (app: AppId): number => interned.app(app) ?? -1;
  const one = openOne(interned);
  return {
    subscription(user, app, id) {
      const row = one(statement.subscription, user, id, appOf(app));
      return row ? readSubscription(user, interned.appName, row) : null;
    },
    subscriptionByInstallation(user, app, installationId) {
      const row = one(statement.subscriptionByInstallation, user, appOf(app), installationId);
      return row ? readSubscription(user, interned.appName, row) : null;
    },
    countSubscriptions(user, app) {
      return (one(statement.countSubscriptions, user, appOf(app))?.n as number | undefined) ?? 0;
    },
    lapsedSubscriptions(user, app, now) {
      const account = interned.account(user);
      const rows = account === null ? [] : statement.lapsedSubscriptions.all(account, appOf(app), now);
      return rows.map((row) => readSubscription(user, interned.appName, row));
    },
    addressHolder(addressHash) {
      const row = statement.addressHolder.get(addressHash);
      if (!row) return null;
      return {
        user: interned.user(row.account as number),
        id: row.id as string,
        app: interned.appName(row.app as number),
      };
    },
    subscriptions(user) {
      const kept = known.subscriptions(user);
      if (kept) return kept;
      const account = interned.account(user);
      if (account === null) return [];
      const rows = statement.subscriptions.all(account);
      return known.keepSubscriptions(
        user,
        rows.map((row) => readSubscription(user, interned.appName, row)),
      );
    },
  };
}

/** One row of a user's; none when the user has no feed. */
function openOne(interned: Interned) {
  return (found: StatementSync, user: UserKey, ...rest: (string | number | Buffer)[]) => {
    const account = interned.account(user);
    return account === null ? undefined : found.get(account, ...rest);
  };
}

function openFeedRead(statement: ReturnType<typeof statements>, interned: Interned, known: KnownFeeds) {
  return (user: UserKey) => {
    const account = interned.account(user);
    const row = account === null ? undefined : statement.feed.get(account);
    if (!row || account === null) return undefined;
    const apps = statement.feedApps.all(account).map(
      (each): FeedAppRow => ({
        user,
        app: interned.appName(each.app as number),
        unread: each.unread as number,
        head: each.head as number,
        floor: each.floor as number,
      }),
    );
    const head = Math.max(0, ...apps.map((each) => each.head));
    return known.read({ ...row, user, head } as unknown as FeedRow, apps);
  };
}

function statements(db: DatabaseSync) {
  return {
    feed: db.prepare('SELECT epoch, issuer, subject, name FROM account WHERE id = ?'),
    feedApps: db.prepare('SELECT app, unread, head, floor FROM feed_app WHERE account = ?'),
    notification: db.prepare(`SELECT ${notificationColumns} FROM notification WHERE account = ? AND id = ?`),
    namedNotification: db.prepare(
      `SELECT ${notificationColumns} FROM notification WHERE account = ? AND name_key = ? AND removed = 0 AND app = ? AND name = ?`,
    ),
    subscription: db.prepare(
      `SELECT ${subscriptionColumns} FROM subscription WHERE account = ? AND id = ? AND app = ?`,
    ),
    subscriptionByInstallation: db.prepare(
      `SELECT ${subscriptionColumns} FROM subscription WHERE account = ? AND app = ? AND installation = ?`,
    ),
    countSubscriptions: db.prepare('SELECT count(*) AS n FROM subscription WHERE account = ? AND app = ?'),
    lapsedSubscriptions: db.prepare(
      `SELECT ${subscriptionColumns} FROM subscription WHERE account = ? AND app = ? AND lease_until <= ?
       ORDER BY lease_until`,
    ),
    subscriptions: db.prepare(
      `SELECT ${subscriptionColumns} FROM subscription WHERE account = ? ORDER BY id`,
    ),
    deliveries: db.prepare(`SELECT ${deliveryColumns} FROM delivery WHERE account = ? AND notification = ?`),
    addressHolder: db.prepare('SELECT account, app, id FROM subscription WHERE address_hash = ?'),
  };
}
