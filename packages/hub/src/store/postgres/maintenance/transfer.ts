// Imports the data of another store into an empty PostgreSQL database, in one transaction, so that all of it arrives or
// nothing. Before the commit every table is read back, and its checksum compared with the source's.
import type { Client } from 'pg';
import { BackupError } from '../../backup.ts';
import { decodeNumber, decodeText } from '../../columns.ts';
import type { AuditAuthor } from '../../registry.ts';
import { type ColumnType, type RegistryTable, registryTables } from '../../registry-tables.ts';
import {
  type FeedTable,
  feedTables,
  type MovedFeeds,
  type MovedTable,
  type RegistryRow,
  TableSum,
  type TransferSource,
} from '../../transfer.ts';
import { addressColumns, take } from '../feed/commit/addresses.ts';
import { weekTables } from '../feed/partitions.ts';
import { feedMigrations } from '../feed/schema.ts';
import {
  arraysOf,
  type Column,
  deliveryColumns,
  feedAppColumns,
  feedAppTable,
  feedTable,
  namesOf,
  notificationColumns,
  ownedColumns,
  readDelivery,
  readNotification,
  subscriptionColumns,
  subscriptionTable,
  unnest,
  userOf,
  webhookColumns,
  webhookTable,
} from '../feed/tables.ts';
import { registryMigrations } from '../registry/schema.ts';
import { packText, unpackText } from '../registry/text.ts';
import { inTransaction, withClient } from '../wire/client.ts';
import { pipeline, type Row, statement } from '../wire/pipeline.ts';
import { migrate } from './migrate.ts';

export interface Intake {
  readonly url: string;
  readonly source: TransferSource;
  readonly now: number;
  /** For the audit. */
  readonly by: AuditAuthor;
}

const rowsAtOnce = 1000;
const registryNames = Object.keys(registryTables) as RegistryTable[];
/** What the database counts on from. */
const numbered = [
  ['audit', 'id'],
  ['webhook_change', 'place'],
] as const;
const allTables = [...registryNames, ...feedTables, 'push_address'];

/** Answers each table as it was read back. */
export function takeIn({ url, source, now, by }: Intake): Promise<MovedTable[]> {
  return withClient(url, async (client) => {
    await migrate(client, [...registryMigrations, ...feedMigrations]);
    const moved = await inTransaction(client, '', async () => {
      // A hub that was started on it too early waits, and then fails.
      await client.query(`LOCK TABLE ${allTables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
      await refuseData(client);
      for (const sql of weekTables(now)) await client.query(sql);
      const tables: MovedTable[] = [];
      for (const table of registryNames)
        tables.push(await move(client, registryPart(table), source.registry(table)));
      for (const table of feedTables) tables.push(await moveFeeds(client, table, source));
      for (const [table, column] of numbered)
        await client.query(
          `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), max(${column})) FROM ${table} HAVING max(${column}) > 0`,
        );
      const entry = [now, by.who, by.from, 'migrate', 'store'];
      await client.query(
        'INSERT INTO audit(at, who, from_address, what, on_what) VALUES ($1, $2, $3, $4, $5)',
        entry,
      );
      return tables;
    });
    await client.query('ANALYZE');
    return moved;
  });
}

async function refuseData(client: Client): Promise<void> {
  for (const table of allTables) {
    const { rows } = await client.query(`SELECT FROM ${table} LIMIT 1`);
    if (rows.length > 0)
      throw new BackupError(
        `The database has rows in ${table} already: data is moved into a database without any`,
      );
  }
}

interface Part<Noun> {
  readonly table: string;
  readonly columns: readonly Column<Noun>[];
  readonly read: (row: Row) => Noun;
}

const subscriptionPart: Part<MovedFeeds['subscription']> = {
  table: 'subscription',
  columns: [
    ...subscriptionColumns,
    { name: 'fetched_seq', type: 'bigint', of: (row) => row.fetchedSeq },
    { name: 'seen', type: 'bigint', of: (row) => row.seen },
  ],
  read: (row) => ({
    ...subscriptionTable.readRow(row, { user: userOf(row) }),
    fetchedSeq: decodeNumber(row.fetched_seq),
    seen: decodeNumber(row.seen),
  }),
};

const feedParts: { readonly [T in FeedTable]: Part<MovedFeeds[T]> } = {
  feed: {
    table: 'feed',
    columns: ownedColumns,
    read: (row) => feedTable.readRow(row, { user: userOf(row) }),
  },
  feed_app: {
    table: 'feed_app',
    columns: feedAppColumns,
    read: (row) => feedAppTable.readRow(row, { user: userOf(row) }),
  },
  notification: { table: 'notification', columns: notificationColumns, read: readNotification },
  subscription: subscriptionPart,
  // Nothing is claimed by anybody.
  webhook_change: {
    table: 'webhook_change',
    columns: [...webhookColumns, { name: 'place', type: 'bigint', of: (row) => row.place }],
    read: (row) => ({
      ...webhookTable.readRow(row, { user: userOf(row) }),
      place: decodeNumber(row.place),
    }),
  },
  delivery: {
    table: 'delivery',
    columns: [
      ...deliveryColumns(Buffer.alloc(16)),
      { name: 'earlier', type: 'text', of: ({ earlier }) => (earlier === null ? null : packText(earlier)) },
    ],
    read: (row) => ({
      ...readDelivery(row),
      earlier: row.earlier === null ? null : unpackText(decodeText(row.earlier)),
    }),
  },
};

async function moveFeeds<T extends FeedTable>(
  client: Client,
  table: T,
  source: TransferSource,
): Promise<MovedTable> {
  const moved = await move<MovedFeeds[T]>(client, feedParts[table], source.feeds(table));
  if (table === 'subscription') {
    for (const batch of source.feeds('subscription')) {
      const held = batch.filter(({ channel }) => channel !== null);
      if (held.length > 0)
        await pipeline(client, [{ statement: take, values: arraysOf(addressColumns, held) }]);
    }
  }
  return moved;
}

function registryPart(table: RegistryTable): Part<RegistryRow> {
  const types = Object.entries(registryTables[table]).map(
    ([name, type]) => [name, storedTypes[type]] as const,
  );
  const columns = types.map(([name, type]) => ({ name, type, of: (row: RegistryRow) => packed(row[name]) }));
  const read = (row: Row): RegistryRow =>
    Object.fromEntries(
      types.map(([name]) => [name, unpacked(row[name] as string | number | boolean | null)]),
    );
  return { table, columns, read };
}

const storedTypes = {
  text: 'text',
  'text?': 'text',
  bigint: 'bigint',
  'bigint?': 'bigint',
  boolean: 'boolean',
} as const satisfies Readonly<Record<ColumnType, string>>;

function packed(value: RegistryRow[string] | undefined): string | number | boolean | null {
  return typeof value === 'string' ? packText(value) : (value ?? null);
}

function unpacked(value: string | number | boolean | null): string | number | boolean | null {
  return typeof value === 'string' ? unpackText(value) : value;
}

async function move<Noun extends object>(
  client: Client,
  { table, columns, read }: Part<Noun>,
  batches: Iterable<readonly Noun[]>,
): Promise<MovedTable> {
  const [came, stored] = [new TableSum(), new TableSum()];
  // The audit numbers its entries itself; theirs stay.
  const insert = statement(
    `INSERT INTO ${table}(${namesOf(columns)}) OVERRIDING SYSTEM VALUE SELECT * FROM ${unnest(columns)}`,
  );
  for (const batch of batches) {
    await pipeline(client, [{ statement: insert, values: arraysOf(columns, batch) }]);
    came.add(batch);
  }
  await client.query(`DECLARE moved NO SCROLL CURSOR FOR SELECT ${namesOf(columns)} FROM ${table}`);
  for (;;) {
    const { rows } = await client.query(`FETCH ${rowsAtOnce} FROM moved`);
    if (rows.length === 0) break;
    stored.add(rows.map(read));
  }
  await client.query('CLOSE moved');
  const [expected, found] = [came.of(table), stored.of(table)];
  if (expected.rows === found.rows && expected.checksum === found.checksum) return found;
  throw new BackupError(
    `${table} came with ${expected.rows} rows and was stored with ${found.rows}, and they are not the same: nothing was moved`,
  );
}
