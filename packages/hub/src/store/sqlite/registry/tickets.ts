// Spending tickets in SQLite: all of a batch in one transaction, so that they cost one fsync together. The batches are
// made by sql-registry/tickets.
import { openTable } from '../../sql-registry/rows.ts';
import type { Session } from '../../sql-registry/session.ts';
import { forgottenAtOnce, type SpendTickets } from '../../sql-registry/tickets.ts';

const spent = openTable({ id: 'text' });
const insert = `
  INSERT INTO spent_ticket(id, expires_at) SELECT value ->> 0, value ->> 1 FROM json_each($1) WHERE true
  ON CONFLICT (id) DO NOTHING RETURNING id`;
const forget = `
  DELETE FROM spent_ticket WHERE id IN
    (SELECT id FROM spent_ticket WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`;

export function openSpendTickets(session: Session): SpendTickets {
  return (tickets, now) =>
    session.atomically(async (within) => {
      const list = JSON.stringify(tickets.map(({ id, expiresAt }) => [id, expiresAt]));
      const { rows } = await within.query(insert, list);
      // A ticket past its end is refused by its own date, so forgetting it changes no answer.
      await within.query(forget, now, tickets.length + forgottenAtOnce);
      return rows.map((row) => spent.read(row).id);
    });
}
