// The audit in SQLite: a table that the database itself lets nobody change, read by its key, the newest first.
// An audited write and its entry are one transaction.
import type { DatabaseSync } from 'node:sqlite';
import type { Audit } from '../../registry.ts';
import { atomically } from '../file/transaction.ts';

export function openAudit(db: DatabaseSync): Audit {
  const insert = db.prepare('INSERT INTO audit(at, who, what, on_what) VALUES (?, ?, ?, ?)');
  const page = db.prepare(
    'SELECT id, at, who, what, on_what FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
  );
  return {
    record: (entry, write) =>
      atomically(db, () => {
        const result = write();
        insert.run(entry.at, entry.who, entry.what, entry.on);
        return result;
      }),
    list: ({ before, limit }) =>
      page.all(before ?? Number.MAX_SAFE_INTEGER, limit).map((row) => ({
        id: row.id as number,
        at: row.at as number,
        who: row.who as string,
        what: row.what as string,
        on: row.on_what as string,
      })),
  };
}
