// Brings a SQLite database to the schema of this code: migrations only go forward, each in the order of the list and
// once, all of them in one transaction. A migration that was changed after it ran, and a database that a newer
// Carillon has already changed, are refused before anything is touched.
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { foldName } from '../../../model/fold-name.ts';
import { decodeText } from '../../columns.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  // As JavaScript folds it, which SQL can't.
  database.function('fold_name', { deterministic: true }, (name) => foldName(decodeText(name)));
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec('CREATE TABLE IF NOT EXISTS migration(name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT');
    const done = readDone(database);
    refuseNewer(done, migrations);
    for (const migration of migrations) run(database, done, migration);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function readDone(database: DatabaseSync): Map<string, string> {
  const rows = database.prepare('SELECT name, sha256 FROM migration').all();
  return new Map(rows.map((row) => [decodeText(row.name), decodeText(row.sha256)]));
}

function refuseNewer(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const newer = [...done.keys()].filter((name) => !known.has(name));
  if (newer.length === 0) return;
  throw new Error(
    `The database was written by a newer Carillon (it has ${newer.join(', ')}): run that version, or restore a backup made before it.`,
  );
}

function run(database: DatabaseSync, done: ReadonlyMap<string, string>, { name, sql }: Migration): void {
  const sha256 = createHash('sha256').update(sql).digest('hex');
  const before = done.get(name);
  if (before === sha256) return;
  if (before !== undefined) {
    throw new Error(
      `Migration ${name} was changed after it ran on this database: put its old text back, and add a new migration.`,
    );
  }
  database.exec(sql);
  database.prepare('INSERT INTO migration(name, sha256) VALUES (?, ?)').run(name, sha256);
}
