// Step 4 of the commit: the rows of a plan, one statement a table and kind of change, in the order of the locks: feed,
// feed_app, notification, subscription, delivery. A table that the plan leaves alone costs nothing.
import type { UserKey } from '../../model/principal.ts';
import type { Plan, RowChange } from '../store.ts';
import { openApplyDeliveries } from './apply-deliveries.ts';
import {
  feedAppColumns,
  feedColumns,
  notificationColumns,
  notificationKey,
  subscriptionColumns,
  subscriptionKey,
  userColumns,
} from './codec.ts';
import { arraysOf, type Column, namesOf, sameKey, unnest } from './columns.ts';
import { type Ask, type Statement, statement } from './connections.ts';

const keyOrder = 'ORDER BY k.lane, k.user_key';

function insert(table: string, columns: readonly Column<never>[]): Statement {
  return statement(`INSERT INTO ${table}(${namesOf(columns)}) SELECT * FROM ${unnest(columns)} ${keyOrder}`);
}

function update(table: string, columns: readonly Column<never>[], key: readonly Column<never>[]): Statement {
  const set = columns.slice(key.length).map(({ name }) => `${name} = k.${name}`);
  return statement(
    `UPDATE ${table} t SET ${set.join(', ')} FROM ${unnest(columns)} WHERE ${sameKey(key, 't', 'k')}`,
  );
}

function remove(table: string, key: readonly Column<never>[]): Statement {
  return statement(`DELETE FROM ${table} t USING ${unnest(key)} WHERE ${sameKey(key, 't', 'k')}`);
}

export const feedWrites = {
  putFeeds: update('feed', feedColumns, userColumns),
  leavePlaces: statement(
    `DELETE FROM feed t USING ${unnest(userColumns)} WHERE ${sameKey(userColumns, 't', 'k')} AND t.epoch = 0`,
  ),
  putFeedApps: statement(`INSERT INTO feed_app(${namesOf(feedAppColumns)})
SELECT * FROM ${unnest(feedAppColumns)} ${keyOrder}, k.app
ON CONFLICT (lane, user_key, app)
DO UPDATE SET unread = excluded.unread, head = excluded.head, floor = excluded.floor`),
  updateNotifications: update('notification', notificationColumns, notificationKey),
  deleteNotifications: remove('notification', notificationKey),
  insertNotifications: insert('notification', notificationColumns),
  deleteSubscriptions: remove('subscription', subscriptionKey),
  updateSubscriptions: update('subscription', subscriptionColumns, subscriptionKey),
  insertSubscriptions: insert('subscription', subscriptionColumns),
};

/** `places` are the users whose feed this transaction holds a place for. */
export function openApply(node: Buffer): (plan: Plan, places: ReadonlySet<UserKey>) => Ask[] {
  const applyDeliveries = openApplyDeliveries(node);
  return (plan, places) => {
    const asks: Ask[] = [];
    const put = <Row>(each: Statement, columns: readonly Column<Row>[], rows: readonly Row[]) => {
      if (rows.length > 0) asks.push({ statement: each, values: arraysOf(columns, rows) });
    };
    const began = new Set(plan.feeds.map(({ row }) => row.user));
    const unused = [...places].filter((user) => !began.has(user)).map((user) => ({ user }));
    put(feedWrites.putFeeds, feedColumns, rowsOf(plan.feeds));
    put(feedWrites.leavePlaces, userColumns, unused);
    put(feedWrites.putFeedApps, feedAppColumns, rowsOf(plan.feedApps));
    // A name is free again once its notification is removed, so what changes goes ahead of what begins.
    put(feedWrites.updateNotifications, notificationColumns, changedOf(plan.notifications));
    put(feedWrites.deleteNotifications, notificationKey, plan.purged);
    put(feedWrites.insertNotifications, notificationColumns, begunOf(plan.notifications));
    put(feedWrites.deleteSubscriptions, subscriptionKey, plan.endedSubscriptions);
    put(feedWrites.updateSubscriptions, subscriptionColumns, changedOf(plan.subscriptions));
    put(feedWrites.insertSubscriptions, subscriptionColumns, begunOf(plan.subscriptions));
    return [...asks, ...applyDeliveries(plan)];
  };
}

function rowsOf<Row>(changes: readonly RowChange<Row>[]): Row[] {
  return changes.map(({ row }) => row);
}

function changedOf<Row>(changes: readonly RowChange<Row>[]): Row[] {
  return changes.filter(({ isNew }) => !isNew).map(({ row }) => row);
}

function begunOf<Row>(changes: readonly RowChange<Row>[]): Row[] {
  return changes.filter(({ isNew }) => isNew).map(({ row }) => row);
}
