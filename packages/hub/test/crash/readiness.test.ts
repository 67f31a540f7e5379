// What a balancer learns of a store that can be read and not written.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { freePort, post, send, startHub, until } from '@carillon/testing/hub/hub.ts';
import { seedData, serve } from '@carillon/testing/hub/served.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { sharedPostgres, startPostgres } from '@carillon/testing/machine/postgres.ts';
import { openResetProxy } from '@carillon/testing/machine/reset-proxy.ts';
import { smallDisk } from '@carillon/testing/machine/small-disk.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';

test('a hub on a full disk is not ready, and is once there is room', async (context) => {
  const disk = smallDisk(context, 8 * 1024 * 1024);
  if (disk === null) return context.skip('this process may not mount a file system');
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  await seedData(disk, baseUrl);
  const served = serve(disk, ['--port', String(port), '--log-level', 'silent']);
  context.after(async () => {
    served.process.kill('SIGKILL');
    await served.ended;
  });
  await served.ready;
  const answers = async (status: number): Promise<boolean> =>
    (await send(`${baseUrl}/readyz`, 'GET')).status === status;
  assert.ok(await answers(200));
  const ballast = join(disk, 'ballast');
  assert.throws(() => writeFileSync(ballast, randomBytes(8 * 1024 * 1024)), /ENOSPC/);
  await until(() => answers(503), 'it is not ready');
  assert.equal((await send(`${baseUrl}/healthz`, 'GET')).status, 200);
  writeFileSync(ballast, '');
  await until(() => answers(200), 'it is ready again');
});

test('what expires while the disk is full is not counted as unread', async (context) => {
  const disk = smallDisk(context, 8 * 1024 * 1024);
  if (disk === null) return context.skip('this process may not mount a file system');
  const clock = new ManualClock();
  await using hub = await startHub({ clock, dataDir: disk });
  const token = hub.token({ user: 'alice' });
  const expires = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();
  for (const seconds of [60, 3600]) {
    const body = post({ expirationDateTime: expires(seconds) });
    assert.equal((await hub.request('POST', '/v1.0/me/notifications', { token, body })).status, 201);
  }
  const counts = async (): Promise<unknown[]> => {
    const paths = ['delta', 'delta?$deltatoken=latest'];
    const pages = await Promise.all(
      paths.map((path) => hub.request('GET', `/v1.0/me/notifications/${path}`, { token })),
    );
    return pages.map(({ json }) => json.unreadCount);
  };
  assert.deepEqual(await counts(), [2, 2]);
  const ballast = join(disk, 'ballast');
  assert.throws(() => writeFileSync(ballast, randomBytes(8 * 1024 * 1024)), /ENOSPC/);
  clock.advance(61_000);
  await until(async () => (await counts()).every((count) => count === 1), 'the expired one is not counted');
  writeFileSync(ballast, '');
  clock.advance(1000);
  const removed = async (): Promise<boolean> => {
    const { json } = await hub.request('GET', '/v1.0/me/notifications/delta', { token });
    return json.value.length === 1 && json.unreadCount === 1;
  };
  await until(removed, 'it is removed');
});

test('a PostgreSQL that only reads is found by the probe of its store', async (context) => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const store = await openFeedStore({ url, planner: planBatch });
  context.after(() => store.close());
  await store.commit([postWrite()], startMs);
  await store.probe?.();
  const name = new URL(url).pathname.slice(1);
  const setReadOnly = async (how: 'on' | 'off'): Promise<void> => {
    const other = url.replace(/[^/]+$/, 'postgres');
    await server.query(other, `ALTER DATABASE ${name} SET default_transaction_read_only = ${how}`);
    const connections = `FROM pg_stat_activity WHERE application_name = 'carillon'`;
    await server.query(other, `SELECT pg_terminate_backend(pid, 5000) ${connections}`);
  };
  const canWrite = () =>
    store.probe?.().then(
      () => true,
      () => false,
    );
  await setReadOnly('on');
  await until(async () => (await canWrite()) === false, 'it can not be written');
  const { head } = await store.read.position(postWrite().user, null);
  assert.equal(head, 1);
  await setReadOnly('off');
  await until(async () => (await canWrite()) === true, 'it can be written again');
});

test('during a failover a hub is not ready, serves nothing of the standby, and is ready with what was acknowledged', async (context) => {
  const primary = await startPostgres();
  context.after(() => primary[Symbol.asyncDispose]());
  const url = await primary.createDatabase();
  const standby = await primary.startStandby();
  context.after(() => standby[Symbol.asyncDispose]());
  const standbyUrl = url.replace(`:${primary.port}/`, `:${standby.port}/`);
  const proxy = await openResetProxy(primary.port);
  context.after(() => proxy[Symbol.asyncDispose]());
  const { settings } = postgresAt(url.replace(`:${primary.port}/`, `:${proxy.port}/`));
  await using hub = await startHub({ store: 'sqlite', settings });
  const token = hub.token({ user: 'alice' });
  const feed = '/v1.0/me/notifications';
  const answers = async (path: string, status: number): Promise<boolean> =>
    (await hub.request('GET', path, { token })).status === status;
  const { json } = await hub.request('POST', feed, { token, body: post() });
  assert.ok(await answers('/readyz', 200));
  const copied = "SELECT 1 FROM pg_tables WHERE tablename = 'feed'";
  await until(async () => (await standby.query(standbyUrl, copied)).length > 0, 'the tables');
  await until(async () => (await standby.query(standbyUrl, 'SELECT 1 FROM feed')).length > 0, 'the feed');
  await primary.demote();
  await until(() => answers('/readyz', 503), 'it is not ready');
  for (const path of [feed, `${feed}/${json.id}`, `${feed}/delta`])
    assert.ok(await answers(path, 503), `${path} is not served by a standby`);
  assert.ok(await answers('/healthz', 200));
  await standby.promote();
  proxy.targetPort = standby.port;
  await until(() => answers('/readyz', 200), 'it is ready');
  const { json: next } = await hub.request('POST', feed, { token, body: post() });
  for (let tries = 0; tries < 8; tries++)
    for (const { id } of [json, next]) assert.ok(await answers(`${feed}/${id}`, 200));
});
