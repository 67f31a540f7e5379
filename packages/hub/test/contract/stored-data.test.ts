// A database that an earlier version wrote (test/fixtures/stored) opens, and every value reads back by its name: what is
// stored as a number does not depend on where a name stands in a list, so the lists are turned round for these tests.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { platformTypes, readStates, userActionStates, verdicts } from '@carillon/protocol';
import { alice, subscribeWrite } from '@carillon/testing/feed/writes.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { builtIn, builtInChannels } from '../../src/hub/channels.ts';
import { openRegistry } from '../../src/hub/open-data.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { deliveryKinds, sendStatuses } from '../../src/model/delivery.ts';
import { openPushAddresses } from '../../src/operations/subscriptions/push-addresses.ts';
import { openFeedStore as openInPostgres } from '../../src/store/postgres/feed/feed-store.ts';
import type { Registry } from '../../src/store/registry.ts';
import { type RegistryTable, registryTables } from '../../src/store/registry-tables.ts';
import { openFeedStore as openInSqlite } from '../../src/store/sqlite/feed/feed-store.ts';
import { openSource } from '../../src/store/sqlite/maintenance/transfer.ts';
import type { FeedStore } from '../../src/store/store.ts';
import { readNouns, secretKey } from '../fixtures/stored/nouns.ts';
import { countedBytes } from './store-storage.ts';

const stored = join(import.meta.dirname, '../fixtures/stored');
const lists: (readonly string[])[] = [
  readStates,
  userActionStates,
  platformTypes,
  verdicts,
  deliveryKinds,
  sendStatuses,
];
/** All that were there when the data was stored; what came later is in none of it. */
const storedNames = {
  status: ['pending', 'sent', 'accepted', 'withdrawn', 'expired', 'failed', 'gone', 'skipped'],
  kind: ['notify', 'fallback', 'clear'],
  channel: ['webPush', 'fcm', 'apns', 'wns'],
  platform: ['windows', 'ios', 'android', 'webPush'],
};
const turnRound = () => lists.forEach((list) => void (list as string[]).reverse());

turnRound();
after(turnRound);

const folder = tempFolder();
after(folder.remove);
for (const name of ['feed.db', 'registry.db']) copyFileSync(join(stored, name), join(folder.path, name));

async function openPostgres(): Promise<string> {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  await server.query(url, readFileSync(join(stored, 'postgres.sql'), 'utf8'));
  return url;
}

const stores: Readonly<Record<string, () => Promise<FeedStore>>> = {
  SQLite: () =>
    openInSqlite({
      path: join(folder.path, 'feed.db'),
      planner: new URL('../../src/hub/plan-batch.ts', import.meta.url),
    }),
  PostgreSQL: async () => openInPostgres({ url: await openPostgres(), planner: planBatch }),
};

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: what an earlier version stored reads back by name`, async (context) => {
    const store = await open();
    context.after(() => store.close());
    const nouns = JSON.parse(JSON.stringify(await readNouns(store.read)));
    const expected = JSON.parse(readFileSync(join(stored, 'nouns.json'), 'utf8'));
    // Which that version did not have.
    for (const row of [...expected.changes.rows, ...expected.ofBob.rows, expected.named])
      Object.assign(row, { era: 0, respondBy: null, response: null });
    for (const row of expected.subscriptions) Object.assign(row, { registered: 0, session: null });
    for (const row of expected.owners) Object.assign(row, { preferences: null, preferencesSeq: 0 });
    for (const page of [expected.changes, expected.ofBob]) page.preferencesSeq = 0;
    for (const row of [...expected.deliveries, ...expected.failed]) row.dropped = [];
    assert.deepEqual(nouns, expected);
    const values = (key: string) => new Set(nouns.deliveries.map((row: Record<string, unknown>) => row[key]));
    const covers = (list: readonly string[], found: ReadonlySet<unknown>) =>
      assert.deepEqual(
        list.filter((each) => !found.has(each)),
        [],
      );
    for (const [member, names] of Object.entries(storedNames)) covers(names, values(member));
  });

  test(`${name}: push addresses have the hash that an earlier version stored`, async (context) => {
    const store = await open();
    context.after(() => store.close());
    const addresses = openPushAddresses({
      channels: builtInChannels,
      allowPrivate: true,
      isPrivateName: async () => false,
    });
    const subscriptions = await store.read.subscriptionsOfUser(alice);
    for (const { app, channel, addressHash } of subscriptions)
      assert.equal(addressHash, addresses.addressed(app, channel).addressHash, channel?.type);
    assert.equal(subscriptions.filter(({ addressHash }) => addressHash !== null).length, 4);
  });

  test(`${name}: what an earlier version stored counts as storage`, async (context) => {
    const store = await open();
    context.after(() => store.close());
    const { rows } = await store.read.changes(alice, 'app-a', 0, 1000);
    const living = rows.filter(({ removed }) => removed === null);
    const bytes = living.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    assert.ok(bytes > 0);
    assert.equal(await countedBytes(store, 'app-a', Date.UTC(2030, 0, 1)), bytes);
  });

  test(`${name}: what an earlier version stored is served`, async (context) => {
    const store = await open();
    context.after(() => store.close());
    const now = Date.UTC(2030, 0, 1);
    const { subscription } = subscribeWrite({ installationId: 'place 0' });
    const [, answer] = (
      await store.commit(
        [{ ...subscribeWrite(), subscription }, subscribeWrite({ installationId: 'new' })],
        now,
      )
    ).outcomes;
    assert.ok(answer && 'result' in answer && answer.result === 'created');
    const claimed = await store.claim({
      app: 'app-a',
      channel: builtIn.fcm.code,
      now: now + 1000,
      limit: 100,
    });
    for (const name of ['alice@contoso.example', 'ALICE@Contoso.example'])
      assert.equal((await store.read.findOwner('https://issuer.example', name))?.subject, 'alice');
    assert.ok(claimed.length > 0 && claimed.every(({ channel }) => channel === builtIn.fcm.code));
  });
}

const rowsOf = (table: RegistryTable, rows: readonly Record<string, unknown>[]) =>
  rows
    .map((row) => JSON.stringify(Object.keys(registryTables[table]).map((column) => String(row[column]))))
    .sort();

/** Kept as it was, and added to. */
async function assertAudit({ audit }: Registry): Promise<void> {
  const [before] = await audit.list({ before: null, limit: 9 });
  assert.ok(before);
  assert.deepEqual([before.from, before.count], [null, 1]);
  const { id: _, ...entry } = { ...before, from: '192.0.2.7' };
  await audit.note([{ ...entry, kind: 'refusal', count: 3 }]);
  const [note] = await audit.list({ before: null, limit: 1 });
  assert.deepEqual(note, { ...entry, id: note?.id, count: 3 });
  const bound = { kind: 'refusal', entriesMax: 0, since: Number.MAX_SAFE_INTEGER } as const;
  assert.equal(await audit.forget([bound], 9), 1);
  assert.deepEqual((await audit.list({ before: null, limit: 1 }))[0], before);
}

test('a stored registry opens in SQLite, with the credentials that were sealed then', async () => {
  const registry = await openRegistry({ dataDir: folder.path }, () => secretKey);
  try {
    assert.deepEqual(
      (await registry.apps.list()).map(({ id, hosts }) => [id, hosts]),
      [['app-a', ['a.example']]],
    );
    assert.deepEqual(await registry.credentials.find('app-a', 'wns'), {
      clientId: 'client',
      clientSecret: 'a secret',
    });
    assert.equal((await registry.users.findByName('ALICE@contoso.example'))?.operator, true);
    await assertAudit(registry);
    assert.deepEqual((await registry.grants.find('Grant', 'g'))?.payload, { n: 1 });
    assert.equal(await registry.meta.read('odd'), 'a\u0000b');
  } finally {
    await registry.close();
  }
});

test('a stored registry opens in PostgreSQL, with the credentials that were sealed then', async () => {
  const registry = await openRegistry(
    { dataDir: folder.path, databaseUrl: await openPostgres() },
    () => secretKey,
  );
  try {
    assert.equal((await registry.apps.list())[0]?.id, 'app-a');
    assert.deepEqual(await registry.credentials.find('app-a', 'wns'), {
      clientId: 'client',
      clientSecret: 'a secret',
    });
    assert.equal((await registry.users.findByName('ALICE@contoso.example'))?.operator, true);
    await assertAudit(registry);
    assert.equal(await registry.meta.read('odd'), 'a\u0000b');
  } finally {
    await registry.close();
  }
});

/** Which that version did not have. */
const laterTables = new Set<RegistryTable>([
  'refresh_family',
  'revocation',
  'change_subscription',
  'redrive',
]);

test('the tables of a stored registry are moved whole', () => {
  const source = openSource(folder.path);
  try {
    for (const table of Object.keys(registryTables) as RegistryTable[]) {
      const rows = [...source.registry(table)].flat();
      assert.equal(rowsOf(table, rows).length === 0, laterTables.has(table), table);
    }
  } finally {
    source.close();
  }
});
