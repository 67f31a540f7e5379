// Brings a PostgreSQL database to the schema of this code: migrations only go forward, each in the order of the list and
// once, all of them in one transaction, and of several hubs that start at once one does it while the others wait. A
// migration that was changed after it ran is refused. One that this code does not know is a newer hub's, which only
// adds: both run side by side during an update.
import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { decodeText } from '../../columns.ts';
import { queryError } from '../wire/fault.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** What SQL can't do, in the same transaction. */
  readonly fill?: (client: ClientBase) => Promise<void>;
}

/** Any number that no other user of the database takes for its own lock: "carillon" in ASCII, cut to 52 bits. */
const migrationLock = 0x6361_7269_6c6c;
/** Others may migrate first, and an index takes its time. */
const patienceMs = 60_000;

export async function migrate(client: ClientBase, migrations: readonly Migration[]): Promise<void> {
  const run = (text: string, values: string[] = []) =>
    client.query({ text, values, query_timeout: patienceMs } as { text: string; values: string[] });
  try {
    await run('BEGIN');
    await run(`SET LOCAL statement_timeout = ${patienceMs}`);
    await run(`SET LOCAL lock_timeout = ${patienceMs}`);
    await run(`SELECT pg_advisory_xact_lock(${migrationLock})`);
    await run('CREATE TABLE IF NOT EXISTS migration(name text PRIMARY KEY, sha256 text NOT NULL)');
    const { rows } = await run('SELECT name, sha256 FROM migration');
    const done = new Map(rows.map((row) => [decodeText(row.name), decodeText(row.sha256)]));
    for (const { name, sql, fill } of pending(done, migrations)) {
      await client.query({ text: sql, query_timeout: patienceMs } as { text: string });
      await fill?.(client);
      await run('INSERT INTO migration(name, sha256) VALUES ($1, $2)', [name, checksum(sql)]);
    }
    await run('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error instanceof ChangedMigration ? error : queryError(error);
  }
}

class ChangedMigration extends Error {}

function pending(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): Migration[] {
  for (const { name, sql } of migrations) {
    const before = done.get(name);
    if (before === undefined || before === checksum(sql)) continue;
    throw new ChangedMigration(
      `Migration ${name} was changed after it ran on this database: put its old text back, and add a new migration.`,
    );
  }
  return migrations.filter(({ name }) => !done.has(name));
}

function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
