// Whole hubs with a bus: two nodes over one store and NATS, from a request on the one to a socket of the other; and a
// hub whose NATS is away.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { edges, openSseReader } from '@carillon/testing/feed/readers.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { serve } from '@carillon/testing/hub/served.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { startNats, type TestNats } from '@carillon/testing/machine/nats.ts';
import { pino } from 'pino';
import { openFeedStore } from '../../../src/store/sqlite/feed/feed-store.ts';
import { openRegistry } from '../../../src/store/sqlite/registry/registry.ts';

const feed = '/v1.0/me/notifications';
const planner = new URL('../../../src/hub/plan-batch.ts', import.meta.url);
const lifetimeSeconds = 1_000_000;

/** A log, and what was written into it. */
function openLines() {
  const lines: { msg: string; level: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const said = (text: RegExp) => lines.filter(({ msg }) => text.test(msg)).length;
  return { log, lines, said };
}

interface Pair extends AsyncDisposable {
  readonly nats: TestNats;
  readonly clock: ManualClock;
  readonly hubs: readonly [TestHub, TestHub];
  /** How many lines of both logs say that. */
  said(text: RegExp): number;
}

/** Two hubs that share the feeds and the keys, as nodes of one cluster do. */
async function startPair(settings: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const nats = await startNats();
  const clock = new ManualClock();
  const folders = [tempFolder(), tempFolder()] as const;
  const [first, second] = folders;
  const store = await openFeedStore({ path: join(first.path, 'shared.db'), planner });
  const feedStore = { ...store, read: store.read, commit: store.commit.bind(store), close: async () => {} };
  const registry = await openRegistry(join(first.path, 'registry.db'), () => null);
  await registry.meta.readOrMake('seal-key', () => Buffer.alloc(32, 3).toString('base64'));
  await registry.close();
  cpSync(first.path, second.path, { recursive: true, filter: (path) => !path.includes('shared.db') });
  const opened: TestHub[] = [];
  const logs: ((text: RegExp) => number)[] = [];
  const close = async (): Promise<void> => {
    for (const hub of opened) await closeBy(clock, hub);
    await store.close();
    await nats[Symbol.asyncDispose]();
    for (const folder of folders) folder.remove();
  };
  const own = { 'nats-url': nats.url, 'public-url': 'http://bells.example', ...settings };
  for (const { path } of folders) {
    const { log, said } = openLines();
    logs.push(said);
    opened.push(await startHub({ clock, dataDir: path, feedStore, log, settings: own }));
    await until(() => said(/bus is connected/) === 1, 'the connection');
  }
  const said = (text: RegExp) => logs.reduce((sum, each) => sum + each(text), 0);
  return { nats, clock, said, hubs: opened as [TestHub, TestHub], [Symbol.asyncDispose]: close };
}

/** The delay of a drain stands still with the clock. */
async function closeBy(clock: ManualClock, hub: TestHub): Promise<void> {
  let closed = false;
  const closing = hub.close().then(() => {
    closed = true;
  });
  await until(() => {
    if (!closed) clock.advance(1000);
    return closed;
  });
  await closing;
}

for (const [edge, open] of edges) {
  test(`what is posted at one node is told over ${edge} by the other, and handled there it is told back`, async () => {
    await using pair = await startPair();
    const [a, b] = pair.hubs;
    const tokenAt = (hub: TestHub) => hub.token({ user: 'alice', lifetimeSeconds });
    const here = await open({ baseUrl: a.baseUrl, token: tokenAt(a) });
    const there = await open({ baseUrl: b.baseUrl, token: tokenAt(b) });
    await Promise.all([here.next('ready'), there.next('ready')]);
    const made = await a.request('POST', feed, { token: tokenAt(a), body: post() });
    assert.equal(made.status, 201);
    // What was told before the other listened is found a second or two later.
    await until(() => {
      pair.clock.advance(1000);
      return there.frames.length > 1;
    }, 'the change');
    const told = await there.next('change');
    assert.deepEqual(
      { ...made.json, '@odata.context': undefined },
      { ...told.value, '@odata.context': undefined },
    );
    const body = { userActionState: 'dismissed' };
    assert.equal(
      (await b.request('PATCH', `${feed}/${made.json.id}`, { token: tokenAt(b), body })).status,
      200,
    );
    const handled = await here.next('change', 2);
    assert.deepEqual(
      [(handled.value as { userActionState?: string }).userActionState, handled.unreadCount],
      ['dismissed', 0],
    );
    const resumed = await open({
      baseUrl: b.baseUrl,
      token: tokenAt(b),
      query: `?$deltatoken=${told.cursor}`,
    });
    assert.deepEqual((await resumed.next('change')).value, handled.value);
    const { text } = await b.request('GET', '/metrics', { token: b.token({ admin: true, lifetimeSeconds }) });
    assert.match(text, /^carillon_convergence_seconds_count\{from="elsewhere"\} 1$/m);
    assert.match(text, /^carillon_convergence_seconds_count\{from="here"\} 1$/m);
  });
}

test('what a person mutes at one node is told by the other, and silences what is posted there', async () => {
  await using pair = await startPair();
  const [a, b] = pair.hubs;
  const token = b.token({ user: 'alice', lifetimeSeconds });
  const there = await openSseReader({ baseUrl: b.baseUrl, token });
  await there.next('ready');
  const body = { mutes: [{ groupName: 'builds' }] };
  const set = await a.request('PATCH', '/v1.0/me/notificationPreferences', {
    ...{ body, token: a.token({ user: 'alice', lifetimeSeconds }) },
  });
  assert.equal(set.status, 200, set.text);
  await until(() => {
    pair.clock.advance(1000);
    return there.frames.length > 1;
  }, 'the position');
  assert.equal((await there.next('position')).preferences, set.headers.etag);
  const read = await b.request('GET', '/v1.0/me/notificationPreferences', { token });
  assert.deepEqual([read.json.mutes, read.headers.etag], [set.json.mutes, set.headers.etag]);
  const explained = await b.request('POST', `${feed}/explain`, { token, body: post() });
  assert.equal(explained.status, 200);
});

test('each node lists both: who answers, streams and creates of each, and the other is silent without NATS', async () => {
  await using pair = await startPair();
  const { clock, hubs, nats, said } = pair;
  const [a, b] = hubs;
  const list = async (hub: TestHub) => {
    const token = hub.token({ operatorRead: true, lifetimeSeconds });
    const { status, json } = await hub.request('GET', '/admin/nodes', { token });
    assert.equal(status, 200);
    return json.value as Record<string, unknown>[];
  };
  const both = () =>
    until(async () => {
      const all = await list(a);
      return all.length === 2 ? all : null;
    }, 'both nodes');
  const [own, other] = await both();
  assert.deepEqual([own?.isAnswering, own?.state, own?.isBusUp, own?.isStoreUp], [true, 'up', true, true]);
  assert.deepEqual([other?.isAnswering, other?.state], [false, 'up']);
  assert.match(String(other?.id), new RegExp(`:${new URL(b.baseUrl).port}$`));
  const token = b.token({ user: 'alice', lifetimeSeconds });
  const reader = await openSseReader({ baseUrl: b.baseUrl, token });
  await reader.next('ready');
  assert.equal((await b.request('POST', feed, { token, body: post() })).status, 201);
  await until(async () => {
    clock.advance(1000);
    const [, heard] = await list(a);
    return heard?.streams === 1;
  }, 'the stream');
  await nats.kill();
  await until(() => said(/bus is unreachable/) === 2, 'the loss');
  for (let seconds = 0; seconds < 20; seconds += 5) clock.advance(5000);
  const [alone, silent] = await list(a);
  assert.deepEqual(
    [alone?.state, alone?.isBusUp, silent?.state, silent?.isBusUp],
    ['up', false, 'silent', false],
  );
});

test('the allowance of a user is that of all nodes together, within a fifth', async () => {
  await using pair = await startPair({ throttle: '120' });
  const { clock, hubs } = pair;
  const tokens = hubs.map((hub) => hub.token({ user: 'alice', lifetimeSeconds }));
  let allowed = 0;
  const ask = async (node: 0 | 1): Promise<void> => {
    const { status } = await hubs[node].request('GET', feed, { token: tokens[node] });
    assert.ok(status === 200 || status === 429, `${status}`);
    if (status === 200) allowed++;
  };
  // Both at once and as fast as they answer: the burst, then each second six attempts at two tokens.
  for (let round = 0; round < 100; round++) await Promise.all([ask(0), ask(1)]);
  const burst = allowed;
  for (let second = 0; second < 120; second++) {
    clock.advance(1000);
    for (let round = 0; round < 3; round++) await Promise.all([ask(0), ask(1)]);
  }
  assert.ok(burst >= 120 && burst <= 144, `${burst} of a burst of 120`);
  assert.ok(Math.abs(allowed - 360) <= 72, `${allowed} of 360`);
});

test('without NATS each node gives its part of an allowance', async () => {
  await using pair = await startPair({ throttle: '120' });
  const { clock, hubs, nats, said } = pair;
  const ask = async (hub: TestHub, user: 'alice' | 'bob') => {
    const token = hub.token({ user, lifetimeSeconds });
    return (await hub.request('GET', feed, { token })).status;
  };
  // Each node hears of the other, and knows it while NATS is away.
  for (let round = 0; round < 5; round++) {
    for (const hub of hubs) assert.equal(await ask(hub, 'alice'), 200);
    clock.advance(10_000);
  }
  await nats.kill();
  await until(() => said(/bus is unreachable/) === 2, 'the loss');
  let allowed = 0;
  for (let round = 0; round < 130; round++)
    for (const hub of hubs) if ((await ask(hub, 'bob')) === 200) allowed++;
  assert.ok(allowed >= 96 && allowed <= 144, `${allowed} of 120`);
});

test('an address that fails to authenticate is refused by all nodes together, within a fifth', async () => {
  await using pair = await startPair();
  const { hubs } = pair;
  const statuses = new Map<number, number>();
  const ask = async (hub: TestHub): Promise<void> => {
    const { status } = await hub.request('GET', feed, { token: 'no.such.token' });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  for (let round = 0; round < 100; round++)
    await Promise.all(hubs.flatMap((hub) => [1, 2, 3, 4].map(() => ask(hub))));
  const failed = statuses.get(401) ?? 0;
  assert.ok(failed >= 600 && failed <= 720, `${failed} of 600 were looked at`);
  assert.equal(statuses.get(429), 800 - failed);
});

test('a drain says that it is not ready, and only after the delay tells the streams to go', async () => {
  await using pair = await startPair();
  const { clock, hubs } = pair;
  const [a] = hubs;
  const reader = await openSseReader({
    baseUrl: a.baseUrl,
    token: a.token({ user: 'alice', lifetimeSeconds }),
  });
  await reader.next('ready');
  assert.equal((await a.request('GET', '/readyz')).status, 200);
  const closing = a.close();
  const look = await fetch(`${a.baseUrl}/readyz`, { headers: { connection: 'close' } });
  assert.equal(look.status, 503);
  clock.advance(1999);
  const token = hubs[0].token({ user: 'alice' });
  const late = await fetch(`${a.baseUrl}${feed}`, {
    headers: { authorization: `Bearer ${token}`, connection: 'close' },
  });
  assert.equal(late.status, 200, 'whoever still comes is served');
  assert.deepEqual(
    reader.frames.map(({ type }) => type),
    ['ready'],
  );
  clock.advance(1);
  const bye = await reader.next('bye');
  assert.equal(bye.reason, 'drain');
  assert.ok(bye.retryAfterMs >= 500);
  await closing;
});

test('a hub starts without its NATS server, serves, says so, and is connected once there is one', async () => {
  const nats = await startNats();
  await nats.kill();
  const clock = new ManualClock();
  const { log, said, lines } = openLines();
  const url = nats.url.replace('//', '//carol:secret@');
  const hub = await startHub({ clock, log, settings: { 'nats-url': url } });
  const token = hub.token({ user: 'alice', lifetimeSeconds });
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  await reader.next('ready');
  assert.equal((await hub.request('GET', '/readyz')).status, 200);
  assert.equal((await hub.request('POST', feed, { token, body: post() })).status, 201);
  await reader.next('change');
  await until(() => said(/bus is unreachable/) === 1, 'the log');
  assert.equal(said(/the store is of this machine/), 1);
  for (let attempt = 0; attempt < 5; attempt++) clock.advance(5000);
  await nats.restart();
  await until(() => {
    clock.advance(1000);
    return said(/bus is connected/) > 0;
  }, 'the connection');
  assert.equal(said(/bus is unreachable/), 1);
  assert.ok(!JSON.stringify(lines).includes('secret'));
  await closeBy(clock, hub);
  await nats[Symbol.asyncDispose]();
});

test('nodes lists the hub that serves the data, and says so where none does', async (context) => {
  const { path, runBeside } = commandLine(context);
  const alone = await runBeside(['nodes']);
  assert.deepEqual(
    [alone.status, alone.stdout],
    [0, 'no node serves this data; `carillon serve` starts one\n'],
  );
  const served = serve(path, ['--port', String(await freePort()), '--node-name', 'hub-1']);
  context.after(async () => {
    served.process.kill();
    await served.ended;
  });
  await served.ready;
  const { stdout } = await runBeside(['nodes']);
  assert.match(stdout, /^hub-1 {2}up {2}\S+ {2}since \S+ {2}0 streams, 0 creates\/s, \d+ ms late\n$/);
  const { value } = JSON.parse((await runBeside(['nodes', '--json'])).stdout);
  assert.deepEqual([value.length, value[0].id, value[0].isAnswering], [1, 'hub-1', true]);
});

test('the doctor tells whether a NATS server takes a connection, without its password', async (context) => {
  await using nats = await startNats();
  const { runBeside } = commandLine(context);
  const doctor = async (url: string) => {
    const { stdout } = await runBeside(['doctor', '--nats-url', url]);
    assert.doesNotMatch(stdout, /secret/);
    return stdout.split('\n').find((line) => /^\w+ +bus /.test(line)) ?? '';
  };
  const good = await doctor(nats.url.replace('//', '//carol:secret@'));
  assert.match(good, /^ok {4}bus {2}NATS \d+\.\d+\.\d+ answers at 127\.0\.0\.1:\d+$/);
  const bad = await doctor(`nats://carol:secret@127.0.0.1:${await freePort()}`);
  assert.match(
    bad,
    /^warn {2}bus {2}no NATS server of 127\.0\.0\.1:\d+ accepts a connection \(.+\) – start it/,
  );
});
