// Step 2 of the commit: the feeds are locked in the order of their keys, then everything that the plan's reads declare is
// locked and read, all in one round trip. What comes of it is the snapshot that the planner sees.
// The deliveries that a batch reads or writes are locked by one statement, in the order of their keys, so that two batches
// never wait for each other: those of notifications, by id or by name, those that results are for, those that a device
// has fetched.
import { noNotification } from '../../../../model/delivery.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { StoredSubscription } from '../../../../model/subscription.ts';
import { kindCodes, sqlIsAlive, sqlIsSettled } from '../../../codes.ts';
import { decodeNumber, decodeText } from '../../../columns.ts';
import type { NamedPost, PlanReads, UserApp } from '../../../store.ts';
import type { ElementType } from '../../wire/packet.ts';
import { type Answer, type Ask, type Row, statement } from '../../wire/pipeline.ts';
import {
  arraysOf,
  type Column,
  deliveryKey,
  deliveryNames,
  feedAppTable,
  feedColumns,
  feedTable,
  inUserOrder,
  namesOf,
  notificationColumns,
  notificationKey,
  type OfUser,
  packKey,
  packText,
  packUuid,
  readDelivery,
  readNotification,
  sameKey,
  sameUser,
  sqlTextBytes,
  subscriptionColumns,
  subscriptionTable,
  unnest,
  userColumns,
  userOf,
} from '../tables.ts';
import { holdersAsk, withHeldAddresses } from './addresses.ts';
import { PrefetchedSnapshot } from './prefetched-snapshot.ts';

const nameColumns: readonly Column<NamedPost>[] = [
  ...userColumns,
  { name: 'app', type: 'text', of: ({ app }) => app },
  { name: 'name', type: 'text', of: ({ name }) => packText(name) },
];

const countedColumns: readonly Column<UserApp>[] = [
  ...userColumns,
  { name: 'app', type: 'text', of: ({ app }) => app },
];

interface Locking {
  readonly user: UserKey;
  /** Its place in the batch, which names it in the answers. */
  readonly n: number;
  readonly changes: number;
}

const placeColumns: readonly Column<Pick<Locking, 'user' | 'n'>>[] = [
  ...userColumns,
  { name: 'n', type: 'integer', of: ({ n }) => n },
];
const likelyColumns: readonly Column<Locking>[] = [
  ...placeColumns,
  { name: 'changes', type: 'integer', of: ({ changes }) => changes },
];

// `OFFSET 0` and `LIMIT 1` keep each look-up a walk of its own into the index: a join would lock in the order of a hash.
const perUser = (table: string, columns: readonly { readonly name: string }[], rest = '') =>
  statement(`SELECT k.n, t.* FROM ${unnest(placeColumns)}
CROSS JOIN LATERAL (SELECT ${namesOf(columns)} FROM ${table} s WHERE ${sameUser('s')} ${rest}OFFSET 0) t`);

const settled = `${unnest(deliveryKey)} CROSS JOIN LATERAL (SELECT FROM delivery d
  WHERE ${sameKey(deliveryKey, 'd', 'k')} AND ${sqlIsSettled('d.status')} LIMIT 1) d`;

export const reading = {
  /** A feed of epoch 0 is a place that is held while its first batch is planned; nobody else ever sees one. */
  holdPlaces: statement(`INSERT INTO feed(${namesOf(feedColumns)})
SELECT ${namesOf(userColumns, 'k.')}, 0, 0, '', '', '', NULL, 0 FROM ${unnest(userColumns)} ${inUserOrder}
ON CONFLICT DO NOTHING`),
  /** Moves the heads as far as they most likely go, which locks the feeds too: one way to each row instead of two. */
  moveFeeds: statement(`UPDATE feed s SET head = s.head + k.changes
FROM (SELECT * FROM ${unnest(likelyColumns)} ${inUserOrder}) k
WHERE ${sameUser('s')} RETURNING pg_current_xact_id()::text AS xid, k.n, ${namesOf(feedTable.columns, 's.')}`),
  lockFeeds: statement(`SELECT pg_current_xact_id()::text AS xid, k.n, t.*
FROM (SELECT * FROM ${unnest(placeColumns)} ${inUserOrder}) k
CROSS JOIN LATERAL (SELECT ${namesOf(feedTable.columns)} FROM feed s WHERE ${sameUser('s')} LIMIT 1 FOR UPDATE) t`),
  readFeedApps: perUser('feed_app', feedAppTable.columns),
  countContent: statement(`SELECT ${namesOf(countedColumns, 'k.')}, t.bytes FROM ${unnest(countedColumns)}
CROSS JOIN LATERAL (SELECT coalesce(sum(${sqlTextBytes('s.content')}), 0)::bigint AS bytes FROM notification s
  WHERE ${sameUser('s')} AND s.app = k.app AND ${sqlIsAlive('s.removed')}) t`),
  readSubscriptions: perUser('subscription', subscriptionTable.columns, 'ORDER BY s.id '),
  readNotifications: statement(`SELECT t.* FROM ${unnest(notificationKey)}
CROSS JOIN LATERAL (SELECT ${namesOf(notificationColumns)} FROM notification s
  WHERE ${sameUser('s')} AND s.id = k.id LIMIT 1) t`),
  readNamed: statement(`SELECT t.* FROM ${unnest(nameColumns)}
CROSS JOIN LATERAL (SELECT ${namesOf(notificationColumns)} FROM notification s
  WHERE ${sameUser('s')} AND s.app = k.app AND s.name = k.name AND ${sqlIsAlive('s.removed')} LIMIT 1) t`),
};

/** Of results whose delivery was settled before they came: what decides whether the device is tapped once more. */
export const lateReading = {
  notifications: statement(`SELECT t.* FROM ${settled} CROSS JOIN LATERAL
  (SELECT ${namesOf(notificationColumns)} FROM notification s WHERE ${sameUser('s')} AND s.id = k.notification LIMIT 1) t`),
  subscriptions:
    statement(`SELECT t.* FROM (SELECT DISTINCT ${namesOf(userColumns, 'k.')} FROM ${settled}) k CROSS JOIN LATERAL
  (SELECT ${namesOf(subscriptionColumns)} FROM subscription s WHERE ${sameUser('s')} ORDER BY s.id OFFSET 0) t`),
};

export interface ReadOptions {
  readonly reads: PlanReads;
  readonly known: ReadonlySet<UserKey>;
  readonly looksUpNames: boolean;
}

/** The statements of the round trip; those that have nothing to look for are left out. */
export interface Reading {
  readonly asks: readonly Ask[];
  /** What is only asked after those are answered; its own answer follows theirs. */
  readonly later: (answers: readonly Answer[]) => Ask | null;
  readonly collect: (answers: readonly Answer[]) => Seen;
}

export interface Seen {
  readonly snapshot: PrefetchedSnapshot;
  /** How many of the names that are posted under are there. */
  readonly namesFound: number;
  /** Users whose feed may begin: this transaction holds the row of it. */
  readonly places: ReadonlySet<UserKey>;
  /** Names the transaction when its connection is lost; null where no feed was locked. */
  readonly xid: string | null;
}

export function lockAndRead({ reads, known, looksUpNames }: ReadOptions): Reading {
  const asks: Ask[] = [];
  const sources = new Map<string, number>();
  const ask = (source: string, each: Ask) => {
    sources.set(source, asks.length);
    asks.push(each);
  };
  const users = [...reads.feeds].map(([user, changes], n) => ({ user, n, changes }));
  const begun = [...reads.begun].filter((user) => !known.has(user)).map((user) => ({ user }));
  const ofUsers = arraysOf(placeColumns, users);
  if (begun.length > 0)
    ask('places', { statement: reading.holdPlaces, values: arraysOf(userColumns, begun) });
  if (users.some(({ changes }) => changes > 0))
    ask('feeds', { statement: reading.moveFeeds, values: arraysOf(likelyColumns, users) });
  else if (users.length > 0) ask('feeds', { statement: reading.lockFeeds, values: ofUsers });
  // Ahead of all that is read without a feed's lock: once a delivery is locked, what settled it is there to be seen.
  const locksNow = reads.deliveries.length + reads.results.length + reads.marks.length > 0;
  if (locksNow) ask('deliveries', lockDeliveriesOf(reads));
  if (users.length > 0) {
    ask('apps', { statement: reading.readFeedApps, values: ofUsers });
    ask('subscriptions', { statement: reading.readSubscriptions, values: ofUsers });
  }
  if (reads.dead.length > 0) ask('holders', holdersAsk(reads.dead));
  if (reads.counted.length > 0) {
    const values = arraysOf(countedColumns, reads.counted);
    ask('content', { statement: reading.countContent, values });
  }
  if (reads.notifications.length > 0) {
    const values = arraysOf(notificationKey, reads.notifications);
    ask('notifications', { statement: reading.readNotifications, values });
  }
  if (looksUpNames && reads.names.length > 0)
    ask('named', { statement: reading.readNamed, values: arraysOf(nameColumns, reads.names) });
  if (reads.sent.length > 0) {
    const values = arraysOf(deliveryKey, reads.sent);
    ask('late notifications', { statement: lateReading.notifications, values });
    ask('late subscriptions', { statement: lateReading.subscriptions, values });
  }
  const rowsIn = (answers: readonly Answer[]) => (source: string) =>
    answers[sources.get(source) ?? -1]?.rows ?? [];
  // All that is locked is locked by one statement, and most names that are posted under are new: those have no deliveries.
  const later = (answers: readonly Answer[]): Ask | null =>
    locksNow || rowsIn(answers)('named').length === 0 ? null : lockDeliveriesOf(reads);
  if (!locksNow) sources.set('deliveries', asks.length);
  return { asks, later, collect: (answers) => collect(reads, users, rowsIn(answers)) };
}

function collect(
  reads: PlanReads,
  users: readonly Locking[],
  rowsOf: (source: string) => readonly Row[],
): Seen {
  const snapshot = new PrefetchedSnapshot();
  const placeOf = (row: Row): Locking => {
    const place = users[decodeNumber(row.n)];
    if (!place) throw new Error(`The database answered for user ${String(row.n)} of ${users.length}.`);
    return place;
  };
  const feeds = rowsOf('feeds');
  const places = new Set<UserKey>();
  for (const row of feeds) {
    const { user, changes } = placeOf(row);
    const feed = feedTable.readRow(row, { user });
    if (feed.epoch === 0) places.add(user);
    else snapshot.putFeed({ ...feed, head: feed.head - changes });
  }
  for (const row of rowsOf('apps'))
    snapshot.putFeedApp(feedAppTable.readRow(row, { user: placeOf(row).user }));
  for (const row of rowsOf('content'))
    snapshot.putContentBytes({ user: userOf(row), app: decodeText(row.app) }, decodeNumber(row.bytes));
  for (const source of ['notifications', 'late notifications'])
    for (const row of rowsOf(source)) snapshot.putNotification(readNotification(row));
  for (const row of rowsOf('named')) snapshot.putNamed(readNotification(row));
  for (const row of rowsOf('deliveries')) snapshot.putDelivery(readDelivery(row));
  const subscriptions = withHeldAddresses(rowsOf('subscriptions'), rowsOf('holders'), reads.dead);
  for (const row of subscriptions) snapshot.putSubscription(readSubscription(row, placeOf(row)));
  for (const row of rowsOf('late subscriptions')) {
    const user = userOf(row);
    // Those of a locked feed were read under its lock, and count.
    if (!reads.feeds.has(user)) snapshot.putSubscription(readSubscription(row, { user }));
  }
  const xid = feeds[0] ? decodeText(feeds[0].xid) : null;
  return { snapshot, places, namesFound: rowsOf('named').length, xid };
}

function readSubscription(row: Row, { user }: OfUser): StoredSubscription {
  return subscriptionTable.readRow(row, { user });
}

/** A mark looks back over at most so many changes: a device that skipped more has been offline for long. */
const markedBack = 1000;

interface LockKey {
  readonly user: UserKey;
  readonly notification: string;
  /** Null for all. */
  readonly subscription: string | null;
  readonly kind: number | null;
}

const lockColumns: readonly Column<LockKey>[] = [
  ...userColumns,
  { name: 'notification', type: 'uuid', of: (key) => packUuid(key.notification) },
  { name: 'subscription', type: 'uuid', of: (key) => key.subscription && packKey(key.subscription) },
  { name: 'kind', type: 'smallint', of: (key) => key.kind },
];

/** A device that has fetched everything up to a sequence. */
export interface FetchedUpTo {
  readonly user: UserKey;
  readonly subscription: string;
  readonly upTo: number;
  readonly at: number;
}

export const upToColumns: readonly Column<FetchedUpTo>[] = [
  ...userColumns,
  { name: 'subscription', type: 'uuid', of: (mark) => packKey(mark.subscription) },
  { name: 'up_to', type: 'bigint', of: (mark) => mark.upTo },
  { name: 'at', type: 'bigint', of: (mark) => mark.at },
];

/** A device that was there. */
export type Present = Omit<FetchedUpTo, 'upTo'>;

export const presentColumns: readonly Column<Present>[] = [
  ...userColumns,
  { name: 'subscription', type: 'uuid', of: (mark) => packKey(mark.subscription) },
  { name: 'at', type: 'bigint', of: (mark) => mark.at },
];

/** What a device has newly fetched: rows of `m` with the notifications `n` of its range. */
export function fetchedRange(first: number): string {
  const columns: readonly { name: string; type: ElementType }[] = upToColumns;
  return `${unnest(columns, 'm', first)}
CROSS JOIN LATERAL (SELECT fetched_seq FROM subscription s
  WHERE ${sameUser('s', 'm')} AND s.id = m.subscription AND s.fetched_seq < m.up_to LIMIT 1) s
CROSS JOIN LATERAL (SELECT id FROM notification n WHERE ${sameUser('n', 'm')}
  AND n.seq > 0 AND n.seq > greatest(s.fetched_seq, m.up_to - ${markedBack}) AND n.seq <= m.up_to
  ORDER BY n.seq LIMIT ${markedBack}) n`;
}

export const lockDeliveries = statement(`SELECT d.* FROM (
  SELECT ${namesOf(userColumns)}, notification, subscription, kind FROM ${unnest(lockColumns)}
  UNION ALL
  SELECT ${namesOf(userColumns, 't.')}, n.id, NULL, NULL FROM ${unnest(nameColumns, 't', 6)}
    CROSS JOIN LATERAL (SELECT id FROM notification n WHERE ${sameUser('n', 't')}
      AND n.app = t.app AND n.name = t.name AND ${sqlIsAlive('n.removed')} LIMIT 1) n
  UNION ALL
  SELECT ${namesOf(userColumns, 'm.')}, n.id, m.subscription, NULL FROM ${fetchedRange(10)}
  ORDER BY 1, 2, 3, 4 NULLS FIRST, 5 NULLS FIRST) k
CROSS JOIN LATERAL (SELECT ${deliveryNames.join(', ')} FROM delivery d
  WHERE ${sameUser('d')} AND d.notification = k.notification
    AND (k.subscription IS NULL OR d.subscription = k.subscription) AND (k.kind IS NULL OR d.kind = k.kind)
  ORDER BY d.subscription, d.kind FOR UPDATE) d`);

function lockDeliveriesOf({ deliveries, names, results, sent, marks }: PlanReads): Ask {
  const whole = { subscription: null, kind: null };
  const keys: LockKey[] = [
    ...deliveries.map(({ user, id }) => ({ user, notification: id, ...whole })),
    ...names.map(({ user }) => ({ user, notification: noNotification, ...whole })),
    ...results.map(({ user, notification, subscription, kind }) => ({
      user,
      notification,
      subscription,
      kind: kindCodes.encode(kind),
    })),
    // A push that comes late taps its device once more.
    ...sent.map(({ user, subscription }) => ({
      user,
      notification: noNotification,
      subscription,
      kind: kindCodes.encode('clear'),
    })),
    ...marks.flatMap(({ user, subscription, each }) =>
      each.map(({ id }) => ({ user, notification: id, subscription, kind: null })),
    ),
  ];
  const upTos = marks.flatMap(({ user, subscription, upTo }) =>
    upTo === null ? [] : [{ user, subscription, upTo, at: 0 }],
  );
  const values = [
    ...arraysOf(lockColumns, keys),
    ...arraysOf(nameColumns, names),
    ...arraysOf(upToColumns, upTos),
  ];
  return { statement: lockDeliveries, values };
}
