// Three whole hubs as one: a real PostgreSQL below them, a real NATS between them, each with its own port and folder.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  openSseReader,
  openWebSocketReader,
  type Reader,
  type Refused,
  type StreamAsk,
} from '@carillon/testing/feed/readers.ts';
import { hosts, post, startHub, type TestHub, type TestUser, userNames } from '@carillon/testing/hub/hub.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { startNats } from '@carillon/testing/machine/nats.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { mintToken } from '../../../src/auth/provider/exchange/mint-token.ts';
import { openCursors } from '../../../src/feed/cursor.ts';
import { userKey } from '../../../src/model/principal.ts';

const feed = '/v1.0/me/notifications';
const publicUrl = 'http://bells.example';

const nats = await startNats();
const { environment, settings } = postgresAt(await (await sharedPostgres()).createDatabase());
const own = { ...settings, 'nats-url': nats.url, 'public-url': publicUrl, 'drain-delay': '0' };
const start = () => startHub({ environment, settings: own });
const hubs = [await start(), await start(), await start()] as [TestHub, TestHub, TestHub];
const [a, b, c] = hubs;
after(async () => {
  await Promise.all(hubs.map((hub) => hub.close()));
  await nats[Symbol.asyncDispose]();
});

const tokenOf = (user: TestUser) => a.token({ user });
const aliceAt = ({ baseUrl }: TestHub): StreamAsk => ({ baseUrl, token: tokenOf('alice') });

async function create(hub: TestHub, token: string, more = {}): Promise<string> {
  const { status, json, text } = await hub.request('POST', feed, { token, body: post(more) });
  assert.equal(status, 201, text);
  return json.id as string;
}

/** The sequences of all changes that a device was told. */
function openSequences(user: TestUser): (reader: Reader) => number[] {
  const cursors = openCursors(a.sealKey, 1);
  const key = userKey(`${publicUrl}/identity`, a.userIds[user]);
  return ({ frames }) =>
    frames.flatMap((frame) =>
      frame.type === 'change' ? [cursors.read(key, 'app-a', frame.cursor).seq] : [],
    );
}

test('what is created, dismissed and deleted on three nodes ends the same on a device of each', async () => {
  const token = tokenOf('alice');
  const devices = [
    await openSseReader(aliceAt(a)),
    await openWebSocketReader(aliceAt(b)),
    await openSseReader(aliceAt(c)),
  ];
  await Promise.all(devices.map((device) => device.next('ready')));
  const id = await create(a, token);
  const body = { userActionState: 'dismissed' };
  assert.equal((await b.request('PATCH', `${feed}/${id}`, { token, body })).status, 200);
  const kept = await create(c, token);
  assert.equal((await c.request('DELETE', `${feed}/${id}`, { token })).status, 204);
  await Promise.all(devices.map((device) => device.next('change', 4)));
  for (const { frames } of devices) {
    const told = frames.flatMap((frame) => {
      if (frame.type !== 'change') return [];
      const { id: of, ...value } = frame.value;
      const state = '@removed' in value ? 'removed' : (value as { userActionState: string }).userActionState;
      return [[of, state, frame.unreadCount]];
    });
    assert.deepEqual(told, [
      [id, 'noInteraction', 1],
      [id, 'dismissed', 0],
      [kept, 'noInteraction', 1],
      [id, 'removed', 1],
    ]);
  }
  for (const hub of hubs) {
    const { json } = await hub.request('GET', feed, { token });
    assert.deepEqual(
      json.value.map((each: { id: string }) => each.id),
      [kept],
    );
  }
  for (const device of devices) device.leave();
});

test('10 000 writes of two nodes to one feed are one dense sequence, which the third tells whole and in order', async () => {
  const token = tokenOf('bob');
  const ask = { baseUrl: c.baseUrl, token };
  const followers = [await openSseReader(ask), await openWebSocketReader(ask)];
  await Promise.all(followers.map((follower) => follower.next('ready')));
  const total = 10_000;
  let asked = 0;
  const work = async (hub: TestHub): Promise<void> => {
    while (asked++ < total) await create(hub, token);
  };
  await Promise.all(Array.from({ length: 32 }, (_, index) => work(index % 2 === 0 ? a : b)));
  const sequences = openSequences('bob');
  const dense = Array.from({ length: total }, (_, index) => index + 1);
  for (const follower of followers) {
    await follower.next('change', total);
    assert.deepEqual(sequences(follower), dense);
    follower.leave();
  }
});

test('a ticket that is shown to all nodes at once opens one stream', async () => {
  const token = tokenOf('alice');
  for (let round = 0; round < 5; round++) {
    const { json } = await a.request('POST', `${feed}/streamTicket`, { token });
    const query = `?ticket=${json.ticket}`;
    const opening = hubs.map(({ baseUrl }) => openSseReader({ baseUrl, query }));
    const opened = await Promise.allSettled(opening);
    for (const each of opened) {
      if (each.status === 'fulfilled') each.value.leave();
      else assert.equal((each.reason as Refused).answer?.status, 401, String(each.reason));
    }
    assert.equal(opened.filter(({ status }) => status === 'fulfilled').length, 1);
  }
});

test('an app that is registered, changed or blocked on one node is so for the next request on the others', async () => {
  const id = 'app-new';
  const client = { clientId: id, public: false, secretHash: null, redirectUris: [] };
  const put = (host: string, blocked: boolean) =>
    a.registry.apps.put({ id, hosts: [host], blocked, clients: [client] });
  const ask = async (hub: TestHub, host: string) => {
    const body = post({ targetHostName: host });
    return (await hub.request('POST', feed, { token, body })).status;
  };
  await put('new.example', false);
  const { registry, clock } = b;
  const token = await mintToken({ registry, clock, publicUrl, appId: id, userName: userNames.alice });
  for (const hub of hubs) assert.equal(await ask(hub, 'new.example'), 201);
  await put('newer.example', false);
  for (const hub of hubs) {
    assert.equal(await ask(hub, 'newer.example'), 201);
    assert.notEqual(await ask(hub, 'new.example'), 201);
    assert.notEqual(await ask(hub, hosts['app-a']), 201);
  }
  await put('newer.example', true);
  for (const hub of hubs) assert.equal(await ask(hub, 'newer.example'), 403);
});
