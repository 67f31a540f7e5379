// Step 4 of the commit: the rows of a plan, one statement a table and kind of change, in the order of the locks: feed,
// feed_app, notification, subscription, delivery. A table that the plan leaves alone costs nothing.
import type { UserKey } from '../../model/principal.ts';
import type { FeedRow, Plan, RowChange, Snapshot } from '../store.ts';
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
import { type Ask, type Statement, statement } from './pipeline.ts';

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

const feedAppKey = feedAppColumns.slice(0, 3);
/** Most changes of a feed leave its owner as it was. */
const movedColumns: readonly Column<FeedRow>[] = [
  ...userColumns,
  { name: 'head', type: 'bigint', of: (row) => row.head },
];

export const feedWrites = {
  putFeeds: update('feed', feedColumns, userColumns),
  moveFeeds: update('feed', movedColumns, userColumns),
  leavePlaces: statement(
    `DELETE FROM feed t USING ${unnest(userColumns)} WHERE ${sameKey(userColumns, 't', 'k')} AND t.epoch = 0`,
  ),
  updateFeedApps: update('feed_app', feedAppColumns, feedAppKey),
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
export function openApply(
  node: Buffer,
): (plan: Plan, places: ReadonlySet<UserKey>, before: Pick<Snapshot, 'feed'>) => Ask[] {
  const applyDeliveries = openApplyDeliveries(node);
  return (plan, places, before) => {
    const asks: Ask[] = [];
    const put = <Row>(each: Statement, columns: readonly Column<Row>[], rows: readonly Row[]) => {
      if (rows.length > 0) asks.push({ statement: each, values: arraysOf(columns, rows) });
    };
    const began = new Set(plan.feeds.map(({ row }) => row.user));
    const unused = [...places].filter((user) => !began.has(user)).map((user) => ({ user }));
    const isMoved = ({ user, name }: FeedRow) => before.feed(user)?.name === name;
    const { moved = [], put: owned = [] } = Object.groupBy(rowsOf(plan.feeds), (row) =>
      isMoved(row) ? 'moved' : 'put',
    );
    put(feedWrites.putFeeds, feedColumns, owned);
    put(feedWrites.moveFeeds, movedColumns, moved);
    put(feedWrites.leavePlaces, userColumns, unused);
    put(feedWrites.updateFeedApps, feedAppColumns, changedOf(plan.feedApps));
    put(feedWrites.putFeedApps, feedAppColumns, begunOf(plan.feedApps));
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
