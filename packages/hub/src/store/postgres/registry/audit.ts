// The audit in PostgreSQL: a table that the database itself lets nobody change, read by its key, the newest first.
// An audited write and its entry are one transaction.
import type { Audit } from '../../registry.ts';
import type { Session } from './session.ts';

export function openAudit(session: Session): Audit {
  return {
    record: (entry, write) =>
      session.atomically(() => {
        const result = write();
        session.query(
          'INSERT INTO audit(at, who, what, on_what) VALUES ($1, $2, $3, $4)',
          entry.at,
          entry.who,
          entry.what,
          entry.on,
        );
        return result;
      }),
    list: ({ before, limit }) =>
      session.query(page, before ?? Number.MAX_SAFE_INTEGER, limit).rows.map((row) => ({
        id: row.id as number,
        at: row.at as number,
        who: row.who as string,
        what: row.what as string,
        on: row.on_what as string,
      })),
  };
}

const page = 'SELECT id, at, who, what, on_what FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2';
