// Spending tickets in PostgreSQL: all of a batch in one statement. They are in the order of their ids, so that two hubs
// with the same tickets never wait for each other in a circle. A hub that listens has a lock of its own, which ends with it:
// what a hub without one holds is free.
import type { ClientBase } from 'pg';
import { openTable } from '../../sql-registry/rows.ts';
import type { Session } from '../../sql-registry/session.ts';
import { forgottenAtOnce, type TicketStatements } from '../../sql-registry/tickets.ts';

/** First key of the advisory locks of hubs: "reg" in ASCII and a number, as in refresh.ts. The second is the holder. */
const lockClass = 0x7265_6710;

const spent = openTable({ id: 'text', again: 'boolean' });
const given = (parameter: string): string =>
  `SELECT value ->> 0 AS id, (value ->> 1)::bigint AS expires_at FROM json_array_elements(${parameter}::json)`;
const alive = `
  SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = ${lockClass} AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

// A ticket past its end is refused by its own date, so forgetting it changes no answer. What another hub is forgetting
// at this moment is left to it.
const spend = `
  WITH forgotten AS (
    DELETE FROM spent_ticket WHERE id IN
      (SELECT id FROM spent_ticket WHERE expires_at < $4 ORDER BY expires_at LIMIT $5 FOR UPDATE SKIP LOCKED)),
  back AS (
    UPDATE spent_ticket SET expires_at = given.expires_at, holder = $3 FROM (${given('$2')}) AS given
    WHERE spent_ticket.id = given.id AND spent_ticket.expires_at > $4
      AND (spent_ticket.holder IS NULL OR spent_ticket.holder NOT IN (${alive}))
    RETURNING spent_ticket.id),
  first AS (
    INSERT INTO spent_ticket(id, expires_at, holder) SELECT id, expires_at, $3 FROM (${given('$1')}) AS given
    ON CONFLICT (id) DO NOTHING RETURNING id)
  SELECT id, true AS again FROM back UNION ALL SELECT id, false FROM first`;
const release = `
  INSERT INTO spent_ticket(id, expires_at) SELECT id, expires_at FROM (${given('$1')}) AS given
  ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at, holder = NULL`;
const releaseLost = `
  UPDATE spent_ticket SET expires_at = least(expires_at, $1), holder = NULL WHERE id IN
    (SELECT id FROM spent_ticket WHERE holder IS NOT NULL AND holder NOT IN (${alive}) FOR UPDATE SKIP LOCKED)`;

/** Shows, for as long as this connection lasts, that the hub is there. */
export async function showHolder(listening: ClientBase, holder: number): Promise<void> {
  await listening.query('SELECT pg_advisory_lock_shared($1, $2)', [lockClass, holder]);
}

export function openTicketStatements(session: Session, holder: number): TicketStatements {
  return {
    async spend({ first, again }, now) {
      const lists = [JSON.stringify(first), JSON.stringify(again)] as const;
      const { rows } = await session.query(spend, ...lists, holder, now, first.length + forgottenAtOnce);
      const all = rows.map((row) => spent.read(row));
      const idsOf = (back: boolean): string[] => all.filter((row) => row.again === back).map(({ id }) => id);
      return { first: idsOf(false), again: idsOf(true) };
    },
    async release(list) {
      await session.query(release, JSON.stringify(list));
    },
    async releaseLost(expiresAt) {
      await session.query(releaseLost, expiresAt);
    },
  };
}
