// Step 4 of the commit: the rows of a plan, one statement a table and kind of change, in the order of the locks: feed,
// feed_app, notification, subscription, delivery. A table that the plan leaves alone costs nothing.
import type { UserKey } from '../../../../model/principal.ts';
import type { FeedRow, Plan, RowChange, Snapshot } from '../../../store.ts';
import { type Ask, type Statement, statement } from '../../wire/pipeline.ts';
import {
  feedAppColumns,
  feedColumns,
  notificationColumns,
  notificationKey,
  subscriptionColumns,
  subscriptionKey,
  userColumns,
} from '../codec.ts';
import { arraysOf, type Column, namesOf, sameKey, unnest } from '../columns.ts';
import { openApplyDeliveries } from './apply-deliveries.ts';
import type { Named } from './plan-reads.ts';

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
const headColumns: readonly Column<FeedRow>[] = [
  ...userColumns,
  { name: 'head', type: 'bigint', of: (row) => row.head },
];

export const feedWrites = {
  putFeeds: update('feed', feedColumns, userColumns),
  putHeads: update('feed', headColumns, userColumns),
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

/** What the transaction has done and seen before the plan. */
export interface Locked {
  readonly named: Pick<Named, 'users'>;
  /** Users whose feed it holds a place for. */
  readonly places: ReadonlySet<UserKey>;
  readonly before: Pick<Snapshot, 'feed'>;
}

export function openApply(node: Buffer): (plan: Plan, locked: Locked) => Ask[] {
  const applyDeliveries = openApplyDeliveries(node);
  return (plan, locked) => {
    const asks: Ask[] = [];
    const put = <Row>(each: Statement, columns: readonly Column<Row>[], rows: readonly Row[]) => {
      if (rows.length > 0) asks.push({ statement: each, values: arraysOf(columns, rows) });
    };
    const { owned, moved, unused } = feedsOf(plan, locked);
    put(feedWrites.putFeeds, feedColumns, owned);
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
    asks.push(...applyDeliveries(plan));
    // With nothing else to write, the transaction is undone and the heads with it.
    if (asks.length > 0) put(feedWrites.putHeads, headColumns, moved);
    return asks;
  };
}

/** What the heads' likely moves leave to be written. */
function feedsOf(plan: Plan, { named, places, before }: Locked) {
  const rows = new Map(plan.feeds.map(({ row }) => [row.user, row]));
  const owned: FeedRow[] = [];
  const moved: FeedRow[] = [];
  for (const [user, changes] of named.users) {
    const old = before.feed(user);
    const row = rows.get(user) ?? old;
    if (!row) continue;
    if (row.name !== old?.name) owned.push(row);
    else if (row.head !== old.head + changes) moved.push(row);
  }
  const unused = [...places].filter((user) => !rows.has(user)).map((user) => ({ user }));
  return { owned, moved, unused };
}

function changedOf<Row>(changes: readonly RowChange<Row>[]): Row[] {
  return changes.filter(({ isNew }) => !isNew).map(({ row }) => row);
}

function begunOf<Row>(changes: readonly RowChange<Row>[]): Row[] {
  return changes.filter(({ isNew }) => isNew).map(({ row }) => row);
}
