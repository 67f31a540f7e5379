// Reads of deliveries: everything that decides on an attempt as it is now, which lanes have work, and what became of a
// notification on each device.
import type { DatabaseSync } from 'node:sqlite';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import { type DeliveryKey, noNotification, type Route } from '../../../model/delivery.ts';
import type { StoredNotification } from '../../../model/notification.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { DeliveryReader, FailedQuery, SendContext } from '../../store.ts';
import {
  notificationColumns,
  type Row,
  readNotification,
  readSubscription,
  subscriptionColumns,
} from './codec.ts';
import { deliveryColumns, keyValues, readDelivery } from './codec-delivery.ts';
import type { Interned } from './interned.ts';

export function deliveryReads(db: DatabaseSync, interned: Interned): DeliveryReader {
  const statement = statements(db);
  const contextOf = openContextRead(statement, interned);
  return {
    async sendContexts(keys: readonly DeliveryKey[]) {
      db.exec('BEGIN');
      try {
        const seen: SeenRows = new Map();
        return keys.map((key) => contextOf(key, seen));
      } finally {
        db.exec('COMMIT');
      }
    },
    async dueRoutes(now: number) {
      const routes: Route[] = [];
      let at = { app: -1, channel: 0 };
      for (;;) {
        const row = statement.nextChannel.get(at.app, at.channel) ?? statement.nextApp.get(at.app);
        if (!row) return routes;
        at = { app: row.app as number, channel: row.channel as number };
        const due = statement.firstDue.get(at.app, at.channel)?.due as number;
        if (due <= now) routes.push({ app: interned.appName(at.app), channel: at.channel });
      }
    },
    async deliveries(user: UserKey, notification: string) {
      const rows = statement.ofNotification.all(interned.account(user), uuidToBytes(notification));
      return rows.map((row) => readDelivery(user, interned, row));
    },
    async failedDeliveries({ app, limit, after }: FailedQuery) {
      const from = after
        ? [interned.account(after.user), ...keyValues(after)]
        : [-1, Buffer.alloc(0), Buffer.alloc(0), 0];
      const id = app === null ? null : (interned.app(app) ?? -1);
      const rows = statement.failed.all(id, id, ...from, limit);
      return rows.map((row) => readDelivery(interned.user(row.account as number), interned, row));
    },
    async fetchedSeq(user: UserKey, subscription: string) {
      return (statement.subscription.get(interned.account(user), subscription)?.fetched_seq as number) ?? 0;
    },
  };
}

/** What the devices of one user share in a batch: they are told of the same notification, mostly at the same time. */
type SeenRows = Map<string, StoredNotification | null>;

function openContextRead(statement: ReturnType<typeof statements>, interned: Interned) {
  const notificationOf = (account: number | null, { user, notification }: DeliveryKey, seen: SeenRows) => {
    if (notification === noNotification) return null;
    const key = user + notification;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const row = statement.notification.get(account, uuidToBytes(notification));
    const found = row ? readNotification(user, interned.appName, row) : null;
    seen.set(key, found);
    return found;
  };
  return (key: DeliveryKey, seen: SeenRows): SendContext | null => {
    const { user, subscription } = key;
    const account = interned.account(user);
    const row = statement.one.get(account, ...keyValues(key));
    if (!row) return null;
    const place = statement.subscription.get(account, subscription);
    const app = (place?.app as number | undefined) ?? -1;
    const fetchedSeq = (place?.fetched_seq as number | undefined) ?? 0;
    const scope = place?.sees_all === 1 ? null : app;
    const unread = scope === null ? statement.unreadOfAll.get(account) : statement.unread.get(account, scope);
    return {
      delivery: readDelivery(user, interned, row),
      notification: notificationOf(account, key, seen),
      subscription: place ? readSubscription(user, interned.appName, place) : null,
      fetchedSeq,
      unread: (unread?.unread as number | undefined) ?? 0,
      handled: statement.handled.all(account, fetchedSeq, scope, scope).map(idOf),
    };
  };
}

function idOf(row: Row): string {
  return uuidFromBytes(row.id as Uint8Array);
}

function statements(db: DatabaseSync) {
  return {
    one: db.prepare(
      `SELECT ${deliveryColumns} FROM delivery WHERE account = ? AND notification = ? AND subscription = ? AND kind = ?`,
    ),
    subscription: db.prepare(
      `SELECT ${subscriptionColumns}, fetched_seq FROM subscription WHERE account = ? AND id = ?`,
    ),
    notification: db.prepare(`SELECT ${notificationColumns} FROM notification WHERE account = ? AND id = ?`),
    unread: db.prepare('SELECT unread FROM feed_app WHERE account = ? AND app = ?'),
    unreadOfAll: db.prepare('SELECT sum(unread) AS unread FROM feed_app WHERE account = ?'),
    handled: db.prepare(
      `SELECT id FROM notification INDEXED BY notification_handled
       WHERE account = ? AND seq > ? AND (state & 1 = 1 OR removed > 0) AND (? IS NULL OR app = ?)
       ORDER BY seq DESC LIMIT 32`,
    ),
    // Two steps instead of a comparison of rows, which would walk over all that waits in a lane.
    nextChannel: db.prepare(
      `SELECT app, channel FROM delivery INDEXED BY delivery_due
       WHERE status < 2 AND app = ? AND channel > ? ORDER BY app, channel LIMIT 1`,
    ),
    nextApp: db.prepare(
      `SELECT app, channel FROM delivery INDEXED BY delivery_due
       WHERE status < 2 AND app > ? ORDER BY app, channel LIMIT 1`,
    ),
    firstDue: db.prepare(
      `SELECT due FROM delivery INDEXED BY delivery_due
       WHERE status < 2 AND app = ? AND channel = ? ORDER BY due LIMIT 1`,
    ),
    ofNotification: db.prepare(
      `SELECT ${deliveryColumns} FROM delivery WHERE account = ? AND notification = ?`,
    ),
    failed: db.prepare(
      `SELECT account, ${deliveryColumns} FROM delivery INDEXED BY delivery_failed
       WHERE status = 5 AND (? IS NULL OR app = ?) AND (account, notification, subscription, kind) > (?, ?, ?, ?)
       ORDER BY account, notification, subscription, kind LIMIT ?`,
    ),
  };
}
