// Reads of what waits to be told by webhook.
// One process owns the database, so a backlog needs no claim.
import type { DatabaseSync } from 'node:sqlite';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import { decodeBytes, decodeNumber, decodeText } from '../../columns.ts';
import type { WebhookBacklogs } from '../../store.ts';
import { inSnapshot, prepareRows, type Row, type Tables } from './tables.ts';

export function webhookReads(db: DatabaseSync, { interned, webhook }: Tables): WebhookBacklogs {
  const query = prepare(db, webhook.names);
  const stateOf = (row: Row | undefined) => ({
    attempts: row ? decodeNumber(row.attempts) : 0,
    due: row ? decodeNumber(row.due) : 0,
    failingSince: row?.failing_since == null ? null : decodeNumber(row.failing_since),
    answer: row?.answer == null ? null : decodeText(row.answer),
  });
  return {
    async due(now) {
      return inSnapshot(db, () => {
        const backlogs: string[] = [];
        let last: Uint8Array = Buffer.alloc(0);
        for (;;) {
          const row = query.next.get(last);
          if (!row) return backlogs;
          last = decodeBytes(row.subscription);
          if (stateOf(query.backlog.get(last)).due <= now) backlogs.push(uuidFromBytes(last));
        }
      });
    },
    async claim(backlog) {
      return stateOf(query.backlog.get(uuidToBytes(backlog)));
    },
    async release() {},
    async changes(backlog, after, limit) {
      return inSnapshot(db, () => {
        const rows = query.changes.all(uuidToBytes(backlog), after, limit);
        return rows.map((row) => ({
          ...webhook.readValues(row, { user: interned.user(row.at(-1)) }),
          place: decodeNumber(row.at(-2)),
        }));
      });
    },
    async waiting(backlog, most) {
      const row = query.waiting.get(uuidToBytes(backlog), most);
      const [count, bytes, last] = [row?.n, row?.bytes, row?.last].map(decodeNumber);
      return { count: count ?? 0, bytes: bytes ?? 0, last: last ?? 0 };
    },
    async lastUntil(backlog, at) {
      const row = query.lastUntil.get(uuidToBytes(backlog), at);
      return row?.last == null ? null : decodeNumber(row.last);
    },
    async failing(limit) {
      return query.failing
        .all(limit)
        .map((row) => ({ backlog: uuidFromBytes(decodeBytes(row.subscription)), ...stateOf(row) }));
    },
  };
}

function prepare(db: DatabaseSync, names: readonly string[]) {
  return {
    // From one backlog to the next through the index, however much waits in each.
    next: db.prepare(
      'SELECT subscription FROM webhook_change WHERE subscription > ? ORDER BY subscription LIMIT 1',
    ),
    backlog: db.prepare(
      'SELECT attempts, due, failing_since, answer FROM webhook_backlog WHERE subscription = ?',
    ),
    changes: prepareRows(
      db,
      `SELECT ${names.join(', ')}, place, account FROM webhook_change
       WHERE subscription = ? AND place > ? ORDER BY place LIMIT ?`,
    ),
    waiting: db.prepare(
      `SELECT count(*) AS n, coalesce(sum(octet_length(data)), 0) AS bytes, coalesce(max(place), 0) AS last
       FROM (SELECT data, place FROM webhook_change WHERE subscription = ? ORDER BY place LIMIT ?)`,
    ),
    lastUntil: db.prepare('SELECT max(place) AS last FROM webhook_change WHERE subscription = ? AND at <= ?'),
    failing: db.prepare(
      'SELECT * FROM webhook_backlog WHERE failing_since IS NOT NULL ORDER BY failing_since LIMIT ?',
    ),
  };
}
