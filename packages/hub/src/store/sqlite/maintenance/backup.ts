// Copies of SQLite databases for a backup, and what a restore does to one. A copy is one read transaction of SQLite (VACUUM
// INTO): it is consistent, the hub keeps writing, and the copy ends however fast the hub writes.
import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BackupError, type Contents } from '../../backup.ts';
import { sqlIsOpen, sqlShows, statusCodes } from '../../codes.ts';
import { decodeNumber, decodeText } from '../../columns.ts';
import { feedMigrations } from '../feed/schema.ts';
import { migrate } from './migrate.ts';

const busyTimeoutMs = 5000;

/** `to` must not exist. */
export function copyDatabase(from: string, to: string): void {
  withDatabase(from, { readOnly: true }, (db) => db.prepare('VACUUM INTO ?').run(to));
  chmodSync(to, 0o600);
}

/** Looks at a copy without writing to it; throws when SQLite doesn't find it whole. */
export function readContents(path: string): Contents {
  return withDatabase(path, { readOnly: true }, (db) => {
    const verdict = db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
    if (verdict !== 'ok') throw new BackupError(`${path} is damaged (${verdict}): use another backup`);
    const names = db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all()
      .map((row) => decodeText(row.name));
    const count = (name: string) => decodeNumber(db.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.n);
    const migrations = db.prepare('SELECT name FROM migration ORDER BY name').all();
    return {
      tables: Object.fromEntries(names.map((name) => [name, count(name)])),
      migrations: migrations.map((row) => decodeText(row.name)),
    };
  });
}

/** Of a copied registry. */
export function readCopiedGeneration(path: string): number {
  return withDatabase(path, { readOnly: true }, (db) =>
    Number(db.prepare("SELECT value FROM fact WHERE key = 'generation'").get()?.value ?? 1),
  );
}

/** Withdraws deliveries that would show a notification again; taps stay, since they only say "sync". Answers how many. */
export function withdrawOpenPushes(path: string, reason: string): number {
  return withDatabase(path, {}, (db) => {
    migrate(db, feedMigrations);
    // A claimed delivery may have been sent, which must stay recorded, so that a later clear reaches its device.
    const { changes } = db
      .prepare(
        `UPDATE delivery SET status = ?, reason = ?, sent_at = iif(claimed = 1, coalesce(sent_at, planned_at), sent_at),
         claimed = 0 WHERE ${sqlIsOpen()} AND ${sqlShows()}`,
      )
      .run(statusCodes.encode('withdrawn'), reason);
    return Number(changes);
  });
}

function withDatabase<T>(
  path: string,
  options: { readonly readOnly?: boolean },
  use: (db: DatabaseSync) => T,
): T {
  const db = new DatabaseSync(path, { ...options, timeout: busyTimeoutMs });
  try {
    return use(db);
  } finally {
    db.close();
  }
}
