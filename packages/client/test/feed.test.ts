import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startHub, until } from '@carillon/testing/hub/hub.ts';
import type { Transport } from '../src/feed/feed.ts';
import { converges, isLive, openClient, postTo } from './support/clients.ts';

const transports: readonly Transport[] = ['webSocket', 'sse', 'polling'];

for (const transport of transports) {
  describe(`over ${transport}`, () => {
    test('what is posted appears, and what is done here is settled on the other device', async () => {
      await using hub = await startHub();
      const first = await postTo(hub);
      const options = { transports: [transport], pollSeconds: 0.01 };
      await using laptop = openClient(hub, options);
      await using phone = openClient(hub, options);
      await laptop.feed.ready;
      assert.deepEqual([laptop.feed.items[0]?.id, laptop.feed.unreadCount], [first, 1]);
      assert.equal(laptop.feed.status.transport, transport);
      const second = await postTo(hub);
      await until(() => laptop.feed.items[0]?.id === second);
      await until(() => phone.feed.items.length === 2);
      laptop.feed.dismiss(first);
      assert.deepEqual([laptop.feed.items.length, laptop.feed.unreadCount], [1, 1]);
      await until(() => phone.feed.items.length === 1 && phone.feed.unreadCount === 1);
      await converges(hub, laptop.feed);
      await converges(hub, phone.feed);
    });

    test('what was done in a tunnel shows at once and reaches the hub after it', async () => {
      await using hub = await startHub();
      const id = await postTo(hub);
      await using client = openClient(hub, { transports: [transport], pollSeconds: 0.01 });
      await client.feed.ready;
      client.network.switch(false);
      await until(() => client.feed.status.phase === 'offline');
      client.feed.markRead(id);
      assert.deepEqual([client.feed.unreadCount, client.feed.status.pending], [0, 1]);
      const missed = await postTo(hub);
      client.network.switch(true);
      await until(() => client.feed.items[0]?.id === missed);
      await converges(hub, client.feed);
      await isLive(client);
    });
  });
}

test('where something blocks WebSockets, the next transport is taken', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  const Blocked = class extends WebSocket {
    constructor(_url: string) {
      super('ws://127.0.0.1:1');
    }
  };
  await using client = openClient(hub, { WebSocket: Blocked });
  await isLive(client);
  assert.deepEqual([client.feed.status.transport, client.feed.items[0]?.id], ['sse', id]);
});

test('without WebSockets in the platform the next transport is the first', async () => {
  await using hub = await startHub();
  await using client = openClient(hub, { WebSocket: null });
  await client.feed.ready;
  assert.equal(client.feed.status.transport, 'sse');
});

test('a page, which can not set headers, opens its WebSocket with a ticket', async () => {
  await using hub = await startHub();
  await using client = openClient(hub, { webSocketTakesHeaders: false });
  await client.feed.ready;
  assert.equal(client.feed.status.transport, 'webSocket');
  assert.deepEqual(client.network.requests, [
    'GET notifications/delta',
    'POST notifications/streamTicket',
    'GET stream',
  ]);
});
