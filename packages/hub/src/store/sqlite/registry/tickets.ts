// Spending tickets in SQLite: all of a batch in one transaction, so that they cost one fsync together. The batches are
// made by sql-registry/tickets. One hub at a time has the file, so whoever else holds a ticket is gone.
import { openTable } from '../../sql-registry/rows.ts';
import type { Session } from '../../sql-registry/session.ts';
import {
  forgottenAtOnce,
  newHolder,
  type TicketList,
  type TicketStatements,
} from '../../sql-registry/tickets.ts';

const spent = openTable({ id: 'text' });
const given = 'SELECT value ->> 0 AS id, value ->> 1 AS expires_at FROM json_each($1)';
const first = `
  INSERT INTO spent_ticket(id, expires_at, holder) SELECT id, expires_at, $2 FROM (${given}) WHERE true
  ON CONFLICT (id) DO NOTHING RETURNING id`;
const again = `
  UPDATE spent_ticket SET expires_at = given.expires_at, holder = $2 FROM (${given}) AS given
  WHERE spent_ticket.id = given.id AND spent_ticket.expires_at > $3
    AND (spent_ticket.holder IS NULL OR spent_ticket.holder <> $2)
  RETURNING spent_ticket.id`;
const forget = `
  DELETE FROM spent_ticket WHERE id IN
    (SELECT id FROM spent_ticket WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`;
const release = `
  INSERT INTO spent_ticket(id, expires_at) SELECT id, expires_at FROM (${given}) WHERE true
  ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at, holder = NULL`;
const releaseLost = `
  UPDATE spent_ticket SET expires_at = min(expires_at, $2), holder = NULL
  WHERE holder IS NOT NULL AND holder <> $1`;

export function openTicketStatements(session: Session): TicketStatements {
  const holder = newHolder();
  const text = (list: TicketList): string => JSON.stringify(list);
  return {
    spend: (lists, now) =>
      session.atomically(async (within) => {
        const back =
          lists.again.length === 0 ? [] : (await within.query(again, text(lists.again), holder, now)).rows;
        const { rows } = await within.query(first, text(lists.first), holder);
        // A ticket past its end is refused by its own date, so forgetting it changes no answer.
        await within.query(forget, now, lists.first.length + forgottenAtOnce);
        const idsOf = (some: typeof rows): string[] => some.map((row) => spent.read(row).id);
        return { first: idsOf(rows), again: idsOf(back) };
      }),
    async release(list) {
      await session.query(release, text(list));
    },
    async releaseLost(expiresAt) {
      await session.query(releaseLost, holder, expiresAt);
    },
  };
}
