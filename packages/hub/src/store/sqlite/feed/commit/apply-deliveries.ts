// Step 4 of the commit for deliveries, last in the order of the locks: what was planned, what came of attempts, what a
// device has fetched. And the claim, which takes what is due outside of any batch.
import type { DatabaseSync } from 'node:sqlite';
import { uuidToBytes } from '../../../../lib/ids.ts';
import {
  claimLeaseMs,
  type DeliveryResult,
  noNotification,
  type PlannedDelivery,
} from '../../../../model/delivery.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { ClaimQuery, FetchMark, Plan } from '../../../store.ts';
import {
  deliveryColumns,
  deliveryValues,
  keyValues,
  packAnswer,
  packStatus,
  packSubscription,
  readPlanned,
} from '../codec-delivery.ts';
import type { Interned } from '../interned.ts';

/** A mark looks back over at most so many changes: a device that skipped more has been offline for long. */
const markedBack = 1000;

export function openApplyDeliveries(
  db: DatabaseSync,
  interned: Interned,
  appOf: (app: string) => number,
): (plan: Plan) => void {
  const statement = statements(db);
  const account = (user: UserKey): number => interned.account(user) as number;
  const record = (result: DeliveryResult): void => {
    statement.record.run(
      packStatus(result.status),
      result.reason,
      result.due,
      result.attempts,
      result.sentAt,
      Number(result.truncated),
      packAnswer(result.answer),
      interned.account(result.user),
      ...keyValues(result),
      result.seq,
    );
  };
  const markFetched = ({ user, subscription, upTo, each, at }: FetchMark): void => {
    const owner = interned.account(user);
    const id = packSubscription(subscription);
    if (upTo !== null) {
      const before = statement.fetchedSeq.get(owner, subscription)?.fetched_seq as number | undefined;
      if (before !== undefined && before < upTo) {
        statement.raiseFetched.run(upTo, owner, subscription);
        statement.markSince.run(at, owner, id, owner, Math.max(before, upTo - markedBack), upTo);
      }
    }
    for (const one of each) statement.mark.run(at, owner, uuidToBytes(one.id), id, one.seq);
  };
  return (plan) => {
    for (const { row, isNew } of plan.deliveries) {
      const put = isNew ? statement.insert : statement.put;
      put.run(account(row.user), ...keyValues(row), appOf(row.app), ...deliveryValues(row));
    }
    for (const result of plan.results) record(result);
    for (const mark of plan.fetched) markFetched(mark);
    for (const row of plan.purged) statement.purge.run(account(row.user), uuidToBytes(row.id));
    for (const row of plan.endedSubscriptions) {
      statement.forgetClear.run(account(row.user), uuidToBytes(noNotification), packSubscription(row.id));
    }
  };
}

export function openClaim(db: DatabaseSync, interned: Interned): (query: ClaimQuery) => PlannedDelivery[] {
  const claim = db.prepare(`
    UPDATE delivery SET claimed = 1, due = ?
    WHERE (account, notification, subscription, kind) IN
      (SELECT account, notification, subscription, kind FROM delivery INDEXED BY delivery_due
       WHERE status < 2 AND app = ? AND channel = ? AND due <= ? ORDER BY due LIMIT ?)
    RETURNING account, notification, subscription, kind, app, channel, seq`);
  return ({ app, channel, now, limit }) => {
    const rows = claim.all(now + claimLeaseMs, interned.app(app), channel, now, limit);
    return rows.map((row) => readPlanned(interned, row));
  };
}

/**
 * One process owns the database, so whatever was claimed when it opens was claimed by one that is gone: it is due. A
 * provider may have it, which must outlive the next attempt's answer: what is handled later is taken away from its device
 * only when it may show it. Where nothing can be written now, the claims end by themselves.
 */
export function freeClaims(db: DatabaseSync): void {
  try {
    db.exec(`UPDATE delivery SET claimed = 0, due = 0, sent_at = coalesce(sent_at, planned_at)
      WHERE status < 2 AND claimed = 1`);
  } catch (error) {
    if (!/readonly|locked|full/.test(String(error))) throw error;
  }
}

function statements(db: DatabaseSync) {
  const columns = deliveryColumns.split(', ');
  const insert = `INSERT INTO delivery(account, ${deliveryColumns}) VALUES(?${', ?'.repeat(columns.length)})`;
  const key = 'account = ? AND notification = ? AND subscription = ? AND kind = ?';
  return {
    insert: db.prepare(insert),
    put: db.prepare(
      `${insert} ` +
        `ON CONFLICT DO UPDATE SET ${columns
          .slice(3)
          .map((column) => `${column} = excluded.${column}`)
          .join(', ')}`,
    ),
    // Who was withdrawn meanwhile stays so; that an attempt was made is kept all the same.
    record: db.prepare(
      `UPDATE delivery SET claimed = 0, status = iif(status < 2, ?, status), reason = iif(status < 2, ?, reason),
       due = ?, attempts = ?, sent_at = coalesce(?, sent_at), truncated = ?, answer = coalesce(?, answer)
       WHERE ${key} AND seq = ?`,
    ),
    fetchedSeq: db.prepare('SELECT fetched_seq FROM subscription WHERE account = ? AND id = ?'),
    raiseFetched: db.prepare('UPDATE subscription SET fetched_seq = ? WHERE account = ? AND id = ?'),
    markSince: db.prepare(
      `UPDATE delivery SET fetched_at = ? WHERE account = ? AND subscription = ? AND kind < 2 AND fetched_at IS NULL
       AND notification IN (SELECT id FROM notification WHERE account = ? AND seq > ? AND seq <= ?)`,
    ),
    mark: db.prepare(
      `UPDATE delivery SET fetched_at = ?
       WHERE account = ? AND notification = ? AND subscription = ? AND kind < 2 AND seq <= ? AND fetched_at IS NULL`,
    ),
    purge: db.prepare('DELETE FROM delivery WHERE account = ? AND notification = ?'),
    forgetClear: db.prepare(
      'DELETE FROM delivery WHERE account = ? AND notification = ? AND subscription = ?',
    ),
  };
}
