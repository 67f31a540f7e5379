// Step 2 of the commit: the feeds are locked in the order of their keys, then everything the batch names is read, all in
// one round trip. What comes of it is the snapshot that the planner sees.
import type { UserKey } from '../../../../model/principal.ts';
import { type Answer, type Ask, type Row, statement } from '../../wire/pipeline.ts';
import {
  feedAppColumns,
  feedColumns,
  notificationColumns,
  notificationKey,
  packText,
  readFeed,
  readFeedApp,
  readNotification,
  readSubscription,
  subscriptionColumns,
  userColumns,
  userOf,
} from '../codec.ts';
import { deliveryKey, readDelivery } from '../codec-delivery.ts';
import { arraysOf, type Column, namesOf, sameKey, unnest } from '../columns.ts';
import { touch } from './lock-deliveries.ts';
import type { Named, NamedText } from './plan-reads.ts';
import { SeenRows } from './prefetched-snapshot.ts';

const textColumns: readonly Column<NamedText>[] = [
  ...userColumns,
  { name: 'app', type: 'text', of: ({ app }) => app },
  { name: 'name', type: 'text', of: ({ name }) => packText(name) },
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
const ofUser = (alias: string) => `${alias}.lane = k.lane AND ${alias}.user_key = k.user_key`;
const beyondUser = (columns: readonly { readonly name: string }[]) => columns.slice(userColumns.length);
const perUser = (table: string, columns: readonly { readonly name: string }[], rest = '') =>
  statement(`SELECT k.n, t.* FROM ${unnest(placeColumns)}
CROSS JOIN LATERAL (SELECT ${namesOf(beyondUser(columns))} FROM ${table} s WHERE ${ofUser('s')} ${rest}OFFSET 0) t`);

const settled = `${unnest(deliveryKey)} CROSS JOIN LATERAL (SELECT FROM delivery d
  WHERE ${sameKey(deliveryKey, 'd', 'k')} AND d.status >= 2 LIMIT 1) d`;

export const looks = {
  /** A feed of epoch 0 is a place that is held while its first batch is planned; nobody else ever sees one. */
  holdPlaces: statement(`INSERT INTO feed(${namesOf(feedColumns)})
SELECT k.lane, k.user_key, 0, 0, '', '', '' FROM ${unnest(userColumns)} ORDER BY k.lane, k.user_key
ON CONFLICT DO NOTHING`),
  /** Moves the heads as far as they most likely go, which locks the feeds too: one way to each row instead of two. */
  moveFeeds: statement(`UPDATE feed s SET head = s.head + k.changes
FROM (SELECT * FROM ${unnest(likelyColumns)} ORDER BY k.lane, k.user_key) k
WHERE ${ofUser('s')} RETURNING pg_current_xact_id()::text AS xid, k.n, ${beyondUser(feedColumns)
    .map(({ name }) => `s.${name}`)
    .join(', ')}`),
  lockFeeds: statement(`SELECT pg_current_xact_id()::text AS xid, k.n, t.*
FROM (SELECT * FROM ${unnest(placeColumns)} ORDER BY k.lane, k.user_key) k
CROSS JOIN LATERAL (SELECT ${namesOf(beyondUser(feedColumns))} FROM feed s WHERE ${ofUser('s')} LIMIT 1 FOR UPDATE) t`),
  readFeedApps: perUser('feed_app', feedAppColumns),
  readSubscriptions: perUser('subscription', subscriptionColumns, 'ORDER BY s.id '),
  readNotifications: statement(`SELECT t.* FROM ${unnest(notificationKey)}
CROSS JOIN LATERAL (SELECT ${namesOf(notificationColumns)} FROM notification s
  WHERE ${ofUser('s')} AND s.id = k.id LIMIT 1) t`),
  readTexts: statement(`SELECT t.* FROM ${unnest(textColumns)}
CROSS JOIN LATERAL (SELECT ${namesOf(notificationColumns)} FROM notification s
  WHERE ${ofUser('s')} AND s.app = k.app AND s.name = k.name AND s.removed = 0 LIMIT 1) t`),
};

/** Of results whose delivery was settled before they came: what decides whether the device is tapped once more. */
export const lateLooks = {
  notifications: statement(`SELECT t.* FROM ${settled} CROSS JOIN LATERAL
  (SELECT ${namesOf(notificationColumns)} FROM notification s WHERE ${ofUser('s')} AND s.id = k.notification LIMIT 1) t`),
  subscriptions:
    statement(`SELECT t.* FROM (SELECT DISTINCT k.lane, k.user_key FROM ${settled}) k CROSS JOIN LATERAL
  (SELECT ${namesOf(subscriptionColumns)} FROM subscription s WHERE ${ofUser('s')} ORDER BY s.id OFFSET 0) t`),
};

export interface LookOptions {
  readonly named: Named;
  readonly known: ReadonlySet<UserKey>;
  readonly looksUpNames: boolean;
}

/** The statements of the round trip; those that have nothing to look for are left out. */
export interface Looking {
  readonly asks: readonly Ask[];
  /** What is only asked after those are answered; its own answer follows theirs. */
  readonly later: (answers: readonly Answer[]) => Ask | null;
  readonly see: (answers: readonly Answer[]) => Seen;
}

export interface Seen {
  readonly snapshot: SeenRows;
  /** How many of the names that are posted under are there. */
  readonly namesFound: number;
  /** Names the transaction when its connection is lost; null where no feed was locked. */
  readonly xid: string | null;
}

export function lookFor({ named, known, looksUpNames }: LookOptions): Looking {
  const asks: Ask[] = [];
  const sources = new Map<string, number>();
  const ask = (source: string, each: Ask) => {
    sources.set(source, asks.length);
    asks.push(each);
  };
  const users = [...named.users].map(([user, changes], n) => ({ user, n, changes }));
  const begun = [...named.begun].filter((user) => !known.has(user)).map((user) => ({ user }));
  const ofUsers = arraysOf(placeColumns, users);
  if (begun.length > 0) ask('places', { statement: looks.holdPlaces, values: arraysOf(userColumns, begun) });
  if (users.some(({ changes }) => changes > 0))
    ask('feeds', { statement: looks.moveFeeds, values: arraysOf(likelyColumns, users) });
  else if (users.length > 0) ask('feeds', { statement: looks.lockFeeds, values: ofUsers });
  // Ahead of all that is read without a feed's lock: once a delivery is locked, what settled it is there to be seen.
  const touchesNow = named.deliveries.length + named.results.length + named.marks.length > 0;
  if (touchesNow) ask('deliveries', touch(named));
  if (users.length > 0) {
    ask('apps', { statement: looks.readFeedApps, values: ofUsers });
    ask('subscriptions', { statement: looks.readSubscriptions, values: ofUsers });
  }
  if (named.notifications.length > 0) {
    const values = arraysOf(notificationKey, named.notifications);
    ask('notifications', { statement: looks.readNotifications, values });
  }
  if (looksUpNames && named.texts.length > 0)
    ask('texts', { statement: looks.readTexts, values: arraysOf(textColumns, named.texts) });
  if (named.sent.length > 0) {
    const values = arraysOf(deliveryKey, named.sent);
    ask('late notifications', { statement: lateLooks.notifications, values });
    ask('late subscriptions', { statement: lateLooks.subscriptions, values });
  }
  const rowsIn = (answers: readonly Answer[]) => (source: string) =>
    answers[sources.get(source) ?? -1]?.rows ?? [];
  // All that is locked is locked by one statement, and most names that are posted under are new: those have no deliveries.
  const later = (answers: readonly Answer[]): Ask | null =>
    touchesNow || rowsIn(answers)('texts').length === 0 ? null : touch(named);
  if (!touchesNow) sources.set('deliveries', asks.length);
  return { asks, later, see: (answers) => seen(named, users, rowsIn(answers)) };
}

function seen(named: Named, users: readonly Locking[], rowsOf: (source: string) => readonly Row[]): Seen {
  const snapshot = new SeenRows(named);
  const feeds = rowsOf('feeds');
  for (const row of feeds) {
    const { user, changes } = users[row.n as number] as Locking;
    const feed = readFeed(user, row);
    if (row.epoch !== 0) snapshot.putFeed({ ...feed, head: feed.head - changes });
  }
  const placed = (row: Row) => (users[row.n as number] as Locking).user;
  for (const row of rowsOf('apps')) snapshot.putFeedApp(readFeedApp(placed(row), row));
  for (const row of rowsOf('notifications')) snapshot.putNotification(readNotification(userOf(row), row));
  for (const row of rowsOf('late notifications'))
    snapshot.putNotification(readNotification(userOf(row), row));
  for (const row of rowsOf('texts')) snapshot.putText(readNotification(userOf(row), row));
  for (const row of rowsOf('deliveries')) snapshot.putDelivery(readDelivery(row));
  // Those of a locked feed were read under its lock, and count.
  const late = rowsOf('late subscriptions').filter((row) => !named.users.has(userOf(row)));
  for (const row of rowsOf('subscriptions')) snapshot.putSubscription(readSubscription(placed(row), row));
  for (const row of late) snapshot.putSubscription(readSubscription(userOf(row), row));
  return { snapshot, namesFound: rowsOf('texts').length, xid: (feeds[0]?.xid as string | undefined) ?? null };
}
