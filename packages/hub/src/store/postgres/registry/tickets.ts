// Spending tickets in PostgreSQL: all of a batch in one statement. They are in the order of their ids, so that two hubs
// with the same tickets never wait for each other in a circle.
import { openTable } from '../../sql-registry/rows.ts';
import type { Session } from '../../sql-registry/session.ts';
import { forgottenAtOnce, type SpendTickets } from '../../sql-registry/tickets.ts';

const spent = openTable({ id: 'text' });

// A ticket past its end is refused by its own date, so forgetting it changes no answer. What another hub is forgetting
// at this moment is left to it.
const spend = `
  WITH forgotten AS (
    DELETE FROM spent_ticket WHERE id IN
      (SELECT id FROM spent_ticket WHERE expires_at < $2 ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED))
  INSERT INTO spent_ticket(id, expires_at) SELECT value ->> 0, (value ->> 1)::bigint FROM json_array_elements($1::json)
  ON CONFLICT (id) DO NOTHING RETURNING id`;

export function openSpendTickets(session: Session): SpendTickets {
  return async (tickets, now) => {
    const list = JSON.stringify(tickets.map(({ id, expiresAt }) => [id, expiresAt]));
    const { rows } = await session.query(spend, list, now, tickets.length + forgottenAtOnce);
    return rows.map((row) => spent.read(row).id);
  };
}
