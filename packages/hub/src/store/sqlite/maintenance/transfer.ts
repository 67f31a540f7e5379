// The data of SQLite as what moves into another store, read in batches. Nobody else may have the databases: what a hub
// that is gone had claimed is free, as after its next start.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isOpen, type StoredDelivery } from '../../../model/delivery.ts';
import { BackupError } from '../../backup.ts';
import { decodeNumber, decodeText } from '../../columns.ts';
import { type RegistryTable, registryTables } from '../../registry-tables.ts';
import {
  type FeedTable,
  feedTables,
  type MovedFeeds,
  type RegistryRow,
  type TransferSource,
} from '../../transfer.ts';
import { markFact } from '../feed/mark.ts';
import { feedMigrations } from '../feed/schema.ts';
import { feedTable, openTables, prepareRows, sqlHead, type Values } from '../feed/tables.ts';
import { registryMigrations } from '../registry/schema.ts';
import { type Migration, migrate } from './migrate.ts';

export interface SqliteSource extends TransferSource {
  close(): void;
}

const rowsAtOnce = 1000;

/** Tables that only say how the others are stored. */
const ownTables = ['migration', 'part_version', 'account', 'app_ref', 'progress', 'webhook_backlog'];

export function openSource(dataDir: string): SqliteSource {
  const feeds = open(join(dataDir, 'feed.db'), feedMigrations);
  const registry = open(join(dataDir, 'registry.db'), registryMigrations);
  for (const db of [feeds, registry]) refuseUnknownTables(db);
  const readers = openReaders(feeds);
  return {
    feeds: <T extends FeedTable>(table: T) => {
      const { sql, read } = readers[table];
      return batches(prepareRows(feeds, sql).iterate(), read);
    },
    registry: (table) => readTable(registry, table),
    close() {
      feeds.close();
      registry.close();
    },
  };
}

function open(path: string, migrations: readonly Migration[]): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5000 });
  migrate(db, migrations);
  return db;
}

/** A table of a later schema must not be left out unnoticed. */
function refuseUnknownTables(db: DatabaseSync): void {
  const known = new Set<string>([...ownTables, ...feedTables, ...Object.keys(registryTables)]);
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  for (const { name } of names)
    if (!known.has(decodeText(name))) throw new BackupError(`The table ${name} is none that can be moved`);
}

type Readers = { readonly [T in FeedTable]: { readonly sql: string; read(values: Values): MovedFeeds[T] } };

/** What follows the columns of a table stands last. */
function openReaders(db: DatabaseSync): Readers {
  const { interned, feedApp, notification, subscription, delivery, webhook } = openTables(db);
  const select = (names: readonly string[], table: string) => `SELECT ${names.join(', ')} FROM ${table}`;
  const given = (values: Values) => ({ user: interned.user(values.at(-1)) });
  return {
    feed: {
      sql: select([...feedTable.names, `${sqlHead} AS head`, 'id'], 'account'),
      read: (values) => feedTable.readValues(values, { ...given(values), head: decodeNumber(values.at(-2)) }),
    },
    feed_app: {
      sql: select([...feedApp.names, 'account'], 'feed_app'),
      read: (values) => feedApp.readValues(values, given(values)),
    },
    notification: {
      sql: select([...notification.names, 'account'], 'notification'),
      read: (values) => notification.readValues(values, given(values)),
    },
    subscription: {
      sql: select([...subscription.names, 'fetched_seq', 'seen', 'account'], 'subscription'),
      read: (values) => ({
        ...subscription.readValues(values, given(values)),
        fetchedSeq: decodeNumber(values.at(-3)),
        seen: decodeNumber(values.at(-2)),
      }),
    },
    delivery: {
      sql: select([...delivery.names, 'earlier', 'account'], 'delivery'),
      read: (values) => ({
        ...unclaimed(delivery.readValues(values, given(values))),
        earlier: plainText(values.at(-2)),
      }),
    },
    webhook_change: {
      sql: select([...webhook.names, 'place', 'account'], 'webhook_change'),
      read: (values) => ({
        ...webhook.readValues(values, given(values)),
        place: decodeNumber(values.at(-2)),
      }),
    },
  };
}

function plainText(value: unknown): string | null {
  return value === null ? null : decodeText(value);
}

/** As `freeClaims` does. */
function unclaimed(row: StoredDelivery): StoredDelivery {
  if (!row.claimed) return row;
  if (!isOpen(row.status)) return { ...row, claimed: false };
  return { ...row, claimed: false, due: 0, sentAt: row.sentAt ?? row.plannedAt };
}

function readTable(db: DatabaseSync, table: RegistryTable): Iterable<readonly RegistryRow[]> {
  const columns: Readonly<Record<string, string>> = registryTables[table];
  const names = Object.keys(columns);
  const moved = table === 'fact' ? `WHERE key <> '${markFact}'` : '';
  const rows = db.prepare(`SELECT ${names.join(', ')} FROM ${table} ${moved}`).iterate();
  return batches(rows, (row) =>
    Object.fromEntries(
      names.map((name) => [name, columns[name] === 'boolean' ? row[name] === 1 : plain(row[name])]),
    ),
  );
}

/** Every other column of the registry is a text or a number. */
function plain(value: unknown): string | number | null {
  return value === null || typeof value === 'number' ? value : decodeText(value);
}

function* batches<Row, Noun>(rows: Iterable<Row>, read: (row: Row) => Noun): Iterable<readonly Noun[]> {
  let batch: Noun[] = [];
  for (const row of rows) {
    batch.push(read(row));
    if (batch.length < rowsAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
