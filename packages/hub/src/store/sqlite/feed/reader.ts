// Reads of committed feeds, on a read-only connection of the main thread. Every query is led by the account, walks an
// index, and has a limit; none can see a transaction that is not durable.
import { DatabaseSync } from 'node:sqlite';
import { hashText } from '../../../lib/fingerprint.ts';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import type { AppId } from '../../../model/app.ts';
import { foldName, namesakesMost, pickNamed } from '../../../model/fold-name.ts';
import { type UserKey, userKey, type Visibility } from '../../../model/principal.ts';
import type { Due } from '../../../model/write.ts';
import {
  sqlCountedBytes,
  sqlHasDeadline,
  sqlIsAlive,
  sqlIsEvictable,
  sqlIsUnread,
  standingCodes,
} from '../../codes.ts';
import { decodeBytes, decodeNumber } from '../../columns.ts';
import {
  type ChangesPage,
  type FeedHead,
  type FeedReader,
  type ListQuery,
  type Position,
  StoreError,
  type WebhookBacklogs,
} from '../../store.ts';
import { byIdSql, isFresh, isIndexed, namedSql, sinceSql } from './fresh.ts';
import { deliveryReads } from './reader-deliveries.ts';
import { lookupReads } from './reader-lookups.ts';
import { searchReads } from './reader-search.ts';
import {
  decodeUser,
  feedTable,
  inSnapshot,
  openTables,
  prepareRows,
  seenApp,
  sqlHead,
  type Tables,
  type Values,
} from './tables.ts';
import { webhookReads } from './webhooks.ts';

/** How many pages of index entries one page looks at, so that a feed full of another app's notifications can't stall it. */
const scanPages = 20;
const highestId = Buffer.alloc(16, 0xff);
const highestEra = 2 ** 31 - 1;

export interface SqliteReader extends FeedReader {
  readonly webhooks: WebhookBacklogs;
  /** The user may have no feed any more. */
  erased(user: UserKey): void;
  close(): void;
}

export function openReader(path: string): SqliteReader {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
  const tables = openTables(db);
  const erased = (user: UserKey): void => tables.interned.erased(user);
  const webhooks = guarded(webhookReads(db, tables));
  return { ...feedReads(db, tables), webhooks, erased, close: () => db.close() };
}

export function feedReads(db: DatabaseSync, tables: Tables = openTables(db)): FeedReader {
  return guarded({
    ...positionReads(db, tables),
    ...headReads(db, tables),
    ...notificationReads(db, tables),
    ...searchReads(db, tables),
    ...lookupReads(db, tables),
    ...subscriptionReads(db, tables),
    ...dueReads(db, tables),
    ...deliveryReads(db, tables),
  });
}

/** A file that can't be read is a fault of the store, not of the caller. */
function guarded<Reads extends object>(reads: Reads): Reads {
  const entries = Object.entries(reads).map(
    ([name, read]: [string, (...args: never[]) => Promise<unknown>]) => [
      name,
      async (...args: never[]) => {
        try {
          return await read(...args);
        } catch (error) {
          throw new StoreError('unavailable', `The feed database can not be read: ${String(error)}`, error);
        }
      },
    ],
  );
  return Object.fromEntries(entries) as Reads;
}

const nowhere: Position = { epoch: 0, head: 0, unread: 0, floor: 0, preferencesSeq: 0 };

function positionReads(db: DatabaseSync, { interned, notification }: Tables) {
  const query = prepareFeeds(db, notification.names);

  function position(account: number | null, app: number | null): Position {
    const feed = account === null ? undefined : query.feed.get(account);
    if (!feed || account === null) return nowhere;
    const counts = query.counts.get(account, app, app);
    const { epoch, head, preferencesSeq } = feedOf(feed);
    const [unread, floor] = [decodeNumber(counts?.unread), decodeNumber(counts?.floor)];
    return { epoch, head, unread, floor, preferencesSeq };
  }

  /** The head follows the columns of the feed, and the user's key that. */
  function feedOf(values: Values) {
    const [head, key] = values.slice(feedTable.columns.length);
    return feedTable.readValues(values, { user: decodeUser(key), head: decodeNumber(head) });
  }

  function changes(user: UserKey, visibility: Visibility, after: number, limit: number): ChangesPage {
    const account = interned.account(user);
    const app = seenApp(interned, visibility);
    const at = position(account, app);
    if (account === null) return { ...at, rows: [], scannedTo: 0 };
    const bound = app === null ? undefined : query.scannedTo.get(account, after, limit * scanPages);
    const until = bound ? decodeNumber(bound.seq) : at.head;
    const found = query.changes.all(account, after, until, app, limit);
    const rows = found.map((values) => notification.readValues(values, { user }));
    return { ...at, rows, scannedTo: rows.length < limit ? until : (rows.at(-1)?.seq ?? until) };
  }

  async function owner(user: UserKey) {
    const account = interned.account(user);
    const found = account === null ? undefined : query.feed.get(account);
    return found ? feedOf(found) : null;
  }

  return {
    owner,
    async findOwner(issuer: string, subjectOrName: string) {
      const bySubject = await owner(userKey(issuer, subjectOrName));
      if (bySubject) return bySubject;
      return pickNamed(query.byName.all(foldName(subjectOrName), issuer).map(feedOf), subjectOrName);
    },
    async stored(user: UserKey) {
      const found = query.stored.all(interned.account(user));
      return found.map(({ app, bytes }) => ({
        app: interned.appName(decodeNumber(app)),
        contentBytes: bytes === null ? null : decodeNumber(bytes),
      }));
    },
    async position(user: UserKey, visibility: Visibility) {
      return inSnapshot(db, () => position(interned.account(user), seenApp(interned, visibility)));
    },
    async changes(user: UserKey, visibility: Visibility, after: number, limit: number) {
      return inSnapshot(db, () => changes(user, visibility, after, limit));
    },
  };
}

function headReads(db: DatabaseSync, { interned }: Tables) {
  const head = db.prepare(`SELECT epoch, ${sqlHead} AS seq FROM account WHERE id = ?`);
  return {
    async heads(users: readonly UserKey[]) {
      return users.flatMap((user): FeedHead[] => {
        const row = head.get(interned.account(user));
        return row?.seq ? [{ user, epoch: decodeNumber(row.epoch), seq: decodeNumber(row.seq) }] : [];
      });
    },
  };
}

function notificationReads(db: DatabaseSync, { interned, notification }: Tables) {
  const query = prepareNotifications(db, notification.names);
  const rowOf = (user: UserKey, found: Values | undefined) =>
    found ? notification.readValues(found, { user }) : null;
  return {
    async notification(user: UserKey, id: string) {
      return rowOf(user, query.byId.get(interned.account(user), uuidToBytes(id)));
    },
    async named(user: UserKey, app: AppId, name: string) {
      const account = interned.account(user);
      return rowOf(user, query.named.get(account, hashText(name), interned.app(app), name));
    },
    async list(user: UserKey, { visibility, now, limit, beforeId }: ListQuery) {
      const app = seenApp(interned, visibility);
      const account = interned.account(user);
      const before = beforeId === null ? highestId : uuidToBytes(beforeId);
      const era = beforeId === null ? highestEra : decodeNumber(query.era.get(account, before)?.era ?? 0);
      const later = query.laterEras.all(account, era, era, before, now, app, app, limit);
      const first = era === 0 ? before : highestId;
      const rest = query.firstEra.all(account, first, now, app, limit - later.length);
      return [...later, ...rest].map((values) => notification.readValues(values, { user }));
    },
    async handled(user: UserKey, app: AppId, limit: number) {
      const found = query.handled.all(interned.account(user), interned.app(app), limit);
      return found.map(({ id, bytes, changes }) => ({
        id: uuidFromBytes(decodeBytes(id)),
        contentBytes: decodeNumber(bytes),
        changes: decodeNumber(changes),
      }));
    },
    async count(user: UserKey, visibility: Visibility, now: number) {
      const app = seenApp(interned, visibility);
      const account = interned.account(user);
      return inSnapshot(db, () => {
        const overdue = query.overdue.get(account, now, app);
        if (overdue?.n === overdueMax) return decodeNumber(query.count.get(account, now, app)?.n);
        return decodeNumber(query.standing.get(account, app)?.n) - decodeNumber(overdue?.own);
      });
    },
  };
}

function subscriptionReads(db: DatabaseSync, { interned, subscription }: Tables) {
  const select = `SELECT ${subscription.names.join(', ')} FROM subscription WHERE account = ?`;
  const byId = prepareRows(db, `${select} AND id = ?`);
  const ofUser = prepareRows(db, `${select} ORDER BY id`);
  const devices = prepareRows(
    db,
    `SELECT ${[...subscription.names, 'seen'].join(', ')} FROM subscription
    WHERE account = ? AND lease_until > ? ORDER BY created, id`,
  );
  const living = prepareRows(db, `${select} AND app = ? AND lease_until > ? ORDER BY installation`);
  const addresses = db.prepare(
    'SELECT count(*) AS n FROM (SELECT 1 FROM subscription WHERE app = ? AND channel LIKE ? LIMIT ?)',
  );
  return {
    async subscription(user: UserKey, id: string) {
      const found = byId.get(interned.account(user), id);
      return found ? subscription.readValues(found, { user }) : null;
    },
    async subscriptionsOfUser(user: UserKey) {
      const found = ofUser.all(interned.account(user));
      return found.map((values) => subscription.readValues(values, { user }));
    },
    async devices(user: UserKey, now: number) {
      const found = devices.all(interned.account(user), now);
      return found.map((values) => ({
        subscription: subscription.readValues(values, { user }),
        seen: decodeNumber(values.at(-1)) || null,
      }));
    },
    async countAddresses(app: AppId, type: string, most: number) {
      return decodeNumber(addresses.get(interned.app(app), `%"type":"${type}"%`, most)?.n);
    },
    async subscriptions(user: UserKey, app: AppId, now: number) {
      const found = living.all(interned.account(user), interned.app(app), now);
      return found.map((values) => subscription.readValues(values, { user }));
    },
  };
}

function dueReads(db: DatabaseSync, { interned }: Tables) {
  const due = (time: string, where = `${time} IS NOT NULL`) => {
    // Joined, since a look-up of each user took 7 µs more: with thousands due at once the main thread stood still.
    const query = prepareRows(
      db,
      `SELECT key, due.id FROM
       (SELECT account, id, ${time} AS due FROM notification WHERE ${where} AND ${time} <= ? ORDER BY ${time} LIMIT ?) AS due
       CROSS JOIN account ON account.id = due.account ORDER BY due.account, due`,
    );
    return async (now: number, limit: number): Promise<Due[]> =>
      query
        .all(now, limit)
        .map(([user, id]) => ({ user: decodeUser(user), id: uuidFromBytes(decodeBytes(id)) }));
  };
  const unreadExpired = db.prepare(
    `SELECT count(*) AS n FROM
     (SELECT account, app, state FROM notification INDEXED BY notification_by_expiry
      WHERE ${sqlIsAlive()} AND expires <= ? ORDER BY expires LIMIT ?)
     WHERE ${sqlIsUnread()} AND account = ? AND (? IS NULL OR app = ?)`,
  );
  return {
    async unreadExpired(user: UserKey, visibility: Visibility, now: number, most: number) {
      const app = seenApp(interned, visibility);
      return decodeNumber(unreadExpired.get(now, most, interned.account(user), app, app)?.n);
    },
    dueExpirations: due('expires', sqlIsAlive()),
    dueDeadlines: due('respond_by', sqlHasDeadline()),
    dueWakings: due('snooze_until'),
    duePurges: due('purge_at'),
  };
}

/** Expired ones that the sweep has not removed yet, of all users: so many are there only when very many expire at once. */
const overdueMax = 1000;

function prepareFeeds(db: DatabaseSync, notification: readonly string[]) {
  const select = `SELECT ${feedTable.names.join(', ')},
    ${sqlHead} AS head, key FROM account`;
  return {
    feed: prepareRows(db, `${select} WHERE id = ?`),
    byName: prepareRows(db, `${select} WHERE name_key = ? AND issuer = ? LIMIT ${namesakesMost}`),
    counts: db.prepare(
      'SELECT coalesce(sum(unread), 0) AS unread, coalesce(max(floor), 0) AS floor FROM feed_app ' +
        'WHERE account = ? AND (? IS NULL OR app = ?)',
    ),
    stored: db.prepare(`SELECT app, ${sqlCountedBytes} AS bytes FROM feed_app WHERE account = ?`),
    scannedTo: db.prepare(`${sinceSql('seq', 'account = ?1 AND seq > ?2')} ORDER BY seq LIMIT 1 OFFSET ?3`),
    changes: prepareRows(
      db,
      `${sinceSql(notification.join(', '), 'account = ?1 AND seq > ?2 AND seq <= ?3 AND (?4 IS NULL OR app = ?4)')}
       ORDER BY seq LIMIT ?5`,
    ),
  };
}

function prepareNotifications(db: DatabaseSync, columns: readonly string[]) {
  const select = `SELECT ${columns.join(', ')} FROM notification WHERE account = ?`;
  const standings = [standingCodes.encode('unread'), standingCodes.encode('read')];
  const isListed = `${sqlIsAlive()} AND expires > ? AND (? IS NULL OR app = ?)`;
  const ofFirstEra = (where: string) =>
    `SELECT ${columns.join(', ')} FROM notification WHERE account = ?1 AND ${where}
     AND id < ?2 AND era = 0 AND expires > ?3 AND (?4 IS NULL OR app = ?4)`;
  const walks = [isFresh, ...standings.map((each) => `${isIndexed} AND standing = ${each}`)];
  return {
    byId: prepareRows(db, byIdSql(columns.join(', '))),
    named: prepareRows(
      db,
      [isFresh, isIndexed].map((among) => namedSql(columns.join(', '), among)).join(' UNION ALL '),
    ),
    era: db.prepare(byIdSql('era')),
    laterEras: prepareRows(
      db,
      `${select} AND era > 0 AND (era < ? OR (era = ? AND id < ?)) AND ${isListed} ORDER BY era DESC, id DESC LIMIT ?`,
    ),
    // Three walks, merged: none passes over what was removed.
    firstEra: prepareRows(db, `${walks.map(ofFirstEra).join(' UNION ALL ')} ORDER BY id DESC LIMIT ?5`),
    handled: db.prepare(
      `SELECT id, octet_length(content) AS bytes, changes FROM notification
       WHERE account = ? AND app = ? AND ${sqlIsEvictable()} ORDER BY id LIMIT ?`,
    ),
    // Standing ones are counted in an index alone: a hundred thousand rows would hold the loop ten times as long.
    standing: db.prepare(
      `SELECT sum(n) AS n FROM (${[isFresh, `${isIndexed} AND standing IN (${standings.join(', ')})`]
        .map(
          (each) =>
            `SELECT count(*) AS n FROM notification WHERE account = ?1 AND ${each} AND (?2 IS NULL OR app = ?2)`,
        )
        .join(' UNION ALL ')})`,
    ),
    overdue: db.prepare(
      `SELECT count(*) AS n, count(*) FILTER (WHERE account = ?1 AND (?3 IS NULL OR app = ?3)) AS own FROM
       (SELECT account, app FROM notification WHERE ${sqlIsAlive()} AND expires <= ?2 LIMIT ${overdueMax})`,
    ),
    count: db.prepare(
      `SELECT count(*) AS n FROM
       (${sinceSql('1', `account = ?1 AND ${sqlIsAlive()} AND expires > ?2 AND (?3 IS NULL OR app = ?3)`)})`,
    ),
  };
}
