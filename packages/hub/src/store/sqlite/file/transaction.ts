// One transaction around several writes of the registry. Inside another one it joins it, so that an audited write and
// its entry become durable together, or neither does.
import type { DatabaseSync } from 'node:sqlite';

export function atomically<T>(db: DatabaseSync, write: () => T): T {
  if (db.isTransaction) return write();
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = write();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
