// Step 4 of the commit: the rows of a plan, one statement a table and kind of change, in the order of the locks: feed,
// feed_app, notification, subscription, delivery. A table that the plan leaves alone costs nothing. And the claim, which
// takes deliveries that are due outside of any batch, past the rows that others have locked.
import { claimLeaseMs, noNotification } from '../../../../model/delivery.ts';
import type { UserKey } from '../../../../model/principal.ts';
import { sqlDatedAhead, sqlIsOpen, sqlShows } from '../../../codes.ts';
import { sqlEarlier } from '../../../columns.ts';
import type { ClaimQuery, FeedRow, FetchMark, Plan, PlanReads, RowChange, Snapshot } from '../../../store.ts';
import { type Ask, type Statement, statement } from '../../wire/pipeline.ts';
import {
  arraysOf,
  type Column,
  deliveryColumns,
  deliveryKey,
  feedAppColumns,
  headColumns,
  inUserOrder,
  namesOf,
  notificationColumns,
  notificationKey,
  type OfUser,
  ofUser,
  ownedColumns,
  packKey,
  packUuid,
  resultColumns,
  sameKey,
  sameUser,
  subscriptionColumns,
  subscriptionKey,
  unnest,
  userColumns,
  userValues,
} from '../tables.ts';
import { applyWebhooks } from './apply-webhooks.ts';
import { fetchedRange, type Present, presentColumns, upToColumns } from './lock-and-read.ts';

function insert(table: string, columns: readonly Column<never>[]): Statement {
  return statement(
    `INSERT INTO ${table}(${namesOf(columns)}) SELECT * FROM ${unnest(columns)} ${inUserOrder}`,
  );
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
export const feedWrites = {
  putFeeds: update('feed', ownedColumns, userColumns),
  putHeads: update('feed', headColumns, userColumns),
  leavePlaces: statement(
    `DELETE FROM feed t USING ${unnest(userColumns)} WHERE ${sameKey(userColumns, 't', 'k')} AND t.epoch = 0`,
  ),
  updateFeedApps: update('feed_app', feedAppColumns, feedAppKey),
  putFeedApps: statement(`INSERT INTO feed_app(${namesOf(feedAppColumns)})
SELECT * FROM ${unnest(feedAppColumns)} ${inUserOrder}, k.app
ON CONFLICT (${namesOf(feedAppKey)})
DO UPDATE SET ${feedAppColumns
    .slice(feedAppKey.length)
    .map(({ name }) => `${name} = excluded.${name}`)
    .join(', ')}`),
  updateNotifications: update('notification', notificationColumns, notificationKey),
  deleteNotifications: remove('notification', notificationKey),
  insertNotifications: insert('notification', notificationColumns),
  deleteSubscriptions: remove('subscription', subscriptionKey),
  updateSubscriptions: update('subscription', subscriptionColumns, subscriptionKey),
  insertSubscriptions: insert('subscription', subscriptionColumns),
};

/**
 * The end of a feed that was erased, after all else of the plan and in this order. `OFFSET 0` keeps each look a walk into an
 * index: as a join it might read the whole table.
 */
export const erasures = {
  feed: statement(`DELETE FROM feed t WHERE ${ofUser('t')}
AND NOT EXISTS (SELECT FROM notification n WHERE ${ofUser('n')} OFFSET 0)
AND NOT EXISTS (SELECT FROM subscription s WHERE ${ofUser('s')} OFFSET 0)`),
  feedApps: eraseBeside('feed_app'),
  deliveries: eraseBeside('delivery'),
  webhooks: eraseBeside('webhook_change'),
};

function eraseBeside(table: string): Statement {
  return statement(`DELETE FROM ${table} t WHERE ${ofUser('t')}
AND NOT EXISTS (SELECT FROM feed f WHERE ${ofUser('f')} OFFSET 0)`);
}

/** What the transaction has done and seen before the plan. */
export interface Locked {
  readonly reads: Pick<PlanReads, 'feeds'>;
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
    put(feedWrites.putFeeds, ownedColumns, owned);
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
    asks.push(...applyDeliveries(plan), ...applyWebhooks(plan));
    for (const user of plan.erased)
      for (const each of Object.values(erasures)) asks.push({ statement: each, values: userValues(user) });
    // With nothing else to write, the transaction is undone and the heads with it.
    if (asks.length > 0) put(feedWrites.putHeads, headColumns, moved);
    return asks;
  };
}

/** What the heads' likely moves leave to be written. */
function feedsOf(plan: Plan, { reads, places, before }: Locked) {
  const rows = new Map(plan.feeds.map(({ row }) => [row.user, row]));
  const owned: FeedRow[] = [];
  const moved: FeedRow[] = [];
  for (const [user, changes] of reads.feeds) {
    const old = before.feed(user);
    const row = rows.get(user) ?? old;
    if (!row) continue;
    if (row.name !== old?.name || row.preferencesSeq !== old.preferencesSeq) owned.push(row);
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

interface Marked extends OfUser {
  readonly id: string;
  readonly subscription: string;
  readonly seq: number;
  readonly at: number;
}

const markedColumns: readonly Column<Marked>[] = [
  ...userColumns,
  { name: 'notification', type: 'uuid', of: ({ id }) => packUuid(id) },
  { name: 'subscription', type: 'uuid', of: ({ subscription }) => packKey(subscription) },
  { name: 'seq', type: 'bigint', of: ({ seq }) => seq },
  { name: 'at', type: 'bigint', of: ({ at }) => at },
];

const ahead = sqlDatedAhead({
  now: '$5::bigint',
  claimed: 'd.claimed_by IS NOT NULL',
  least: 'least',
  table: 'd.',
});
const putColumns = deliveryColumns(Buffer.alloc(0));
export const deliveryWrites = {
  put: statement(`INSERT INTO delivery(${namesOf(putColumns)}) SELECT * FROM ${unnest(putColumns)}
ORDER BY ${namesOf(deliveryKey)}
ON CONFLICT (${namesOf(deliveryKey)}) DO UPDATE SET ${putColumns
    .slice(deliveryKey.length)
    .map(({ name }) => `${name} = excluded.${name}`)
    .join(', ')}, earlier = ${sqlEarlier('delivery.answer IS DISTINCT FROM excluded.answer', 'delivery.')}`),
  // A delivery that was withdrawn meanwhile stays withdrawn; its attempt is recorded nevertheless.
  record: statement(`UPDATE delivery d SET claimed_by = NULL,
  status = CASE WHEN ${sqlIsOpen('d.status')} THEN k.status ELSE d.status END,
  reason = CASE WHEN ${sqlIsOpen('d.status')} THEN k.reason ELSE d.reason END,
  due = CASE WHEN ${sqlIsOpen('d.status')} THEN k.due ELSE d.due END,
  attempts = k.attempts, sent_at = coalesce(k.sent_at, d.sent_at), truncated = k.truncated,
  dropped = k.dropped, earlier = ${sqlEarlier('k.answer IS NOT NULL', 'd.')}, answer = coalesce(k.answer, d.answer)
FROM ${unnest(resultColumns)} WHERE ${sameKey(deliveryKey, 'd', 'k')} AND d.seq = k.seq`),
  mark: statement(`UPDATE delivery d SET fetched_at = k.at FROM ${unnest(markedColumns)}
WHERE ${sameKey(markedColumns.slice(0, 4), 'd', 'k')} AND ${sqlShows('d.kind')} AND d.seq <= k.seq AND d.fetched_at IS NULL
RETURNING greatest(0, k.at - d.planned_at) AS fetched_after_ms`),
  markUpTo: statement(`UPDATE delivery d SET fetched_at = k.at
FROM (SELECT ${namesOf(userColumns, 'm.')}, m.subscription, m.at, n.id FROM ${fetchedRange(1)}) k
WHERE ${sameUser('d')} AND d.notification = k.id AND d.subscription = k.subscription
  AND ${sqlShows('d.kind')} AND d.fetched_at IS NULL
RETURNING greatest(0, k.at - d.planned_at) AS fetched_after_ms`),
  raiseFetched: statement(`UPDATE subscription s SET fetched_seq = m.up_to FROM ${unnest(upToColumns, 'm')}
WHERE ${sameUser('s', 'm')} AND s.id = m.subscription AND s.fetched_seq < m.up_to`),
  raiseSeen: statement(`UPDATE subscription s SET seen = m.at FROM ${unnest(presentColumns, 'm')}
WHERE ${sameUser('s', 'm')} AND s.id = m.subscription AND s.seen < m.at`),
  purge: statement(`DELETE FROM delivery d USING ${unnest(notificationKey)}
WHERE ${sameUser('d')} AND d.notification = k.id`),
  forgetClears: statement(`DELETE FROM delivery d USING ${unnest(deliveryKey)}
WHERE ${sameKey(deliveryKey.slice(0, 4), 'd', 'k')}`),
  // A provider may have what a lost node held: what is handled later is taken away from a device only when it may show it.
  // Of what was dated while the clock was ahead only the last of a lane are looked at, so that a long backlog costs nothing.
  claim: statement(`WITH redated AS (UPDATE delivery d SET due = ${ahead.due}, planned_at = ${ahead.plannedAt}
  FROM (SELECT ${namesOf(deliveryKey)} FROM delivery d
    WHERE ${sqlIsOpen()} AND app = $3 AND channel = $4 AND ${ahead.isLate} ORDER BY due DESC LIMIT $6
    FOR UPDATE SKIP LOCKED) k
  WHERE ${sameKey(deliveryKey, 'd', 'k')} AND ${ahead.isAhead})
UPDATE delivery d SET claimed_by = $1, due = $2,
  sent_at = CASE WHEN d.claimed_by IS NULL THEN d.sent_at ELSE coalesce(d.sent_at, d.planned_at) END
FROM (SELECT ${namesOf(deliveryKey)} FROM delivery
  WHERE ${sqlIsOpen()} AND app = $3 AND channel = $4 AND due <= $5 ORDER BY due LIMIT $6 FOR UPDATE SKIP LOCKED) k
WHERE ${sameKey(deliveryKey, 'd', 'k')}
RETURNING ${namesOf(deliveryKey, 'd.')}, d.app, d.channel, d.seq`),
};

function openApplyDeliveries(node: Buffer): (plan: Plan) => Ask[] {
  const columns = deliveryColumns(node);
  return (plan) => {
    const asks: Ask[] = [];
    const ask = <Row>(each: Statement, rowColumns: readonly Column<Row>[], rows: readonly Row[]) => {
      if (rows.length > 0) asks.push({ statement: each, values: arraysOf(rowColumns, rows) });
    };
    ask(
      deliveryWrites.put,
      columns,
      plan.deliveries.map(({ row }) => row),
    );
    const keyOf = (row: Plan['results'][number]) =>
      `${row.user} ${row.notification} ${row.subscription} ${row.kind}`;
    for (const wave of waves(plan.results, keyOf)) ask(deliveryWrites.record, resultColumns, wave);
    askMarks(plan.fetched, ask);
    ask(deliveryWrites.purge, notificationKey, plan.purged);
    const clears = plan.endedSubscriptions.map(({ user, id }) => ({
      user,
      notification: noNotification,
      subscription: id,
      kind: 'clear' as const,
    }));
    ask(deliveryWrites.forgetClears, deliveryKey, clears);
    return asks;
  };
}

type AskFor = <Row>(each: Statement, columns: readonly Column<Row>[], rows: readonly Row[]) => void;

function askMarks(fetched: readonly FetchMark[], ask: AskFor): void {
  const single = fetched.flatMap(({ user, subscription, each, at }) =>
    each.map(({ id, seq }) => ({ user, subscription, id, seq, at })),
  );
  const keyOf = ({ user, id, subscription }: Marked) => `${user} ${id} ${subscription}`;
  for (const wave of waves(single, keyOf)) ask(deliveryWrites.mark, markedColumns, wave);
  const upTos = fetched.flatMap(({ user, subscription, upTo, at }) =>
    upTo === null ? [] : [{ user, subscription, upTo, at }],
  );
  const deviceOf = ({ user, subscription }: Present) => `${user} ${subscription}`;
  for (const wave of waves(upTos, deviceOf)) {
    ask(deliveryWrites.markUpTo, upToColumns, wave);
    ask(deliveryWrites.raiseFetched, upToColumns, wave);
  }
  const seen = fetched.filter((mark) => mark.seen);
  for (const wave of waves(seen, deviceOf)) ask(deliveryWrites.raiseSeen, presentColumns, wave);
}

/** A statement changes each row once: what names a row again follows in another, so that the order counts. */
function waves<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const found: Row[][] = [];
  const times = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    const wave = times.get(key) ?? 0;
    times.set(key, wave + 1);
    const rowsOfWave = found[wave];
    if (rowsOfWave) rowsOfWave.push(row);
    else found.push([row]);
  }
  return found;
}

export function claimAsk(node: Buffer, { app, channel, now, limit }: ClaimQuery): Ask {
  const values = [node, now + claimLeaseMs, app, channel, now, limit];
  return { statement: deliveryWrites.claim, values };
}
