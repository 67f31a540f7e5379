// Step 4 of the commit: the rows of a plan, written in the order of the locks: feed, feed_app, notification,
// subscription, delivery. It runs in the writer's thread, inside the transaction that the plan was made in. And the
// claim, which takes deliveries that are due outside of any batch.
import type { DatabaseSync } from 'node:sqlite';
import { uuidToBytes } from '../../../../lib/ids.ts';
import {
  claimLeaseMs,
  type DeliveryResult,
  noNotification,
  type PlannedDelivery,
} from '../../../../model/delivery.ts';
import { foldName } from '../../../../model/fold-name.ts';
import type { UserKey } from '../../../../model/principal.ts';
import { encodeDropped, sqlDatedAhead, sqlIsOpen, sqlShows, statusCodes } from '../../../codes.ts';
import { decodeNumber, type Stored, sqlEarlier, writeAnswer } from '../../../columns.ts';
import type { ClaimQuery, FeedRow, FetchMark, Plan } from '../../../store.ts';
import { isRowSql, isToBeFresh, sinceSql } from '../fresh.ts';
import { encodeKey, keyValues, prepareRows, type Row, type Tables } from '../tables.ts';
import { openApplyWebhooks } from './apply-webhooks.ts';
import { openErase } from './erase.ts';
import type { KnownFeeds } from './snapshot.ts';

/** What only the rows themselves say. */
export interface Applied {
  readonly fetchedAfterMs: readonly number[];
}

export function openApply(db: DatabaseSync, tables: Tables, known: KnownFeeds): (plan: Plan) => Applied {
  const statement = prepareFeedWrites(db, tables);
  const { interned, feedApp, subscription } = tables;
  const account = (user: UserKey): number => decodeNumber(interned.account(user));
  const putPreferences = ({ user, preferences, preferencesSeq }: FeedRow): void =>
    void statement.putPreferences.run(preferences, preferencesSeq, account(user));
  const feeds = (plan: Plan): void => {
    for (const { row, isNew } of plan.feeds) {
      if (isNew) {
        const values = [row.user, row.epoch, row.issuer, row.subject, row.name, foldName(row.name)];
        const made = statement.insertFeed.run(interned.highestErased + 1, ...values);
        interned.keepAccount(row.user, Number(made.lastInsertRowid));
        if (row.preferencesSeq > 0) putPreferences(row);
        continue;
      }
      const before = known.get(row.user)?.row;
      if (row.name !== before?.name) statement.nameFeed.run(row.name, foldName(row.name), account(row.user));
      if (row.preferencesSeq !== before?.preferencesSeq) putPreferences(row);
    }
    for (const { row } of plan.feedApps) {
      statement.putFeedApp.run(account(row.user), ...feedApp.valuesOf(row));
    }
  };
  const subscriptions = (plan: Plan): void => {
    for (const row of plan.endedSubscriptions) statement.deleteSubscription.run(account(row.user), row.id);
    // An address is unique, and a batch may pass it on or swap two: all release theirs before any takes one.
    if (plan.subscriptions.length > 1) {
      for (const { row, isNew } of plan.subscriptions) {
        if (!isNew) statement.clearAddress.run(account(row.user), row.id);
      }
    }
    for (const { row, isNew } of plan.subscriptions) {
      const values = subscription.valuesOf(row);
      if (isNew) statement.insertSubscription.run(account(row.user), ...values);
      else statement.updateSubscription.run(...changed(values), account(row.user), ...identity(values));
    }
  };
  const [deliveries, webhooks] = [openApplyDeliveries(db, tables), openApplyWebhooks(db, tables)];
  const notifications = openApplyNotifications(db, tables, known);
  const erase = openErase(db, tables);
  return (plan) => {
    feeds(plan);
    notifications(plan);
    subscriptions(plan);
    const applied = deliveries(plan);
    webhooks(plan);
    if (plan.erased.length > 0) erase(plan.erased);
    return applied;
  };
}

function openApplyNotifications(
  db: DatabaseSync,
  { interned, notification }: Tables,
  { names }: KnownFeeds,
): (plan: Plan) => void {
  const columns = notification.names;
  const last = columns.length + 1;
  const insert = db.prepare(insertSql('notification', [...columns, 'fresh']));
  const update = db.prepare(
    `${updateSql('notification', columns)}, fresh = 0 WHERE ${isRowSql(last - 2, last - 1, last)}`,
  );
  const remove = db.prepare(`DELETE FROM notification WHERE ${isRowSql(1, 2, 3)}`);
  const account = (user: UserKey): number => decodeNumber(interned.account(user));
  return ({ changes, notifications, purged }) => {
    // As the batch leaves them.
    const unread = new Map<UserKey, number>();
    for (const change of changes) unread.set(change.user, change.unread);
    for (const { row, isNew } of notifications) {
      const values = notification.valuesOf(row);
      if (isNew) {
        const isFresh = isToBeFresh(row, unread.get(row.user) ?? 0);
        insert.run(account(row.user), ...values, Number(isFresh));
        names.added(row, isFresh);
      } else {
        update.run(...changed(values), account(row.user), ...identity(values));
        names.changed(row);
      }
    }
    for (const row of purged) {
      remove.run(account(row.user), uuidToBytes(row.id), interned.internApp(row.app));
    }
  };
}

function prepareFeedWrites(db: DatabaseSync, { feedApp, subscription }: Tables) {
  return {
    // Never the number of one that was erased, which the reader's thread may still have for that user.
    insertFeed: db.prepare(`INSERT INTO account(id, key, epoch, issuer, subject, name, name_key)
      VALUES(max(?, (SELECT coalesce(max(id), 0) + 1 FROM account)), ?, ?, ?, ?, ?, ?)`),
    nameFeed: db.prepare('UPDATE account SET name = ?, name_key = ? WHERE id = ?'),
    putPreferences: db.prepare('UPDATE account SET preferences = ?, preferences_seq = ? WHERE id = ?'),
    putFeedApp: db.prepare(
      `${insertSql('feed_app', feedApp.names)} ON CONFLICT DO UPDATE SET ${excluded(feedApp.names.slice(1))}`,
    ),
    insertSubscription: db.prepare(insertSql('subscription', subscription.names)),
    updateSubscription: db.prepare(
      `${updateSql('subscription', subscription.names)} WHERE account = ? AND id = ? AND app = ?`,
    ),
    clearAddress: db.prepare('UPDATE subscription SET address_hash = NULL WHERE account = ? AND id = ?'),
    deleteSubscription: db.prepare('DELETE FROM subscription WHERE account = ? AND id = ?'),
  };
}

/** Both tables begin with id and app, which an update finds its row by. */
const identity = (values: readonly Stored[]): Stored[] => values.slice(0, 2);
const changed = (values: readonly Stored[]): Stored[] => values.slice(2);

function insertSql(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table}(account, ${columns.join(', ')}) VALUES(?${', ?'.repeat(columns.length)})`;
}

/** Of all but id and app. */
function updateSql(table: string, columns: readonly string[]): string {
  return `UPDATE ${table} SET ${columns
    .slice(2)
    .map((column) => `${column} = ?`)
    .join(', ')}`;
}

function excluded(columns: readonly string[]): string {
  return columns.map((column) => `${column} = excluded.${column}`).join(', ');
}

/** A mark looks back over at most so many changes: a device that skipped more has been offline for long. */
const markedBack = 1000;

function openApplyDeliveries(db: DatabaseSync, { interned, delivery }: Tables): (plan: Plan) => Applied {
  const statement = prepareDeliveryWrites(db, delivery.names);
  const account = (user: UserKey): number => decodeNumber(interned.account(user));
  const record = (result: DeliveryResult): void => {
    const status = statusCodes.encode(result.status);
    const answer = result.answer && writeAnswer(result.answer);
    statement.record.run(
      status,
      result.reason,
      result.due,
      result.attempts,
      result.sentAt,
      Number(result.truncated),
      encodeDropped(result.dropped),
      answer,
      answer,
      interned.account(result.user),
      ...keyValues(result),
      result.seq,
    );
  };
  const markFetched = ({ user, subscription, upTo, each, at, seen }: FetchMark): number[] => {
    const afterMs: number[] = [];
    const note = (rows: readonly Row[]): void => {
      for (const { planned_at: plannedAt } of rows) afterMs.push(Math.max(0, at - decodeNumber(plannedAt)));
    };
    const owner = interned.account(user);
    if (seen) statement.raiseSeen.run(at, owner, subscription);
    const id = encodeKey(subscription);
    const place = upTo === null ? undefined : statement.fetchedSeq.get(owner, subscription);
    if (upTo !== null && place) {
      const before = decodeNumber(place.fetched_seq);
      if (before < upTo) {
        statement.raiseFetched.run(upTo, owner, subscription);
        note(statement.markSince.all(at, owner, id, Math.max(before, upTo - markedBack), upTo));
      }
    }
    for (const one of each) note(statement.mark.all(at, owner, uuidToBytes(one.id), id, one.seq));
    return afterMs;
  };
  return (plan) => {
    for (const { row, isNew } of plan.deliveries) {
      const put = isNew ? statement.insert : statement.put;
      put.run(account(row.user), ...delivery.valuesOf(row));
    }
    for (const result of plan.results) record(result);
    const fetchedAfterMs = plan.fetched.flatMap(markFetched);
    for (const row of plan.purged) statement.purge.run(account(row.user), uuidToBytes(row.id));
    for (const row of plan.endedSubscriptions) {
      statement.forgetClear.run(account(row.user), uuidToBytes(noNotification), encodeKey(row.id));
    }
    return { fetchedAfterMs };
  };
}

export function openClaim(
  db: DatabaseSync,
  { interned, claimed }: Tables,
): (query: ClaimQuery) => PlannedDelivery[] {
  const columns = [...claimed.names, 'account'];
  const claim = prepareRows(
    db,
    `UPDATE delivery SET claimed = 1, due = ?
    WHERE (account, notification, subscription, kind) IN
      (SELECT account, notification, subscription, kind FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app = ? AND channel = ? AND due <= ? ORDER BY due LIMIT ?)
    RETURNING ${columns.join(', ')}`,
  );
  // Only the last of a lane are looked at, so that a long backlog costs nothing.
  const ahead = sqlDatedAhead({ now: '?1', claimed: 'claimed = 1', least: 'min' });
  const redate = db.prepare(
    `UPDATE delivery SET due = ${ahead.due}, planned_at = ${ahead.plannedAt}
    WHERE (account, notification, subscription, kind) IN
      (SELECT account, notification, subscription, kind FROM delivery INDEXED BY delivery_due
       WHERE ${sqlIsOpen()} AND app = ?2 AND channel = ?3 AND ${ahead.isLate} ORDER BY due DESC LIMIT ?4)
      AND ${ahead.isAhead}`,
  );
  return ({ app, channel, now, limit }) => {
    redate.run(now, interned.app(app), channel, limit);
    const rows = claim.all(now + claimLeaseMs, interned.app(app), channel, now, limit);
    return rows.map((row) => claimed.readValues(row, { user: interned.user(row.at(-1)) }));
  };
}

/**
 * One process owns the database, so a claim that exists when it opens belongs to a process that is gone: the delivery is
 * due. Its provider may have it already, which must stay recorded, so that a later clear reaches its device. Where nothing
 * can be written now, the claims expire by themselves.
 */
export function freeClaims(db: DatabaseSync): void {
  try {
    db.exec(`UPDATE delivery SET claimed = 0, due = 0, sent_at = coalesce(sent_at, planned_at)
      WHERE ${sqlIsOpen()} AND claimed = 1`);
  } catch (error) {
    if (!/readonly|locked|full/.test(String(error))) throw error;
  }
}

function prepareDeliveryWrites(db: DatabaseSync, columns: readonly string[]) {
  const insert = insertSql('delivery', columns);
  const key = 'account = ? AND notification = ? AND subscription = ? AND kind = ?';
  return {
    insert: db.prepare(insert),
    put: db.prepare(`${insert} ON CONFLICT DO UPDATE SET ${excluded(columns.slice(3))},
       earlier = ${sqlEarlier('delivery.answer IS NOT excluded.answer', 'delivery.')}`),
    // A delivery that was withdrawn meanwhile stays withdrawn; its attempt is recorded nevertheless.
    record: db.prepare(
      `UPDATE delivery SET claimed = 0, status = iif(${sqlIsOpen()}, ?, status), reason = iif(${sqlIsOpen()}, ?, reason),
       due = iif(${sqlIsOpen()}, ?, due), attempts = ?, sent_at = coalesce(?, sent_at), truncated = ?, dropped = ?,
       earlier = ${sqlEarlier('? IS NOT NULL')}, answer = coalesce(?, answer)
       WHERE ${key} AND seq = ?`,
    ),
    fetchedSeq: db.prepare('SELECT fetched_seq FROM subscription WHERE account = ? AND id = ?'),
    raiseSeen: db.prepare('UPDATE subscription SET seen = max(seen, ?) WHERE account = ? AND id = ?'),
    raiseFetched: db.prepare('UPDATE subscription SET fetched_seq = ? WHERE account = ? AND id = ?'),
    markSince: db.prepare(
      `UPDATE delivery SET fetched_at = ?1 WHERE account = ?2 AND subscription = ?3 AND ${sqlShows()}
       AND fetched_at IS NULL AND notification IN (${sinceSql('id', 'account = ?2 AND seq > ?4 AND seq <= ?5')})
       RETURNING planned_at`,
    ),
    mark: db.prepare(
      `UPDATE delivery SET fetched_at = ?
       WHERE account = ? AND notification = ? AND subscription = ? AND ${sqlShows()} AND seq <= ? AND fetched_at IS NULL
       RETURNING planned_at`,
    ),
    purge: db.prepare('DELETE FROM delivery WHERE account = ? AND notification = ?'),
    forgetClear: db.prepare(
      'DELETE FROM delivery WHERE account = ? AND notification = ? AND subscription = ?',
    ),
  };
}
