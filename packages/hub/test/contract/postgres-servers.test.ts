// Which PostgreSQL servers the hub serves from, and what a connection that is reset at any moment does: standbys, lists of
// hosts, encodings, poolers, and a network that resets.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { alice, postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { startPgBouncer } from '@carillon/testing/machine/pgbouncer.ts';
import { sharedPostgres, startPostgres } from '@carillon/testing/machine/postgres.ts';
import { openResetProxy, type ResetProxy } from '@carillon/testing/machine/reset-proxy.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';
import { openRegistry } from '../../src/store/postgres/registry/registry.ts';
import { type FeedStore, StoreError, UnusableStore } from '../../src/store/store.ts';

const isUnavailable = (error: unknown): boolean =>
  error instanceof StoreError && error.fault === 'unavailable';

async function openAddress(context: TestContext, firstPort: number): Promise<ResetProxy> {
  const proxy = await openResetProxy(firstPort);
  context.after(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

async function answers(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    assert.ok(error instanceof StoreError, String(error));
    return false;
  }
}

test('a connection that is reset after any byte of the handshake or later ends nothing but itself', async (context) => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const address = await openAddress(context, server.port);
  const through = withPort(url, address.port);
  const registry = await openRegistry(through);
  context.after(() => registry.close());
  const store = await openFeedStore({ url: through, planner: planBatch });
  context.after(() => store.close());
  for (let bytes = 0; bytes < 1200; bytes += bytes < 520 ? 7 : 61) {
    address.resetAfter = { by: 'server', bytes };
    address.reset();
    const calls = [
      () => store.commit([postWrite()], startMs),
      () => store.read.position(alice, null),
      () => registry.users.list(),
    ];
    await Promise.all(calls.map(answers));
  }
  address.resetAfter = null;
  address.reset();
  await until(() => answers(() => registry.users.list()), 'the registry answers');
  await until(() => answers(() => store.commit([postWrite()], startMs)), 'a commit succeeds');
});

async function openPair(context: TestContext) {
  const primary = await startPostgres();
  context.after(() => primary[Symbol.asyncDispose]());
  const url = await primary.createDatabase();
  const standby = await primary.startStandby();
  context.after(() => standby[Symbol.asyncDispose]());
  return { primary, standby, url, standbyUrl: withPort(url, standby.port) };
}

async function openStore(context: TestContext, url: string): Promise<FeedStore> {
  const store = await openFeedStore({ url, planner: planBatch });
  context.after(() => store.close());
  return store;
}

test('of a list of hosts the one that is no standby is used', async (context) => {
  const { primary, standby, url } = await openPair(context);
  const list = url.replace(`:${primary.port}/`, `:${standby.port},127.0.0.1:${primary.port}/`);
  const registry = await openRegistry(list);
  context.after(() => registry.close());
  assert.deepEqual(await registry.users.list(), []);
  const store = await openStore(context, list);
  const { changes } = await store.commit([postWrite()], startMs);
  assert.equal((await store.read.position(alice, null)).head, changes[0]?.seq);
});

test('after a failover nothing is read from the server that was demoted', async (context) => {
  const { primary, standby, url, standbyUrl } = await openPair(context);
  const address = await openAddress(context, primary.port);
  const store = await openStore(context, withPort(url, address.port));
  await store.commit([postWrite()], startMs);
  const copied = async () =>
    (await standby.query(standbyUrl, "SELECT 1 FROM pg_tables WHERE tablename = 'feed'")).length > 0 &&
    (await standby.query(standbyUrl, 'SELECT 1 FROM feed')).length > 0;
  await until(copied, 'the standby has it');
  await primary.demote();
  await assert.rejects(store.read.position(alice, null), isUnavailable);
  await assert.rejects(store.commit([postWrite()], startMs), isUnavailable);
  await standby.promote();
  address.targetPort = standby.port;
  const { changes } = await store.commit([postWrite()], startMs);
  assert.equal(changes[0]?.seq, 2);
  for (let tries = 0; tries < 8; tries++) assert.equal((await store.read.position(alice, null)).head, 2);
});

test('once one connection finds another server behind the address, none is left at the one before', async (context) => {
  const { primary, standby, url, standbyUrl } = await openPair(context);
  const address = await openAddress(context, primary.port);
  const store = await openStore(context, withPort(url, address.port));
  await store.commit([postWrite()], startMs);
  await Promise.all(Array.from({ length: 4 }, () => store.read.position(alice, null)));
  await until(
    async () =>
      (await standby.query(standbyUrl, "SELECT 1 FROM pg_tables WHERE tablename = 'feed'")).length > 0,
    'the standby has it',
  );
  await until(async () => (await standby.query(standbyUrl, 'SELECT 1 FROM feed')).length > 0, 'and the feed');
  await standby.promote();
  address.targetPort = standby.port;
  // The old one goes on as a primary, cut off from the new one; its writers' connections end.
  const end = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE application_name = 'carillon' AND query NOT LIKE 'SELECT f.epoch%'`;
  assert.ok((await primary.query(url, end)).length > 0);
  await until(() => answers(() => store.commit([postWrite()], startMs)), 'a commit succeeds');
  const { head } = await store.read.position(alice, null);
  const [there] = await standby.query(standbyUrl, 'SELECT head FROM feed');
  assert.equal(head, Number(there?.head));
});

test('a database in another encoding than UTF-8 is refused by name', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  await server.query(
    url,
    "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
  );
  const latin = url.replace(/[^/]+$/, 'latin');
  await assert.rejects(openRegistry(latin), (error) => {
    assert.ok(error instanceof UnusableStore);
    assert.match(error.message, /encoding LATIN1.*UTF8/);
    return true;
  });
});

for (const { mode, poolSize, roundRobin } of [
  { mode: 'transaction', poolSize: 1, roundRobin: false },
  { mode: 'transaction', poolSize: 20, roundRobin: true },
  { mode: 'statement', poolSize: 20, roundRobin: false },
] as const) {
  test(`a pooler in ${mode} mode with ${poolSize} connections is refused by name`, async (context) => {
    const server = await sharedPostgres();
    const url = await server.createDatabase();
    const pooler = await startPgBouncer({ serverPort: server.port, mode, poolSize, roundRobin });
    context.after(() => pooler[Symbol.asyncDispose]());
    await assert.rejects(openRegistry(withPort(url, pooler.port)), (error) => {
      assert.ok(error instanceof UnusableStore, String(error));
      assert.match(error.message, /pooler in transaction or statement mode/);
      return true;
    });
  });
}

test('behind a pooler in session mode a hub works', async (context) => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const pooler = await startPgBouncer({ serverPort: server.port, mode: 'session', poolSize: 20 });
  context.after(() => pooler[Symbol.asyncDispose]());
  const through = withPort(url, pooler.port);
  const registry = await openRegistry(through);
  context.after(() => registry.close());
  assert.deepEqual(await registry.users.list(), []);
  const store = await openStore(context, through);
  assert.equal((await store.commit([postWrite()], startMs)).changes[0]?.seq, 1);
});
