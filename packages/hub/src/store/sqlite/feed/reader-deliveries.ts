// Reads of deliveries: the current rows that decide on an attempt, which lanes have work, and the deliveries of a
// notification on each device.
import type { DatabaseSync } from 'node:sqlite';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import { type DeliveryKey, noNotification, type Route } from '../../../model/delivery.ts';
import type { StoredNotification } from '../../../model/notification.ts';
import type { UserKey } from '../../../model/principal.ts';
import { kindCodes, sqlDatedAhead, sqlIsFailed, sqlIsHandled, sqlIsOpen } from '../../codes.ts';
import { decodeBytes, decodeNumber, decodeText, readEarlier } from '../../columns.ts';
import { type DeliveryReader, type FailedQuery, pendingLookedAt, type SendContext } from '../../store.ts';
import { byIdSql } from './fresh.ts';
import { inSnapshot, keyValues, prepareRows, type Row, type Tables, type Values } from './tables.ts';

export function deliveryReads(db: DatabaseSync, tables: Tables): DeliveryReader {
  const { interned } = tables;
  const query = prepareDeliveries(db, tables);
  const contextOf = openContextRead(db, tables);
  const deliveryOf = (user: UserKey, values: Values) => tables.delivery.readValues(values, { user });
  return {
    async sendContexts(keys: readonly DeliveryKey[]) {
      return inSnapshot(db, () => {
        const seen: SeenRows = new Map();
        return keys.map((key) => contextOf(key, seen));
      });
    },
    async dueRoutes(now: number) {
      return inSnapshot(db, () => {
        const routes: Route[] = [];
        for (const at of routesOf(query)) {
          const due = decodeNumber(query.firstDue.get(at.app, at.channel)?.due);
          const isDue = due <= now || query.lastAhead.get(now, at.app, at.channel)?.ahead === 1;
          if (isDue) routes.push({ app: interned.appName(at.app), channel: at.channel });
        }
        return routes;
      });
    },
    async oldestPending(now: number) {
      return inSnapshot(db, () => {
        let oldest: number | null = null;
        for (const { app, channel } of routesOf(query)) {
          for (const read of [query.firstPending, query.lastPending]) {
            const plannedAt = read.get(now, app, channel)?.planned_at;
            if (plannedAt != null)
              oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, decodeNumber(plannedAt));
          }
        }
        return oldest;
      });
    },
    async deliveries(user: UserKey, notification: string) {
      const rows = query.ofNotification.all(interned.account(user), uuidToBytes(notification));
      return rows.map((row) => deliveryOf(user, row));
    },
    async earlierAnswers(user: UserKey, notification: string) {
      return query.earlier.all(interned.account(user), uuidToBytes(notification)).map(earlierAnswersOf);
    },
    async failedDeliveries({ app, limit, after }: FailedQuery) {
      const from = after
        ? [interned.account(after.user), ...keyValues(after)]
        : [-1, Buffer.alloc(0), Buffer.alloc(0), 0];
      const id = app === null ? null : (interned.app(app) ?? -1);
      const rows = query.failed.all(id, id, ...from, limit);
      return rows.map((row) => deliveryOf(interned.user(row.at(-1)), row));
    },
    async waitingDeliveries({ app, channel }: Route, limit: number) {
      return decodeNumber(query.waiting.get(interned.app(app) ?? -1, channel, limit)?.count);
    },
    async fetchedSeq(user: UserKey, subscription: string) {
      const row = query.fetchedSeq.get(interned.account(user), subscription);
      return row ? decodeNumber(row.fetched_seq) : 0;
    },
  };
}

function earlierAnswersOf({ subscription, kind, earlier }: Row) {
  return {
    subscription: Buffer.from(decodeBytes(subscription)).toString('base64url'),
    kind: kindCodes.decode(kind),
    answers: readEarlier(decodeText(earlier)),
  };
}

/** From one lane to the next through the index, however many deliveries each has. */
function* routesOf({ nextChannel, nextApp }: ReturnType<typeof prepareDeliveries>) {
  let at = { app: -1, channel: 0 };
  for (;;) {
    const row = nextChannel.get(at.app, at.channel) ?? nextApp.get(at.app);
    if (!row) return;
    at = { app: decodeNumber(row.app), channel: decodeNumber(row.channel) };
    yield at;
  }
}

/** Shared by the devices of one user in a batch: they mostly get the same notification at the same time. */
type SeenRows = Map<string, StoredNotification | null>;

function openContextRead(db: DatabaseSync, tables: Tables) {
  const query = prepareContexts(db, tables);
  const { interned, delivery, notification: notifications, subscription: subscriptions } = tables;
  const notificationOf = (account: number | null, { user, notification }: DeliveryKey, seen: SeenRows) => {
    if (notification === noNotification) return null;
    const key = user + notification;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const row = query.notification.get(account, uuidToBytes(notification));
    const found = row ? notifications.readValues(row, { user }) : null;
    seen.set(key, found);
    return found;
  };
  return (key: DeliveryKey, seen: SeenRows): SendContext | null => {
    const { user } = key;
    const account = interned.account(user);
    const row = query.one.get(account, ...keyValues(key));
    if (!row) return null;
    const place = query.subscription.get(account, key.subscription);
    const subscription = place ? subscriptions.readValues(place, { user }) : null;
    const fetchedSeq = place ? decodeNumber(place.at(-1)) : 0;
    const scope = subscription === null ? -1 : subscription.seesAll ? null : interned.app(subscription.app);
    const ofUser = scope === null ? query.userOfAll.get(account) : query.user.get(account, scope);
    return {
      delivery: delivery.readValues(row, { user }),
      notification: notificationOf(account, key, seen),
      subscription,
      fetchedSeq,
      unread: decodeNumber(ofUser?.[1] ?? 0),
      preferences: textOf(ofUser?.[0]),
      handled: query.handled.all(account, fetchedSeq, scope, scope).map(idOf),
    };
  };
}

function textOf(value: unknown): string | null {
  return value == null ? null : decodeText(value);
}

function idOf(row: Row): string {
  return uuidFromBytes(decodeBytes(row.id));
}

function prepareContexts(db: DatabaseSync, { delivery, notification, subscription }: Tables) {
  const select = (names: readonly string[], table: string) =>
    `SELECT ${names.join(', ')} FROM ${table} WHERE account = ?`;
  return {
    one: prepareRows(
      db,
      `${select(delivery.names, 'delivery')} AND notification = ? AND subscription = ? AND kind = ?`,
    ),
    subscription: prepareRows(
      db,
      `${select([...subscription.names, 'fetched_seq'], 'subscription')} AND id = ?`,
    ),
    notification: prepareRows(db, byIdSql(notification.names.join(', '))),
    // What the person has set and the count in one query, since each query costs an attempt more than what it reads.
    user: prepareRows(
      db,
      `SELECT preferences, (SELECT unread FROM feed_app WHERE account = ?1 AND app = ?2)
       FROM account WHERE id = ?1`,
    ),
    userOfAll: prepareRows(
      db,
      'SELECT preferences, (SELECT sum(unread) FROM feed_app WHERE account = ?1) FROM account WHERE id = ?1',
    ),
    handled: db.prepare(
      `SELECT id FROM notification INDEXED BY notification_handled
       WHERE account = ? AND seq > ? AND ${sqlIsHandled()} AND (? IS NULL OR app = ?)
       ORDER BY seq DESC LIMIT 32`,
    ),
  };
}

function prepareDeliveries(db: DatabaseSync, { delivery }: Tables) {
  const ahead = sqlDatedAhead({ now: '?1', claimed: 'claimed = 1', least: 'min' });
  return {
    // Two steps instead of a comparison of rows, which would walk over all that waits in a lane.
    nextChannel: db.prepare(
      `SELECT app, channel FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app = ? AND channel > ? ORDER BY app, channel LIMIT 1`,
    ),
    nextApp: db.prepare(
      `SELECT app, channel FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app > ? ORDER BY app, channel LIMIT 1`,
    ),
    firstDue: db.prepare(
      `SELECT due FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app = ? AND channel = ? ORDER BY due LIMIT 1`,
    ),
    lastAhead: db.prepare(
      `SELECT ${ahead.isLate} AND ${ahead.isAhead} AS ahead FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app = ?2 AND channel = ?3 ORDER BY due DESC LIMIT 1`,
    ),
    firstPending: db.prepare(oldestPending('ASC')),
    lastPending: db.prepare(oldestPending('DESC')),
    ofNotification: prepareRows(
      db,
      `SELECT ${delivery.names.join(', ')} FROM delivery WHERE account = ? AND notification = ?`,
    ),
    earlier: db.prepare(
      'SELECT subscription, kind, earlier FROM delivery WHERE account = ? AND notification = ? AND earlier IS NOT NULL',
    ),
    failed: prepareRows(
      db,
      `SELECT ${delivery.names.join(', ')}, account FROM delivery INDEXED BY delivery_failed
       WHERE ${sqlIsFailed()} AND (? IS NULL OR app = ?) AND (account, notification, subscription, kind) > (?, ?, ?, ?)
       ORDER BY account, notification, subscription, kind LIMIT ?`,
    ),
    waiting: db.prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app = ? AND channel = ? LIMIT ?)`,
    ),
    fetchedSeq: db.prepare('SELECT fetched_seq FROM subscription WHERE account = ? AND id = ?'),
  };
}

function oldestPending(order: 'ASC' | 'DESC'): string {
  return `SELECT min(planned_at) AS planned_at FROM (SELECT planned_at, due, kind FROM delivery INDEXED BY delivery_due
    WHERE ${sqlIsOpen()} AND app = ?2 AND channel = ?3 ORDER BY due ${order} LIMIT ${pendingLookedAt})
    WHERE kind <> ${kindCodes.encode('fallback')} OR due <= ?1`;
}
