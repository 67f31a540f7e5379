// Step 4 of the commit: the rows of a plan, written in the order of the locks: feed, feed_app, notification,
// subscription, delivery.
// It runs in the writer's thread, inside the transaction that the plan was made in.
import type { DatabaseSync } from 'node:sqlite';
import { uuidToBytes } from '../../../../lib/ids.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { StoredSubscription } from '../../../../model/subscription.ts';
import type { Plan } from '../../../store.ts';
import {
  notificationColumns,
  notificationValues,
  subscriptionColumns,
  subscriptionValues,
} from '../codec.ts';
import type { Interned } from '../interned.ts';
import { openApplyDeliveries } from './apply-deliveries.ts';
import type { KnownFeeds } from './known-feeds.ts';

export function openApply(db: DatabaseSync, interned: Interned, known: KnownFeeds): (plan: Plan) => void {
  const statement = statements(db);
  const account = (user: UserKey): number => interned.account(user) as number;
  const appOf = (app: string): number => {
    const seen = interned.app(app);
    if (seen !== null) return seen;
    const id = Number(statement.insertApp.run(app).lastInsertRowid);
    interned.keepApp(app, id);
    return id;
  };
  const feeds = (plan: Plan): void => {
    for (const { row, isNew } of plan.feeds) {
      if (isNew) {
        const made = statement.insertFeed.run(row.user, row.epoch, row.issuer, row.subject, row.name);
        interned.keepAccount(row.user, Number(made.lastInsertRowid));
      } else if (row.name !== known.get(row.user)?.row.name)
        statement.nameFeed.run(row.name, account(row.user));
    }
    for (const { row } of plan.feedApps) {
      statement.putFeedApp.run(account(row.user), appOf(row.app), row.unread, row.head, row.floor);
    }
  };
  const notifications = (plan: Plan): void => {
    for (const { row, isNew } of plan.notifications) {
      const id = uuidToBytes(row.id);
      const values = notificationValues(row);
      if (isNew) statement.insertNotification.run(account(row.user), id, appOf(row.app), ...values);
      else statement.updateNotification.run(...values, account(row.user), id, appOf(row.app));
    }
    for (const row of plan.purged) {
      statement.deleteNotification.run(account(row.user), uuidToBytes(row.id), appOf(row.app));
    }
  };
  const subscriptions = (plan: Plan): void => {
    for (const row of plan.endedSubscriptions) statement.deleteSubscription.run(account(row.user), row.id);
    // An address is unique, and a batch may pass it on or swap two: all let go of theirs before any takes one.
    if (plan.subscriptions.length > 1) {
      for (const { row, isNew } of plan.subscriptions) {
        if (!isNew) statement.clearAddress.run(account(row.user), row.id);
      }
    }
    for (const { row, isNew } of plan.subscriptions) putSubscription(row, isNew);
  };
  const putSubscription = (row: StoredSubscription, isNew: boolean): void => {
    const values = subscriptionValues(row);
    if (isNew) statement.insertSubscription.run(account(row.user), row.id, appOf(row.app), ...values);
    else statement.updateSubscription.run(...values, account(row.user), row.id, appOf(row.app));
  };
  const deliveries = openApplyDeliveries(db, interned, appOf);
  return (plan) => {
    feeds(plan);
    notifications(plan);
    subscriptions(plan);
    deliveries(plan);
  };
}

function statements(db: DatabaseSync) {
  const notification = notificationColumns.split(', ');
  const subscription = subscriptionColumns.split(', ');
  const insert = (table: string, columns: string[]) =>
    `INSERT INTO ${table}(account, ${columns.join(', ')}) VALUES(?${', ?'.repeat(columns.length)})`;
  const update = (table: string, columns: string[]) =>
    `UPDATE ${table} SET ${columns
      .slice(2)
      .map((column) => `${column} = ?`)
      .join(', ')} WHERE account = ? AND id = ? AND app = ?`;
  return {
    insertApp: db.prepare('INSERT INTO app_ref(app) VALUES(?)'),
    insertFeed: db.prepare('INSERT INTO account(key, epoch, issuer, subject, name) VALUES(?, ?, ?, ?, ?)'),
    nameFeed: db.prepare('UPDATE account SET name = ? WHERE id = ?'),
    putFeedApp: db.prepare(
      'INSERT INTO feed_app(account, app, unread, head, floor) VALUES(?, ?, ?, ?, ?) ' +
        'ON CONFLICT DO UPDATE SET unread = excluded.unread, head = excluded.head, floor = excluded.floor',
    ),
    insertNotification: db.prepare(insert('notification', notification)),
    updateNotification: db.prepare(update('notification', notification)),
    deleteNotification: db.prepare('DELETE FROM notification WHERE account = ? AND id = ? AND app = ?'),
    insertSubscription: db.prepare(insert('subscription', subscription)),
    updateSubscription: db.prepare(update('subscription', subscription)),
    clearAddress: db.prepare('UPDATE subscription SET address_hash = NULL WHERE account = ? AND id = ?'),
    deleteSubscription: db.prepare('DELETE FROM subscription WHERE account = ? AND id = ?'),
  };
}
