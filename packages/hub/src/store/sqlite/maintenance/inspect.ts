// Inspects a database without changing it: whether it opens, whether SQLite finds it intact, and whether its schema is of
// this code. For the doctor, beside a hub that may be serving it.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { decodeText } from '../../columns.ts';
import type { Migration } from './migrate.ts';

/** `missing`: not made yet. `older` is migrated by the next start; `newer`, `changed` and `lost` are refused by it. */
export interface DatabaseState {
  readonly path: string;
  readonly state: 'missing' | 'good' | 'older' | 'newer' | 'changed' | 'lost' | 'damaged' | 'unreadable';
  /** For people: what was found. */
  readonly detail: string;
}

export function inspectDatabase(path: string, migrations: readonly Migration[]): DatabaseState {
  if (!statSync(path, { throwIfNoEntry: false })) return { path, state: 'missing', detail: 'not made yet' };
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (verdict !== 'ok') return { path, state: 'damaged', detail: String(verdict) };
    return { path, ...schemaOf(db, migrations) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const damaged = /malformed|not a database|corrupt|no such table/.test(detail);
    return { path, state: damaged ? 'damaged' : 'unreadable', detail };
  } finally {
    db?.close();
  }
}

function schemaOf(db: DatabaseSync, migrations: readonly Migration[]): Omit<DatabaseState, 'path'> {
  const rows = db.prepare('SELECT name, sha256 FROM migration ORDER BY name').all();
  const done = new Map(rows.map((row) => [decodeText(row.name), decodeText(row.sha256)]));
  const known = new Map(
    migrations.map(({ name, sql }) => [name, createHash('sha256').update(sql).digest('hex')]),
  );
  const newest = [...done.keys()].at(-1) ?? 'none';
  const detail = `schema ${newest}`;
  if ([...done.keys()].some((name) => !known.has(name))) return { state: 'newer', detail };
  if ([...done].some(([name, sha256]) => known.get(name) !== sha256)) return { state: 'changed', detail };
  return { state: done.size < known.size ? 'older' : 'good', detail };
}
