// Reads of committed feeds. Every query of one user names the shard and the user, uses an index, and has a limit. Each page
// is one statement, so that its head, counts and rows belong together.
import { isUuid } from '../../../lib/ids.ts';
import type { AppId } from '../../../model/app.ts';
import { foldName, namesakesMost, pickNamed } from '../../../model/fold-name.ts';
import { type UserKey, userKey, type Visibility } from '../../../model/principal.ts';
import type { Due } from '../../../model/write.ts';
import { sqlCountedBytes, sqlHasDeadline, sqlIsAlive, sqlIsEvictable, sqlIsUnread } from '../../codes.ts';
import { decodeNumber, decodeText } from '../../columns.ts';
import type { ChangesPage, FeedHead, FeedReader, ListQuery, Position } from '../../store.ts';
import type { Connections } from '../wire/connections.ts';
import type { Parameter } from '../wire/packet.ts';
import { type Row, type Statement, statement } from '../wire/pipeline.ts';
import { addressesOf, holdersAsk, withHeldAddresses } from './commit/addresses.ts';
import { deliveryReads } from './reader-deliveries.ts';
import { lookupReads } from './reader-lookups.ts';
import { searchReads } from './reader-search.ts';
import {
  arraysOf,
  feedColumns,
  feedTable,
  namesOf,
  notificationColumns,
  notificationTable,
  ofUser,
  packKey,
  packText,
  packUuid,
  sameUser,
  sqlTextBytes,
  subscriptionColumns,
  subscriptionTable,
  unnest,
  userColumns,
  userOf,
  userValues,
} from './tables.ts';

/** How many pages of index entries one page looks at, so that a feed full of another app's notifications can't stall it. */
const scanPages = 20;
const highestId = Buffer.alloc(16, 0xff);
const highestEra = 2 ** 31 - 1;

export function openReader(connections: Connections): FeedReader {
  const ask = async (each: Statement, ...values: Parameter[]): Promise<readonly Row[]> =>
    (await connections.readOnce({ statement: each, values })).rows;
  return {
    ...positionReads(ask),
    ...notificationReads(ask),
    ...searchReads(ask, notificationStatements.notification),
    ...lookupReads(ask),
    ...subscriptionReads(ask, connections),
    ...dueReads(ask),
    ...deliveryReads(connections),
  };
}

type AskRows = (each: Statement, ...values: Parameter[]) => Promise<readonly Row[]>;

const ofApp = (table: string, parameter: number) =>
  `($${parameter}::text IS NULL OR ${table}.app = $${parameter})`;

const counts = `coalesce((SELECT sum(a.unread) FROM feed_app a WHERE ${ofUser('a')} AND ${ofApp('a', 3)}), 0)::bigint
    AS unread,
  coalesce((SELECT max(a.floor) FROM feed_app a WHERE ${ofUser('a')} AND ${ofApp('a', 3)}), 0) AS floor`;
export const feedStatements = {
  owner: statement(`SELECT ${namesOf(feedColumns)} FROM feed f WHERE ${ofUser('f')}`),
  byName: statement(
    // A hub of an older version, beside this one during an update, writes no folded name.
    `(SELECT ${namesOf(feedColumns)} FROM feed f WHERE f.name_key = $1 AND f.issuer = $2 LIMIT ${namesakesMost})
UNION ALL
(SELECT ${namesOf(feedColumns)} FROM feed f WHERE lower(f.name) = lower($3) AND f.issuer = $2 LIMIT ${namesakesMost})`,
  ),
  heads: statement(`SELECT f.* FROM ${unnest(userColumns)}
CROSS JOIN LATERAL (SELECT * FROM feed g WHERE ${sameUser('g')} AND g.head > 0 LIMIT 1) f`),
  position: statement(
    `SELECT f.epoch, f.head, ${counts}, f.preferences_seq FROM feed f WHERE ${ofUser('f')}`,
  ),
  // The row of the position stands beside each change, and alone when there is none.
  changes:
    statement(`SELECT p.epoch AS feed_epoch, p.head AS feed_head, p.unread AS feed_unread, p.floor AS feed_floor,
  p.until AS feed_until, p.preferences_seq AS feed_preferences, n.*
FROM (SELECT f.epoch, f.head, f.preferences_seq, ${counts}, coalesce(CASE WHEN $3::text IS NOT NULL THEN
    (SELECT b.seq FROM notification b WHERE ${ofUser('b')} AND b.seq > 0 AND b.seq > $4 ORDER BY b.seq OFFSET $6 LIMIT 1) END, f.head)
    AS until FROM feed f WHERE ${ofUser('f')}) p
LEFT JOIN LATERAL (SELECT ${namesOf(notificationColumns)} FROM notification n
  WHERE ${ofUser('n')} AND n.seq > 0 AND n.seq > $4 AND n.seq <= p.until AND ${ofApp('n', 3)} ORDER BY n.seq LIMIT $5) n ON true
ORDER BY n.seq`),
};

function positionOf(...values: readonly [unknown, unknown, unknown, unknown, unknown]): Position {
  const [epoch = 0, head = 0, unread = 0, floor = 0, preferencesSeq = 0] = values.map(decodeNumber);
  return { epoch, head, unread, floor, preferencesSeq };
}

const nowhere: Position = { epoch: 0, head: 0, unread: 0, floor: 0, preferencesSeq: 0 };

function positionReads(ask: AskRows) {
  async function owner(user: UserKey) {
    const [row] = await ask(feedStatements.owner, ...userValues(user));
    return row ? feedTable.readRow(row, { user }) : null;
  }
  return {
    owner,
    async findOwner(issuer: string, subjectOrName: string) {
      const bySubject = await owner(userKey(issuer, subjectOrName));
      if (bySubject) return bySubject;
      const values = [foldName(subjectOrName), issuer, subjectOrName].map(packText);
      const rows = await ask(feedStatements.byName, ...values);
      return pickNamed(
        rows.map((row) => feedTable.readRow(row, { user: userOf(row) })),
        subjectOrName,
      );
    },
    async position(user: UserKey, visibility: Visibility): Promise<Position> {
      const [row] = await ask(feedStatements.position, ...userValues(user), visibility);
      if (!row) return nowhere;
      return positionOf(row.epoch, row.head, row.unread, row.floor, row.preferences_seq);
    },
    async heads(users: readonly UserKey[]): Promise<FeedHead[]> {
      if (users.length === 0) return [];
      const rows = await ask(
        feedStatements.heads,
        ...arraysOf(
          userColumns,
          users.map((user) => ({ user })),
        ),
      );
      return rows.map((row) => ({
        user: userOf(row),
        epoch: decodeNumber(row.epoch),
        seq: decodeNumber(row.head),
      }));
    },
    async changes(user: UserKey, visibility: Visibility, after: number, limit: number): Promise<ChangesPage> {
      const values = [...userValues(user), visibility, after, limit, limit * scanPages];
      const found = await ask(feedStatements.changes, ...values);
      const [first] = found;
      if (!first) return { ...nowhere, rows: [], scannedTo: 0 };
      const until = decodeNumber(first.feed_until);
      const rows = found
        .filter((row) => row.id !== null)
        .map((row) => notificationTable.readRow(row, { user }));
      const { feed_epoch, feed_head, feed_unread, feed_floor, feed_preferences } = first;
      return {
        ...positionOf(feed_epoch, feed_head, feed_unread, feed_floor, feed_preferences),
        rows,
        scannedTo: rows.length < limit ? until : (rows.at(-1)?.seq ?? until),
      };
    },
  };
}

const isListed = `${ofApp('n', 3)} AND ${sqlIsAlive('n.removed')} AND n.expires > $5`;
const selectNotification = `SELECT ${namesOf(notificationColumns)} FROM notification n`;
export const notificationStatements = {
  notification: statement(`${selectNotification} WHERE ${ofUser('n')} AND n.id = $3`),
  named: statement(
    `${selectNotification} WHERE ${ofUser('n')} AND n.app = $3 AND n.name = $4 AND ${sqlIsAlive('n.removed')}`,
  ),
  // The page begins after $4, which is of the era that its row says, else of $7.
  list: statement(`WITH b AS (SELECT coalesce((SELECT x.era FROM notification x WHERE ${ofUser('x')} AND x.id = $4), $7) AS era)
SELECT * FROM (
  (${selectNotification} WHERE ${ofUser('n')} AND ${isListed} AND n.era > 0 AND n.era <= (SELECT era FROM b)
    AND (n.era, n.id) < ((SELECT era FROM b), $4) ORDER BY n.era DESC, n.id DESC LIMIT $6)
  UNION ALL
  (${selectNotification} WHERE ${ofUser('n')} AND ${isListed} AND n.era = 0
    AND n.id < CASE WHEN (SELECT era FROM b) = 0 THEN $4 ELSE 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid END
    ORDER BY n.id DESC LIMIT $6)) n ORDER BY n.era DESC, n.id DESC LIMIT $6`),
  handled: statement(`SELECT n.id, ${sqlTextBytes('n.content')} AS bytes, n.changes FROM notification n
WHERE ${ofUser('n')} AND n.app = $3 AND ${sqlIsEvictable('n.')} ORDER BY n.id LIMIT $4`),
  stored: statement(`SELECT a.app, ${sqlCountedBytes} AS bytes FROM feed_app a WHERE ${ofUser('a')}`),
  count: statement(`SELECT count(*) AS count FROM notification n WHERE ${ofUser('n')} AND ${ofApp('n', 3)}
  AND ${sqlIsAlive('n.removed')} AND n.expires > $4`),
};

function notificationReads(ask: AskRows) {
  return {
    async notification(user: UserKey, id: string) {
      if (!isUuid(id)) return null;
      const [row] = await ask(notificationStatements.notification, ...userValues(user), packUuid(id));
      return row ? notificationTable.readRow(row, { user }) : null;
    },
    async named(user: UserKey, app: AppId, name: string) {
      const [row] = await ask(notificationStatements.named, ...userValues(user), app, packText(name));
      return row ? notificationTable.readRow(row, { user }) : null;
    },
    async list(user: UserKey, { visibility, now, limit, beforeId }: ListQuery) {
      const before = beforeId === null ? highestId : packUuid(beforeId);
      const rows = await ask(
        notificationStatements.list,
        ...userValues(user),
        visibility,
        before,
        now,
        limit,
        beforeId === null ? highestEra : 0,
      );
      return rows.map((row) => notificationTable.readRow(row, { user }));
    },
    async handled(user: UserKey, app: AppId, limit: number) {
      const rows = await ask(notificationStatements.handled, ...userValues(user), app, limit);
      return rows.map(({ id, bytes, changes }) => ({
        id: decodeText(id),
        contentBytes: decodeNumber(bytes),
        changes: decodeNumber(changes),
      }));
    },
    async stored(user: UserKey) {
      const rows = await ask(notificationStatements.stored, ...userValues(user));
      return rows.map(({ app, bytes }) => ({
        app: decodeText(app),
        contentBytes: bytes === null ? null : decodeNumber(bytes),
      }));
    },
    async count(user: UserKey, visibility: Visibility, now: number) {
      const [row] = await ask(notificationStatements.count, ...userValues(user), visibility, now);
      return decodeNumber(row?.count);
    },
  };
}

const selectSubscription = `SELECT ${namesOf(subscriptionColumns)} FROM subscription s`;
export const subscriptionStatements = {
  one: statement(`${selectSubscription} WHERE ${ofUser('s')} AND s.id = $3`),
  ofUser: statement(`${selectSubscription} WHERE ${ofUser('s')} ORDER BY s.id`),
  living: statement(
    `${selectSubscription} WHERE ${ofUser('s')} AND s.app = $3 AND s.lease_until > $4 ORDER BY s.installation`,
  ),
  devices: statement(`SELECT ${namesOf(subscriptionColumns)}, seen FROM subscription s
WHERE ${ofUser('s')} AND s.lease_until > $3 ORDER BY s.created, s.id`),
};

/** Of all users: no index leads there, and it is asked when addresses end in masses. */
const countAddresses = statement(
  `SELECT count(*) AS n FROM (SELECT 1 FROM subscription WHERE app = $1 AND channel LIKE $2 LIMIT $3) AS found`,
);

function subscriptionReads(ask: AskRows, connections: Connections) {
  const readRows = async (user: UserKey, each: Statement, ...values: Parameter[]) => {
    const rows = await ask(each, ...userValues(user), ...values);
    const hashes = addressesOf(rows);
    const held = hashes.length > 0 ? (await connections.readOnce(holdersAsk(hashes))).rows : [];
    return withHeldAddresses(rows, held, hashes);
  };
  const read = async (user: UserKey, each: Statement, ...values: Parameter[]) =>
    (await readRows(user, each, ...values)).map((row) => subscriptionTable.readRow(row, { user }));
  return {
    async subscription(user: UserKey, id: string) {
      const [subscription] = await read(user, subscriptionStatements.one, packKey(id));
      return subscription ?? null;
    },
    async countAddresses(app: AppId, type: string, most: number) {
      const [row] = await ask(countAddresses, packText(app), packText(`%"type":"${type}"%`), most);
      return decodeNumber(row?.n);
    },
    async devices(user: UserKey, now: number) {
      const rows = await readRows(user, subscriptionStatements.devices, now);
      return rows.map((row) => ({
        subscription: subscriptionTable.readRow(row, { user }),
        seen: decodeNumber(row.seen) || null,
      }));
    },
    subscriptionsOfUser: (user: UserKey) => read(user, subscriptionStatements.ofUser),
    subscriptions: (user: UserKey, app: AppId, now: number) =>
      read(user, subscriptionStatements.living, app, now),
  };
}

const due = (column: string, where: string) =>
  statement(`SELECT d.user_key, d.id FROM
  (SELECT n.lane, n.user_key, n.id, n.${column} AS due FROM notification n
   WHERE ${where} AND n.${column} <= $1 ORDER BY n.${column} LIMIT $2) d
ORDER BY d.lane, d.user_key, d.due`);
export const dueStatements = {
  expirations: due('expires', `${sqlIsAlive('n.removed')} AND n.state >= 0`),
  // The first of all users' lead the way: an index by user and expiration would cost every post.
  unreadExpired: statement(`SELECT count(*)::int AS n FROM
  (SELECT n.lane, n.user_key, n.app, n.state FROM notification n
   WHERE ${sqlIsAlive('n.removed')} AND n.state >= 0 AND n.expires <= $4 ORDER BY n.expires LIMIT $5) e
WHERE ${sqlIsUnread('e.state')} AND ${ofUser('e')} AND ${ofApp('e', 3)}`),
  deadlines: due('respond_by', sqlHasDeadline('n.')),
  wakings: due('snooze_until', 'n.snooze_until IS NOT NULL'),
  purges: due('purge_at', 'n.purge_at IS NOT NULL'),
};

function dueReads(ask: AskRows) {
  const read =
    (each: Statement) =>
    async (now: number, limit: number): Promise<Due[]> =>
      (await ask(each, now, limit)).map((row) => ({ user: userOf(row), id: decodeText(row.id) }));
  return {
    async unreadExpired(user: UserKey, visibility: Visibility, now: number, most: number) {
      const [row] = await ask(dueStatements.unreadExpired, ...userValues(user), visibility, now, most);
      return decodeNumber(row?.n);
    },
    dueExpirations: read(dueStatements.expirations),
    dueDeadlines: read(dueStatements.deadlines),
    dueWakings: read(dueStatements.wakings),
    duePurges: read(dueStatements.purges),
  };
}
