// Reads of deliveries: everything that decides on an attempt as it is now, which lanes have work, and what became of a
// notification on each device.
import type { DatabaseSync } from 'node:sqlite';
import { uuidFromBytes, uuidToBytes } from '../../lib/ids.ts';
import { channelTypes, type DeliveryKey, noNotification, type Route } from '../../model/delivery.ts';
import type { UserKey } from '../../model/principal.ts';
import type { DeliveryReader, FailedQuery, SendContext } from '../store.ts';
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
        return keys.map(contextOf);
      } finally {
        db.exec('COMMIT');
      }
    },
    async dueRoutes(now: number) {
      const routes: Route[] = [];
      let at: { app: number; channel: number } = { app: -1, channel: 0 };
      for (
        let row = statement.nextRoute.get(at.app, at.channel);
        row;
        row = statement.nextRoute.get(at.app, at.channel)
      ) {
        at = { app: row.app as number, channel: row.channel as number };
        const due = statement.firstDue.get(at.app, at.channel)?.due as number;
        const channel = channelTypes[at.channel];
        if (due <= now && channel) routes.push({ app: interned.appName(at.app), channel });
      }
      return routes;
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

function openContextRead(statement: ReturnType<typeof statements>, interned: Interned) {
  return (key: DeliveryKey): SendContext | null => {
    const { user, notification, subscription } = key;
    const account = interned.account(user);
    const row = statement.one.get(account, ...keyValues(key));
    if (!row) return null;
    const place = statement.subscription.get(account, subscription);
    const posted =
      notification === noNotification
        ? undefined
        : statement.notification.get(account, uuidToBytes(notification));
    const seesAll = place?.sees_all === 1;
    const app = (place?.app as number | undefined) ?? -1;
    const fetchedSeq = (place?.fetched_seq as number | undefined) ?? 0;
    const scope = seesAll ? null : app;
    return {
      delivery: readDelivery(user, interned, row),
      notification: posted ? readNotification(user, interned.appName, posted) : null,
      subscription: place ? readSubscription(user, interned.appName, place) : null,
      fetchedSeq,
      unread: statement.unread.get(account, scope, scope)?.unread as number,
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
    unread: db.prepare(
      'SELECT coalesce(sum(unread), 0) AS unread FROM feed_app WHERE account = ? AND (? IS NULL OR app = ?)',
    ),
    // Looks at the newest changes only, so that a device that never fetches costs no more than another.
    handled: db.prepare(
      `SELECT id FROM
         (SELECT id, app, state, removed FROM notification WHERE account = ? AND seq > ? ORDER BY seq DESC LIMIT 32)
       WHERE (state & 1 = 1 OR removed > 0) AND (? IS NULL OR app = ?)`,
    ),
    nextRoute: db.prepare(
      `SELECT app, channel FROM delivery INDEXED BY delivery_due
       WHERE status < 2 AND (app, channel) > (?, ?) ORDER BY app, channel LIMIT 1`,
    ),
    firstDue: db.prepare(
      `SELECT due FROM delivery INDEXED BY delivery_due
       WHERE status < 2 AND app = ? AND channel = ? ORDER BY due LIMIT 1`,
    ),
    ofNotification: db.prepare(
      `SELECT ${deliveryColumns} FROM delivery WHERE account = ? AND notification = ?`,
    ),
    failed: db.prepare(
      `SELECT account, ${deliveryColumns} FROM delivery
       WHERE status = 5 AND (? IS NULL OR app = ?) AND (account, notification, subscription, kind) > (?, ?, ?, ?)
       ORDER BY account, notification, subscription, kind LIMIT ?`,
    ),
  };
}
