// A dump of the whole PostgreSQL database and its summary, both of one snapshot, and the restore into an empty one. Hubs
// keep serving during a dump.
import type { Client } from 'pg';
import { BackupError, type Contents } from '../../backup.ts';
import { sqlIsOpen, sqlShows, statusCodes } from '../../codes.ts';
import { decodeNumber, decodeText } from '../../columns.ts';
import { feedMigrations } from '../feed/schema.ts';
import { registryMigrations } from '../registry/schema.ts';
import { inTransaction, withClient } from '../wire/client.ts';
import { runTool, splitUrl } from './tools.ts';

export const migrationNames = [...registryMigrations, ...feedMigrations].map(({ name }) => name);

type Environment = Readonly<Record<string, string | undefined>>;

export interface Dumped {
  readonly contents: Contents;
  readonly generation: number;
}

/** The snapshot lives as long as the transaction that counts in it. */
export function dumpDatabase(url: string, file: string, environment: Environment): Promise<Dumped> {
  return withClient(url, (client) =>
    inTransaction(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
      const contents = await countRows(client);
      if (contents.migrations.length === 0)
        throw new BackupError('The database holds no data of Carillon: name the right --database-url');
      const { rows } = await client.query("SELECT value FROM fact WHERE key = 'generation'");
      const exported = await client.query('SELECT pg_export_snapshot() AS id');
      const { shown, env } = splitUrl(url, environment);
      const args = ['--format=custom', '--no-owner', '--no-privileges', `--snapshot=${exported.rows[0].id}`];
      await runTool('pg_dump', [...args, `--file=${file}`, `--dbname=${shown}`], env);
      return { contents, generation: Number(rows[0]?.value ?? 1) };
    }),
  );
}

/** That the dump can be read, without a database. */
export async function checkDump(file: string, environment: Environment): Promise<void> {
  await runTool('pg_restore', ['--list', file], environment);
}

/** All or nothing. */
export async function restoreDump(url: string, file: string, environment: Environment): Promise<void> {
  const { shown, env } = splitUrl(url, environment);
  const args = ['--no-owner', '--no-privileges', '--exit-on-error', '--single-transaction'];
  await runTool('pg_restore', [...args, `--dbname=${shown}`, file], env);
}

export function readContents(url: string): Promise<Contents> {
  return withClient(url, countRows);
}

/** Withdraws deliveries that would show a notification again; taps stay, since they only say "sync". Answers how many. */
export function withdrawOpenPushes(url: string, reason: string): Promise<number> {
  return withClient(url, async (client) => {
    // A claimed delivery may have been sent, which must stay recorded, so that a later clear reaches its device.
    const { rowCount } = await client.query(
      `UPDATE delivery SET status = $1, reason = $2, claimed_by = NULL,
       sent_at = CASE WHEN claimed_by IS NULL THEN sent_at ELSE coalesce(sent_at, planned_at) END
       WHERE ${sqlIsOpen()} AND ${sqlShows()}`,
      [statusCodes.encode('withdrawn'), reason],
    );
    return rowCount ?? 0;
  });
}

async function countRows(client: Client): Promise<Contents> {
  const found = await client.query(`SELECT c.relname AS name FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
    ORDER BY c.relname`);
  const tables: Record<string, number> = {};
  for (const name of found.rows.map((row) => decodeText(row.name))) {
    const { rows } = await client.query(`SELECT count(*) AS n FROM ${client.escapeIdentifier(name)}`);
    tables[name] = decodeNumber(rows[0].n);
  }
  if (tables.migration === undefined) return { tables, migrations: [] };
  const { rows } = await client.query('SELECT name FROM migration ORDER BY name COLLATE "C"');
  return { tables, migrations: rows.map(({ name }) => decodeText(name)) };
}
