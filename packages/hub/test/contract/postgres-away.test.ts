// A PostgreSQL that stops, freezes or is cut off: every call ends with the truth, and what comes next works.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { alice, bob, postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { type Cut, openCutProxy } from '@carillon/testing/machine/cut-proxy.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { sharedPostgres, startPostgres } from '@carillon/testing/machine/postgres.ts';
import { openCommitter } from '../../src/feed/commit.ts';
import { openPublisher } from '../../src/feed/publish.ts';
import { builtIn } from '../../src/hub/channels.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';
import { commit as commitStatement } from '../../src/store/postgres/wire/pipeline.ts';
import { type FeedStore, StoreError, type StoreFault } from '../../src/store/store.ts';

const failsAs = (fault: StoreFault) => (error: unknown) =>
  error instanceof StoreError && error.fault === fault;

async function openOwn(context: TestContext) {
  const server = await startPostgres();
  const store = await openFeedStore({ url: await server.createDatabase(), planner: planBatch });
  context.after(async () => {
    await store.close();
    await server[Symbol.asyncDispose]();
  });
  await store.commit([postWrite()], startMs);
  return { server, store };
}

/** A connection that is made anew is what a store needs after each of these. */
async function worksAgain(store: FeedStore, seq: number): Promise<void> {
  const { changes } = await store.commit([postWrite()], startMs);
  assert.equal(changes[0]?.seq, seq);
  assert.equal((await store.read.position(alice, null)).head, seq);
}

test('while the server is stopped all calls fail as unavailable, and the first after its return succeeds', async (context) => {
  const { server, store } = await openOwn(context);
  await server.stop();
  await assert.rejects(store.commit([postWrite()], startMs), failsAs('unavailable'));
  await assert.rejects(store.read.position(alice, null), failsAs('unavailable'));
  await assert.rejects(
    store.claim({ app: 'app-a', channel: builtIn.fcm.code, now: startMs, limit: 1 }),
    failsAs('unavailable'),
  );
  await server.start();
  await worksAgain(store, 2);
});

test('a server that stops in the middle of commits loses none that was answered', async (context) => {
  const { server, store } = await openOwn(context);
  const publisher = openPublisher();
  const committer = openCommitter({ store, publisher, clock: new ManualClock(startMs) });
  const ids = new Set<string>();
  let refused = 0;
  let stopping: Promise<void> | null = null;
  const writing = Array.from({ length: 40 }, async () => {
    while (refused === 0) {
      const { notification } = await committer.commit(postWrite()).catch(() => {
        refused++;
        return { notification: null };
      });
      if (notification) ids.add(notification.id);
      if (ids.size >= 500) stopping ??= server.stop();
    }
  });
  await Promise.all(writing);
  await stopping;
  await server.start();
  for (const id of ids) assert.ok(await store.read.notification(alice, id), `${id} was answered`);
  assert.ok(ids.size >= 500);
});

test('a server that answers nothing any more is unavailable, and works when it is back', async (context) => {
  const { server, store } = await openOwn(context);
  server.freeze();
  try {
    await assert.rejects(store.commit([postWrite()], startMs), failsAs('unavailable'));
    await assert.rejects(store.read.position(alice, null), failsAs('unavailable'));
  } finally {
    server.thaw();
  }
  await worksAgain(store, 2);
});

test('connections that an operator ends are made anew', async (context) => {
  const { server, store } = await openOwn(context);
  const url = `postgres://carillon@127.0.0.1:${server.port}/t1`;
  const end = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'carillon'`;
  assert.ok((await server.query(url, end)).length > 0);
  // Who is quicker than the news of it gets an answer that tells so.
  const first = await store.commit([postWrite()], startMs).catch((error: unknown) => error);
  if (first instanceof Error) assert.ok(failsAs('unavailable')(first));
  await worksAgain(store, first instanceof Error ? 2 : 3);
});

async function openBehindProxy(context: TestContext) {
  const server = await sharedPostgres();
  const url = new URL(await server.createDatabase());
  const proxy = await openCutProxy(server.port);
  url.port = String(proxy.port);
  const store = await openFeedStore({ url: url.href, planner: planBatch });
  context.after(async () => {
    await store.close();
    await proxy[Symbol.asyncDispose]();
  });
  await store.commit([postWrite()], startMs);
  return { proxy, store, cut: (cut: Cut) => proxy.cutAt(commitStatement.name, cut) };
}

test('a COMMIT that was done but not answered is found to be done', async (context) => {
  const { store, cut } = await openBehindProxy(context);
  cut('after');
  const { changes, outcomes } = await store.commit([postWrite(), postWrite({ by: 'bob' })], startMs);
  assert.deepEqual(
    changes.map(({ seq }) => seq),
    [2, 1],
  );
  assert.equal(outcomes.length, 2);
  assert.equal((await store.read.position(alice, null)).head, 2);
  assert.equal((await store.read.position(bob, null)).head, 1);
  await worksAgain(store, 3);
});

test('a COMMIT that never arrived is told as unavailable, and nothing of it is there', async (context) => {
  const { store, cut } = await openBehindProxy(context);
  cut('before');
  await assert.rejects(
    store.commit([postWrite(), postWrite({ by: 'bob' })], startMs),
    failsAs('unavailable'),
  );
  assert.equal((await store.read.position(alice, null)).head, 1);
  assert.equal(await store.read.owner(bob), null);
  await worksAgain(store, 2);
});

test('a COMMIT whose fate nobody can tell is told as uncertain', async (context) => {
  const { store, cut, proxy } = await openBehindProxy(context);
  proxy.staysCut = true;
  cut('after');
  await assert.rejects(store.commit([postWrite()], startMs), failsAs('uncertain'));
  proxy.staysCut = false;
  await worksAgain(store, 3);
});

test('a write that no column takes fails alone, and undoes its batch', async (context) => {
  const { store } = await openBehindProxy(context);
  const batch = store.commit([postWrite(), postWrite({ expires: 0.5 })], startMs);
  await assert.rejects(batch, failsAs('poison'));
  const tooLarge = store.commit([postWrite(), postWrite({ displaySeconds: 2 ** 31 })], startMs);
  await assert.rejects(tooLarge, failsAs('poison'));
  await worksAgain(store, 2);
});

test('a feed that another one has locked is told as busy', async (context) => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const store = await openFeedStore({ url, planner: planBatch });
  context.after(() => store.close());
  await store.commit([postWrite()], startMs);
  const { Client } = await import('pg');
  const other = new Client({ connectionString: url });
  await other.connect();
  await other.query('BEGIN; SELECT FROM feed FOR UPDATE');
  await assert.rejects(store.commit([postWrite()], startMs), failsAs('busy'));
  await other.query('ROLLBACK');
  await other.end();
  await worksAgain(store, 2);
});

test('texts with the characters that a database may not like come back as they were', async (context) => {
  const { store } = await openBehindProxy(context);
  const appNotificationId = 'a\0b\ue0001\ue000"\\{},';
  const write = postWrite({ appNotificationId, sentAs: '\0' });
  await store.commit([write], startMs);
  assert.equal((await store.read.named(alice, 'app-a', appNotificationId))?.sentAs, '\0');
  const { outcomes } = await store.commit([{ ...write, id: postWrite().id }], startMs);
  assert.equal((outcomes[0] as { result?: string }).result, 'repeated');
});
