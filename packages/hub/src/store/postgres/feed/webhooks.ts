// Reads of what waits to be told by webhook, and the claim of a backlog: one node tells an endpoint, so that it is told in
// order. A claim ends with its node, at the latest after its lease.
import { decodeNumber, decodeText } from '../../columns.ts';
import { backlogLeaseMs, type WebhookBacklogs } from '../../store.ts';
import { type Connections, openConnections } from '../wire/connections.ts';
import { type Row, statement } from '../wire/pipeline.ts';
import { namesOf, packUuid, userOf, webhookColumns, webhookTable } from './tables.ts';

const webhookStatements = {
  // From one backlog to the next through the index, however much waits in each.
  due: statement(`WITH RECURSIVE waiting AS (
  (SELECT subscription FROM webhook_change ORDER BY subscription LIMIT 1)
  UNION ALL
  SELECT n.subscription FROM waiting w CROSS JOIN LATERAL (SELECT c.subscription FROM webhook_change c
    WHERE c.subscription > w.subscription ORDER BY c.subscription LIMIT 1) n)
SELECT w.subscription FROM waiting w LEFT JOIN webhook_backlog l ON l.subscription = w.subscription
WHERE l.subscription IS NULL
  OR l.due <= $2::bigint AND (l.claimed_by = $1 OR l.claimed_until <= $2::bigint)`),
  claim: statement(`INSERT INTO webhook_backlog AS l (subscription, claimed_by, claimed_until)
VALUES ($1, $2, $3::bigint + ${backlogLeaseMs})
ON CONFLICT (subscription) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
WHERE l.claimed_by = $2 OR l.claimed_until <= $3::bigint
RETURNING attempts, due, failing_since, answer`),
  release: statement('UPDATE webhook_backlog SET claimed_until = 0 WHERE claimed_by = $1'),
  changes: statement(`SELECT ${namesOf(webhookColumns)}, place FROM webhook_change
WHERE subscription = $1 AND place > $2 ORDER BY place LIMIT $3`),
  waiting: statement(`SELECT count(*)::integer AS n, coalesce(sum(octet_length(data)), 0)::bigint AS bytes,
  coalesce(max(place), 0)::bigint AS last
FROM (SELECT data, place FROM webhook_change WHERE subscription = $1 ORDER BY place LIMIT $2) c`),
  lastUntil: statement(
    'SELECT max(place) AS last FROM webhook_change WHERE subscription = $1 AND at <= $2::bigint',
  ),
  failing: statement(`SELECT subscription, attempts, due, failing_since, answer FROM webhook_backlog
WHERE failing_since IS NOT NULL ORDER BY failing_since LIMIT $1`),
};

export function webhookBacklogs(connections: Connections, node: Buffer): WebhookBacklogs {
  const { due, claim, release, changes, waiting, lastUntil, failing } = webhookStatements;
  return {
    async due(now) {
      const { rows } = await connections.readOnce({ statement: due, values: [node, now] });
      return rows.map(({ subscription }) => decodeText(subscription));
    },
    async claim(backlog, now) {
      const { rows } = await connections.writeOnce({
        statement: claim,
        values: [packUuid(backlog), node, now],
      });
      return rows[0] ? stateOf(rows[0]) : null;
    },
    async release() {
      await connections.writeOnce({ statement: release, values: [node] });
    },
    async changes(backlog, after, limit) {
      const { rows } = await connections.readOnce({
        statement: changes,
        values: [packUuid(backlog), after, limit],
      });
      return rows.map((row) => ({
        ...webhookTable.readRow(row, { user: userOf(row) }),
        place: decodeNumber(row.place),
      }));
    },
    async waiting(backlog, most) {
      const { rows } = await connections.readOnce({ statement: waiting, values: [packUuid(backlog), most] });
      const [count = 0, bytes = 0, last = 0] = [rows[0]?.n, rows[0]?.bytes, rows[0]?.last].map(decodeNumber);
      return { count, bytes, last };
    },
    async lastUntil(backlog, at) {
      const { rows } = await connections.readOnce({ statement: lastUntil, values: [packUuid(backlog), at] });
      const last = rows[0]?.last ?? null;
      return last === null ? null : decodeNumber(last);
    },
    async failing(limit) {
      const { rows } = await connections.readOnce({ statement: failing, values: [limit] });
      return rows.map((row) => ({ backlog: decodeText(row.subscription), ...stateOf(row) }));
    },
  };
}

/** For a command, over a connection of its own. */
export async function readFailing(
  url: string,
  limit: number,
): Promise<Awaited<ReturnType<WebhookBacklogs['failing']>>> {
  const connections = openConnections(url);
  try {
    return await webhookBacklogs(connections, Buffer.alloc(16)).failing(limit);
  } finally {
    await connections.close();
  }
}

function stateOf(row: Row) {
  return {
    attempts: decodeNumber(row.attempts),
    due: decodeNumber(row.due),
    failingSince: row.failing_since === null ? null : decodeNumber(row.failing_since),
    answer: row.answer === null ? null : decodeText(row.answer),
  };
}
