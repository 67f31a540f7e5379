// A native EventSource comes back with the URL that it began with, ticket and all: the ticket stays good for its stream until
// that was away for a minute, and is good for nobody else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { openHttp2Reader, openSession, openSseReader, Refused } from '@carillon/testing/feed/readers.ts';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { postgresAt, type StoreName } from '@carillon/testing/hub/store-place.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { EventSource } from 'undici';

const feed = '/v1.0/me/notifications';
const awayMs = 60_000;
const stores: readonly StoreName[] = ['sqlite', 'postgres'];

async function ticketOf(hub: TestHub): Promise<string> {
  const { json } = await hub.request('POST', `${feed}/streamTicket`, { token: hub.token({ user: 'alice' }) });
  return `?ticket=${json.ticket}`;
}

async function create(hub: TestHub): Promise<string> {
  const { json } = await hub.request('POST', feed, { token: hub.token({ user: 'alice' }), body: post() });
  return json.id;
}

/** Connections to the hub that the test ends, as a network does. */
async function openNetwork(context: TestContext, { baseUrl }: TestHub) {
  const { port } = new URL(baseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const hub = connect(Number(port), '127.0.0.1');
    for (const socket of [client, hub]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(hub).pipe(client);
    client.once('close', () => hub.destroy());
    hub.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  context.after(() => {
    cut();
    server.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, cut };
}

const isRefused = (error: unknown): boolean => error instanceof Refused && error.answer.status === 401;

/** Until the hub has noticed that the stream is gone. */
const gone = ({ hub: { fanOut } }: TestHub): Promise<boolean> => until(() => fanOut.open === 0);

for (const store of stores) {
  describe(`a ticket over ${store}`, () => {
    test('brings a native EventSource back as often as its network is cut, with every change once', async (context) => {
      await using hub = await startHub({ store });
      const network = await openNetwork(context, hub);
      const source = new EventSource(`${network.url}${feed}/stream${await ticketOf(hub)}`);
      context.after(() => source.close());
      const told: string[] = [];
      let opened = 0;
      source.addEventListener('ready', () => {
        opened++;
      });
      source.addEventListener('change', (event) => {
        if ('data' in event) told.push(JSON.parse(String(event.data)).value.id);
      });
      const made: string[] = [];
      for (let times = 1; times <= 3; times++) {
        await until(() => opened === times, `it is open for the ${times}. time`);
        made.push(await create(hub));
        await until(() => told.length === made.length);
        network.cut();
        made.push(await create(hub));
      }
      await until(() => told.length === made.length);
      assert.deepEqual(told, made);
    });

    test('is refused while its stream is open, and to whoever has no cursor of it afterwards', async () => {
      await using hub = await startHub({ store });
      const query = await ticketOf(hub);
      const ask = (headers: Record<string, string> = {}) =>
        openSseReader({ baseUrl: hub.baseUrl, query, headers });
      const reader = await ask();
      const { cursor } = await reader.next('ready');
      const back = { 'last-event-id': cursor };
      await assert.rejects(ask(), isRefused);
      await assert.rejects(ask(back), isRefused);
      reader.leave();
      await gone(hub);
      const { json } = await hub.request('GET', `${feed}/delta`, { token: hub.token({ user: 'bob' }) });
      const [, foreign = ''] = /deltatoken=([^&]+)/.exec(json['@odata.deltaLink']) ?? [];
      for (const id of [undefined, 'made up', foreign, ''])
        await assert.rejects(ask(id === undefined ? {} : { 'last-event-id': id }), isRefused, `${id}`);
      const again = await until(() => ask(back).catch(() => null));
      await again.next('ready');
      await assert.rejects(ask(back), isRefused);
      again.leave();
    });

    test('is over when its stream was away for a minute, however long that was open before', async () => {
      const clock = new ManualClock();
      await using hub = await startHub({ store, clock });
      const query = await ticketOf(hub);
      const ask = (headers = {}) => openSseReader({ baseUrl: hub.baseUrl, query, headers });
      let reader = await ask();
      const back = { 'last-event-id': (await reader.next('ready')).cursor };
      for (let times = 0; times < 3; times++) {
        clock.advance(10 * awayMs);
        reader.leave();
        await gone(hub);
        clock.advance(awayMs - 1);
        reader = await ask(back);
      }
      reader.leave();
      await gone(hub);
      clock.advance(awayMs);
      await assert.rejects(ask(back), isRefused);
    });

    test('is over when the token that it was got with has expired', async () => {
      const clock = new ManualClock();
      await using hub = await startHub({ store, clock });
      // Within the tolerance of 60 s.
      const token = hub.token({ user: 'alice', lifetimeSeconds: -30 });
      const { json } = await hub.request('POST', `${feed}/streamTicket`, { token });
      const ask = (headers = {}) =>
        openSseReader({ baseUrl: hub.baseUrl, query: `?ticket=${json.ticket}`, headers });
      const reader = await ask();
      const back = { 'last-event-id': (await reader.next('ready')).cursor };
      reader.leave();
      await gone(hub);
      clock.advance(31_000);
      await assert.rejects(ask(back), isRefused);
    });

    test('is not used up by a request that was refused', async () => {
      await using hub = await startHub({ store });
      const query = await ticketOf(hub);
      const reader = await openSseReader({ baseUrl: hub.baseUrl, query });
      const back = { 'last-event-id': (await reader.next('ready')).cursor };
      reader.leave();
      await gone(hub);
      const headers = { accept: 'text/event-stream', ...back };
      const twice = await hub.request('GET', `${feed}/stream${query}&ticket=x`, { headers });
      assert.equal(twice.status, 400);
      const again = await until(() =>
        openSseReader({ baseUrl: hub.baseUrl, query, headers: back }).catch(() => null),
      );
      again.leave();
    });
  });
}

test('a ticket comes back after the hub was started again, within a minute', async (context) => {
  const clock = new ManualClock();
  await using first = await startHub({ clock, store: 'sqlite' });
  context.after(() => first.close());
  const query = await ticketOf(first);
  const reader = await openSseReader({ baseUrl: first.baseUrl, query });
  const back = { 'last-event-id': (await reader.next('ready')).cursor };
  const settings = { port: new URL(first.baseUrl).port };
  await first.hub.close();
  await using second = await startHub({ clock, store: 'sqlite', settings, dataDir: first.dataDir });
  const again = await openSseReader({ baseUrl: second.baseUrl, query, headers: back });
  await again.next('ready');
  again.leave();
});

test('a ticket over HTTP/2 is free with the end of its stream, though the connection stays', async (context) => {
  await using hub = await startHub({ settings: { 'tls-dev': true } });
  const session = openSession(hub.baseUrl.replace('http', 'https'), readFileSync(hub.hub.caPath ?? ''));
  context.after(() => session.destroy());
  const asking = session.request({
    ':method': 'POST',
    ':path': `${feed}/streamTicket`,
    authorization: `Bearer ${hub.token({ user: 'alice' })}`,
  });
  const query = `?ticket=${JSON.parse(await text(asking)).ticket}`;
  const ask = (headers = {}) => openHttp2Reader(session, { query, headers });
  const reader = await ask();
  const back = { 'last-event-id': (await reader.next('ready')).cursor };
  await assert.rejects(ask(back));
  reader.leave();
  const again = await until(() => ask(back).catch(() => null));
  await again.next('ready');
});

test('across nodes a ticket opens one stream, which comes back to any of them', async () => {
  const { environment, settings } = postgresAt(await (await sharedPostgres()).createDatabase());
  const own = { environment, settings: { ...settings, 'public-url': 'http://bells.example' } };
  await using a = await startHub(own);
  await using b = await startHub(own);
  const query = await ticketOf(a);
  const ask = (hub: TestHub, headers = {}) => openSseReader({ baseUrl: hub.baseUrl, query, headers });
  const reader = await ask(a);
  const back = { 'last-event-id': (await reader.next('ready')).cursor };
  await assert.rejects(ask(b), isRefused);
  await assert.rejects(ask(b, back), isRefused);
  reader.leave();
  const atB = await until(() => ask(b, back).catch(() => null));
  await assert.rejects(ask(a, back), isRefused);
  await b.close();
  await until(() => atB.closed());
  const atA = await until(() => ask(a, back).catch(() => null));
  atA.leave();
});
