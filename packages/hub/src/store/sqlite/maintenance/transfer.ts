// The data of SQLite as what moves into another store, read in batches. Nobody else may have the databases: what a hub
// that is gone had claimed is let go, as its next start would do.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isOpen, type StoredDelivery } from '../../../model/delivery.ts';
import { BackupError } from '../../backup.ts';
import { type RegistryTable, registryTables } from '../../registry-tables.ts';
import {
  type FeedTable,
  feedTables,
  type MovedFeeds,
  type RegistryRow,
  type TransferSource,
} from '../../transfer.ts';
import {
  notificationColumns,
  type Row,
  readNotification,
  readSubscription,
  subscriptionColumns,
} from '../feed/codec.ts';
import { deliveryColumns, readDelivery } from '../feed/codec-delivery.ts';
import { Interned } from '../feed/interned.ts';
import { feedMigrations } from '../feed/schema.ts';
import { registryMigrations } from '../registry/schema.ts';
import { type Migration, migrate } from './migrate.ts';

export interface SqliteSource extends TransferSource {
  close(): void;
}

const rowsAtOnce = 1000;

/** Tables that only say how the others are stored. */
const ownTables = ['migration', 'part_version', 'account', 'app_ref'];

export function openSource(dataDir: string): SqliteSource {
  const feeds = open(join(dataDir, 'feed.db'), feedMigrations);
  const registry = open(join(dataDir, 'registry.db'), registryMigrations);
  for (const db of [feeds, registry]) refuseUnknownTables(db);
  const readers = openReaders(feeds);
  return {
    feeds: <T extends FeedTable>(table: T) => {
      const { sql, read } = readers[table];
      return batches(feeds, sql, read as (row: Row) => MovedFeeds[T]);
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

/** What a later schema adds must not be left behind unnoticed. */
function refuseUnknownTables(db: DatabaseSync): void {
  const known = new Set<string>([...ownTables, ...feedTables, ...Object.keys(registryTables)]);
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  for (const { name } of names)
    if (!known.has(name as string)) throw new BackupError(`The table ${name} is none that can be moved`);
}

type Readers = { readonly [T in FeedTable]: { readonly sql: string; read(row: Row): MovedFeeds[T] } };

function openReaders(db: DatabaseSync): Readers {
  const interned = new Interned(db);
  const { appName } = interned;
  const userOf = (row: Row) => interned.user(row.account as number);
  return {
    feed: {
      sql: `SELECT id AS account, epoch, issuer, subject, name,
        coalesce((SELECT max(head) FROM feed_app WHERE account = account.id), 0) AS head FROM account`,
      read: ({ account, ...row }) =>
        ({ ...row, user: interned.user(account as number) }) as unknown as MovedFeeds['feed'],
    },
    feed_app: {
      sql: 'SELECT account, app, unread, head, floor FROM feed_app',
      read: ({ account, app, ...row }) =>
        ({
          ...row,
          user: interned.user(account as number),
          app: appName(app as number),
        }) as unknown as MovedFeeds['feed_app'],
    },
    notification: {
      sql: `SELECT account, ${notificationColumns} FROM notification`,
      read: (row) => readNotification(userOf(row), appName, row),
    },
    subscription: {
      sql: `SELECT account, ${subscriptionColumns}, fetched_seq FROM subscription`,
      read: (row) => ({
        ...readSubscription(userOf(row), appName, row),
        fetchedSeq: row.fetched_seq as number,
      }),
    },
    delivery: {
      sql: `SELECT account, ${deliveryColumns} FROM delivery`,
      read: (row) => letGo(readDelivery(userOf(row), interned, row)),
    },
  };
}

/** As `freeClaims` does. */
function letGo(row: StoredDelivery): StoredDelivery {
  if (!row.claimed) return row;
  if (!isOpen(row.status)) return { ...row, claimed: false };
  return { ...row, claimed: false, due: 0, sentAt: row.sentAt ?? row.plannedAt };
}

function readTable(db: DatabaseSync, table: RegistryTable): Iterable<readonly RegistryRow[]> {
  const columns: Readonly<Record<string, string>> = registryTables[table];
  const names = Object.keys(columns);
  return batches(db, `SELECT ${names.join(', ')} FROM ${table}`, (row) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        columns[name] === 'boolean' ? row[name] === 1 : (row[name] as string | number),
      ]),
    ),
  );
}

function* batches<Noun>(db: DatabaseSync, sql: string, read: (row: Row) => Noun): Iterable<readonly Noun[]> {
  let batch: Noun[] = [];
  for (const row of db.prepare(sql).iterate()) {
    batch.push(read(row));
    if (batch.length < rowsAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
