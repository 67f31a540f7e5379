// Readers that ask and don't read: pages are bounded in bytes, a user's answers under way are counted, what takes nothing
// for half a minute ends, and connections of one address that nobody authenticated over are bounded.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { limits } from '@carillon/protocol';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { builtInPlanner } from '../../../src/hub/open-data.ts';
import { openFeedStore } from '../../../src/store/sqlite/feed/feed-store.ts';

const feed = '/v1.0/me/notifications';
const pageBytesMax = 1024 * 1024;
/** How often the hub looks for what makes no progress. */
const lookEveryMs = 2000;

/** Two megabytes of notifications. */
async function fill(hub: TestHub): Promise<string[]> {
  const token = hub.token({ user: 'alice' });
  const ids: string[] = [];
  for (let each = 0; each < 70; each++) {
    const body = post({ payload: { rawContent: 'é'.repeat(15_000) } });
    const { status, json, text } = await hub.request('POST', feed, { token, body });
    assert.equal(status, 201, text);
    ids.push(json.id);
  }
  return ids;
}

async function openSocket(context: TestContext, hub: TestHub): Promise<Socket> {
  const { hostname, port } = new URL(hub.baseUrl);
  const socket = connect(Number(port), hostname);
  context.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const connectionsOf = (hub: TestHub): Promise<number> =>
  new Promise((resolve) => hub.hub.app.server.getConnections((_error, open) => resolve(open)));

describe('pages', () => {
  for (const [path, link] of [
    [`${feed}/delta?$top=1000`, '@odata.nextLink'],
    [`${feed}?$top=100`, '@odata.nextLink'],
  ] as const) {
    test(`${path} ends earlier rather than grow past 1 MiB, and the walk holds everything once`, async () => {
      await using hub = await startHub();
      const ids = await fill(hub);
      const token = hub.token({ user: 'alice' });
      const found: string[] = [];
      let pages = 0;
      for (let next: string | undefined = path; next !== undefined; pages++) {
        const { status, json, text } = await hub.request('GET', next, { token });
        assert.equal(status, 200, text);
        assert.ok(Buffer.byteLength(text) <= pageBytesMax, `${Buffer.byteLength(text)} bytes`);
        found.push(...json.value.map(({ id }: { id: string }) => id));
        next = json[link]?.replace(/^https?:\/\/[^/]+/, '');
      }
      assert.ok(pages >= 2);
      assert.deepEqual(found.toSorted(), ids.toSorted());
    });
  }

  test('a stream that resumes far behind has everything too', async () => {
    await using hub = await startHub();
    const token = hub.token({ user: 'alice' });
    const { json } = await hub.request('GET', `${feed}/delta`, { token });
    const ids = await fill(hub);
    const query = new URL(json['@odata.deltaLink']).search;
    const reader = await openSseReader({ baseUrl: hub.baseUrl, token, query });
    await reader.next('change', ids.length);
    reader.leave();
  });
});

describe('answers that nobody reads', () => {
  test('end with their connection after half a minute, and meanwhile nobody else waits', async (context) => {
    const clock = new ManualClock();
    await using hub = await startHub({ clock });
    await fill(hub);
    const token = hub.token({ user: 'alice' });
    const ask = `GET ${feed}/delta?$top=1000 HTTP/1.1\r\nHost: hub.example\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const stuck: Socket[] = [];
    // More than the kernel takes of a connection whose reader takes nothing.
    for (let each = 0; each < 10; each++) {
      const socket = await openSocket(context, hub);
      socket.pause();
      socket.write(ask.repeat(16));
      stuck.push(socket);
    }
    const bob = await hub.request('GET', feed, { token: hub.token({ user: 'bob' }) });
    assert.equal(bob.status, 200);
    let passedMs = 0;
    while ((await connectionsOf(hub)) >= stuck.length) {
      clock.advance(lookEveryMs);
      passedMs += lookEveryMs;
      assert.equal((await hub.request('GET', '/healthz')).status, 200);
    }
    assert.ok(passedMs >= limits.stalledSeconds * 1000, `${passedMs} ms`);
    assert.equal((await hub.request('GET', feed, { token })).status, 200);
  });
});

/** A hub that counts the pages of delta whose reading began, from the start of a feed. */
async function startCountingHub(context: TestContext) {
  const { path, remove } = tempFolder();
  context.after(remove);
  const store = await openFeedStore({ path: join(path, 'feed.db'), planner: builtInPlanner });
  let begun = 0;
  const changes: typeof store.read.changes = (user, visibility, after, limit) => {
    if (after === 0) begun++;
    return store.read.changes(user, visibility, after, limit);
  };
  const feedStore = { ...store, read: { ...store.read, changes } };
  return { hub: await startHub({ feedStore, store: 'sqlite' }), begun: () => begun };
}

describe('pages that one user asks for by the hundred, and reads none of', () => {
  test('hold nobody else up: the user has 32 under way, and the others are answered between them', async (context) => {
    const { hub: opened, begun } = await startCountingHub(context);
    await using hub = opened;
    await fill(hub);
    const token = hub.token({ user: 'alice' });
    const bob = { token: hub.token({ user: 'bob' }) };
    const ask = `GET ${feed}/delta?$top=1000 HTTP/1.1\r\nHost: hub.example\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const sockets: Socket[] = [];
    for (let each = 0; each < 80; each++) sockets.push(await openSocket(context, hub));
    for (const socket of sockets) {
      socket.pause();
      socket.write(ask.repeat(10));
    }
    const [theirs, health] = await Promise.all([
      hub.request('GET', feed, bob),
      hub.request('GET', '/healthz'),
    ]);
    assert.deepEqual([theirs.status, health.status], [200, 200]);
    assert.ok(begun() <= limits.unsentAnswers, `${begun()} pages were begun before`);
    for (const socket of sockets) socket.destroy();
    // Nothing stays counted of what nobody waits for any more.
    await until(async () => (await hub.request('GET', `${feed}/delta`, { token })).status === 200);
    const more = Array.from({ length: limits.unsentAnswers }, () =>
      hub.request('GET', `${feed}/delta`, { token }),
    );
    assert.ok((await Promise.all(more)).every(({ status }) => status === 200));
  });

  test('pipelined on one connection that is read, come in their order', async (context) => {
    await using hub = await startHub();
    const token = hub.token({ user: 'alice' });
    const socket = await openSocket(context, hub);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    for (let each = 1; each <= 10; each++)
      socket.write(
        `GET ${feed}?$top=${each} HTTP/1.1\r\nHost: hub.example\r\nAuthorization: Bearer ${token}\r\nclient-request-id: 00000000-0000-4000-8000-0000000000${10 + each}\r\n\r\n`,
      );
    const order = () =>
      [...text.matchAll(/\r\nclient-request-id: 0.*(\d\d)\r\n/gi)].map(([, id]) => Number(id));
    await until(() => order().length === 10);
    assert.deepEqual(order(), [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    assert.equal(text.match(/HTTP\/1\.1 200 /g)?.length, 10);
  });
});

describe('connections of one address', () => {
  test('that have not authenticated are at most 256; a live stream is none of them', async (context) => {
    await using hub = await startHub();
    const reader = await openSseReader({ baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }) });
    await reader.next('ready');
    const idle: Socket[] = [];
    for (let each = 0; each < 300; each++) idle.push(await openSocket(context, hub));
    for (const socket of idle) socket.resume();
    const closed = () => idle.filter((socket) => socket.closed).length;
    const beyond = idle.length - limits.connectionsPerAddress;
    await until(() => closed() >= beyond);
    assert.equal(closed(), beyond, 'no more than that');
    assert.ok(idle[0]?.closed);
    assert.equal(idle.at(-1)?.closed, false);
    assert.equal(reader.closed(), false);
    const { status } = await hub.request('GET', feed, { token: hub.token({ user: 'alice' }) });
    assert.equal(status, 200);
    reader.leave();
  });

  test('over HTTP/2 one opens at most 128 streams at once', async (context) => {
    await using hub = await startHub({ settings: { 'tls-dev': true } });
    const ca = readFileSync(join(hub.dataDir, 'tls', 'ca.pem'));
    const session = connectHttp2(hub.baseUrl.replace('http', 'https'), { ca });
    context.after(() => session.destroy());
    const [settings] = await once(session, 'remoteSettings');
    assert.equal(settings.maxConcurrentStreams, 128);
  });
});
