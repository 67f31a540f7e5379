// Reads of committed feeds, on a read-only connection of the main thread. Every query is led by the account, walks an
// index, and has a limit; none can see a transaction that is not durable.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { hashText } from '../../../lib/fingerprint.ts';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import type { AppId } from '../../../model/app.ts';
import { type UserKey, userKey, type Visibility } from '../../../model/principal.ts';
import {
  type ChangesPage,
  type Due,
  type FeedHead,
  type FeedReader,
  type FeedRow,
  type ListQuery,
  type Position,
  StoreError,
} from '../../store.ts';
import {
  notificationColumns,
  type Row,
  readNotification,
  readSubscription,
  subscriptionColumns,
} from './codec.ts';
import { Interned } from './interned.ts';
import { deliveryReads } from './reader-deliveries.ts';

/** How many pages of index entries one page looks at, so that a feed full of another app's notifications can't stall it. */
const scanPages = 20;
const noApp = -1;

export interface SqliteReader extends FeedReader {
  close(): void;
}

export function openReader(path: string): SqliteReader {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
  const interned = new Interned(db);
  return {
    ...guarded({
      ...positionReads(db, interned),
      ...headReads(db, interned),
      ...notificationReads(db, interned),
      ...subscriptionReads(db, interned),
      ...dueReads(db, interned),
      ...deliveryReads(db, interned),
    }),
    close: () => db.close(),
  };
}

/** A file that can't be read is not the caller's fault, and is told as the store's. */
function guarded(reads: FeedReader): FeedReader {
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
  return Object.fromEntries(entries) as FeedReader;
}

/** The app as a number for `?`, or null for all: an app never seen has no rows. */
function seenApp(interned: Interned, visibility: Visibility): number | null {
  return visibility === null ? null : (interned.app(visibility) ?? noApp);
}

function positionReads(db: DatabaseSync, interned: Interned) {
  const statement = feedStatements(db);
  const notificationOf = (user: UserKey) => (row: Row) => readNotification(user, interned.appName, row);

  function position(account: number | null, app: number | null): Position {
    const feed = account === null ? undefined : statement.feed.get(account);
    if (!feed || account === null) return { epoch: 0, head: 0, unread: 0, floor: 0 };
    const counts = statement.counts.get(account, app, app);
    return {
      epoch: feed.epoch as number,
      head: feed.head as number,
      unread: counts?.unread as number,
      floor: counts?.floor as number,
    };
  }

  function changes(user: UserKey, visibility: Visibility, after: number, limit: number): ChangesPage {
    const account = interned.account(user);
    const app = seenApp(interned, visibility);
    const at = position(account, app);
    if (account === null) return { ...at, rows: [], scannedTo: 0 };
    const bound = app === null ? undefined : statement.scannedTo.get(account, after, limit * scanPages);
    const until = (bound?.seq as number | undefined) ?? at.head;
    const rows = statement.changes.all(account, after, until, app, app, limit).map(notificationOf(user));
    return { ...at, rows, scannedTo: rows.length < limit ? until : (rows.at(-1)?.seq ?? until) };
  }

  return {
    async owner(user: UserKey) {
      const account = interned.account(user);
      const row = account === null ? undefined : statement.feed.get(account);
      return row ? ({ ...row, user } as unknown as FeedRow) : null;
    },
    async findOwner(issuer: string, subjectOrName: string) {
      const user = userKey(issuer, subjectOrName);
      const account = interned.account(user);
      const row = account === null ? undefined : statement.feed.get(account);
      if (row) return { ...row, user } as unknown as FeedRow;
      const named = statement.byName.get(subjectOrName, issuer);
      return named ? ({ ...named, user: named.key } as unknown as FeedRow) : null;
    },
    async position(user: UserKey, visibility: Visibility) {
      return position(interned.account(user), seenApp(interned, visibility));
    },
    async changes(user: UserKey, visibility: Visibility, after: number, limit: number) {
      // One read transaction, so that head, count and rows belong together.
      db.exec('BEGIN');
      try {
        return changes(user, visibility, after, limit);
      } finally {
        db.exec('COMMIT');
      }
    },
  };
}

function headReads(db: DatabaseSync, interned: Interned) {
  const head = db.prepare(
    'SELECT epoch, (SELECT max(head) FROM feed_app WHERE account = account.id) AS seq FROM account WHERE id = ?',
  );
  return {
    async heads(users: readonly UserKey[]) {
      return users.flatMap((user): FeedHead[] => {
        const row = head.get(interned.account(user));
        return row?.seq ? [{ user, epoch: row.epoch as number, seq: row.seq as number }] : [];
      });
    },
  };
}

function notificationReads(db: DatabaseSync, interned: Interned) {
  const statement = notificationStatements(db);
  const notificationOf = (user: UserKey) => (row: Row) => readNotification(user, interned.appName, row);
  return {
    async notification(user: UserKey, id: string) {
      const row = statement.notification.get(interned.account(user), uuidToBytes(id));
      return row ? notificationOf(user)(row) : null;
    },
    async named(user: UserKey, app: AppId, name: string) {
      const row = statement.named.get(interned.account(user), hashText(name), interned.app(app), name);
      return row ? notificationOf(user)(row) : null;
    },
    async list(user: UserKey, { visibility, now, limit, beforeId }: ListQuery) {
      const app = seenApp(interned, visibility);
      const before = beforeId === null ? Buffer.alloc(16, 0xff) : uuidToBytes(beforeId);
      return statement.list
        .all(interned.account(user), before, now, app, app, limit)
        .map(notificationOf(user));
    },
    async count(user: UserKey, visibility: Visibility, now: number) {
      const app = seenApp(interned, visibility);
      return (statement.count.get(interned.account(user), now, app, app)?.n as number | undefined) ?? 0;
    },
  };
}

function subscriptionReads(db: DatabaseSync, interned: Interned) {
  const byId = db.prepare(`SELECT ${subscriptionColumns} FROM subscription WHERE account = ? AND id = ?`);
  const ofUser = db.prepare(`SELECT ${subscriptionColumns} FROM subscription WHERE account = ? ORDER BY id`);
  const living = db.prepare(
    `SELECT ${subscriptionColumns} FROM subscription WHERE account = ? AND app = ? AND lease_until > ? ORDER BY installation`,
  );
  return {
    async subscription(user: UserKey, id: string) {
      const row = byId.get(interned.account(user), id);
      return row ? readSubscription(user, interned.appName, row) : null;
    },
    async subscriptionsOfUser(user: UserKey) {
      const rows = ofUser.all(interned.account(user));
      return rows.map((row) => readSubscription(user, interned.appName, row));
    },
    async subscriptions(user: UserKey, app: AppId, now: number) {
      const rows = living.all(interned.account(user), interned.app(app), now);
      return rows.map((row) => readSubscription(user, interned.appName, row));
    },
  };
}

function dueReads(db: DatabaseSync, interned: Interned) {
  const due = (where: string) => {
    const statement: StatementSync = db.prepare(
      `SELECT account, id FROM notification WHERE ${where} LIMIT ?`,
    );
    return async (now: number, limit: number): Promise<Due[]> =>
      statement.all(now, limit).map((row) => ({
        user: interned.user(row.account as number),
        id: uuidFromBytes(row.id as Uint8Array),
      }));
  };
  return {
    dueExpirations: due('removed = 0 AND expires <= ? ORDER BY expires'),
    dueWakings: due('snooze_until IS NOT NULL AND snooze_until <= ? ORDER BY snooze_until'),
    duePurges: due('purge_at IS NOT NULL AND purge_at <= ? ORDER BY purge_at'),
  };
}

function feedStatements(db: DatabaseSync) {
  return {
    feed: db.prepare(
      'SELECT epoch, issuer, subject, name, ' +
        '(SELECT coalesce(max(head), 0) FROM feed_app WHERE account = account.id) AS head FROM account WHERE id = ?',
    ),
    byName: db.prepare(
      'SELECT key, epoch, issuer, subject, name, ' +
        '(SELECT coalesce(max(head), 0) FROM feed_app WHERE account = account.id) AS head ' +
        'FROM account WHERE name = ? COLLATE NOCASE AND issuer = ?',
    ),
    counts: db.prepare(
      'SELECT coalesce(sum(unread), 0) AS unread, coalesce(max(floor), 0) AS floor FROM feed_app ' +
        'WHERE account = ? AND (? IS NULL OR app = ?)',
    ),
    scannedTo: db.prepare(
      'SELECT seq FROM notification WHERE account = ? AND seq > ? ORDER BY seq LIMIT 1 OFFSET ?',
    ),
    changes: db.prepare(
      `SELECT ${notificationColumns} FROM notification WHERE account = ? AND seq > ? AND seq <= ? AND (? IS NULL OR app = ?) ORDER BY seq LIMIT ?`,
    ),
  };
}

function notificationStatements(db: DatabaseSync) {
  const select = `SELECT ${notificationColumns} FROM notification`;
  return {
    notification: db.prepare(`${select} WHERE account = ? AND id = ?`),
    named: db.prepare(
      `${select} WHERE account = ? AND name_key = ? AND removed = 0 AND app = ? AND name = ?`,
    ),
    list: db.prepare(
      `${select} WHERE account = ? AND id < ? AND removed = 0 AND expires > ? AND (? IS NULL OR app = ?) ` +
        'ORDER BY id DESC LIMIT ?',
    ),
    count: db.prepare(
      'SELECT count(*) AS n FROM notification WHERE account = ? AND removed = 0 AND expires > ? AND (? IS NULL OR app = ?)',
    ),
  };
}
