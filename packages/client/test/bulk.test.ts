// Many changes of one state are one request, against a real hub: at once, after a tunnel, over tabs, and where the hub is
// older.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { type Client, converges, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';

const many = 500;

async function postMany(hub: TestHub, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(...(await Promise.all(Array.from({ length: 50 }, () => postTo(hub)))));
  return ids;
}

/** What changes states, as it left the client. */
function writes({ network }: Client): string[] {
  return network.requests
    .filter((request) => /^(PATCH|DELETE)|updateState/.test(request))
    .map((request) => request.replace(/notifications\/[0-9a-f-]{36}/, 'one'));
}

const bulk = 'POST notifications/updateState';

test('five hundred that are marked read at once are one request', async () => {
  await using hub = await startHub();
  await postMany(hub, many);
  await using client = openClient(hub);
  await client.feed.ready;
  client.feed.markAllRead();
  assert.deepEqual([client.feed.unreadCount, client.feed.status.pending], [0, many]);
  await until(() => client.feed.status.pending === 0);
  assert.deepEqual(writes(client), [bulk]);
  await converges(hub, client.feed);
  assert.equal(client.feed.unreadCount, 0);
});

test('what was done offline is one request for each state, and leaves alone what was replaced meanwhile', async () => {
  await using hub = await startHub();
  const post = (title: string) =>
    postTo(hub, { appNotificationId: 'lunch', payload: { visualContent: { title } } });
  const replaced = await post('Lunch is ready');
  const ids = await postMany(hub, 50);
  await using client = openClient(hub);
  await using other = openClient(hub);
  await Promise.all([client.feed.ready, other.feed.ready]);
  client.network.switch(false);
  await until(() => client.feed.status.phase === 'offline');
  client.feed.dismiss(ids.slice(0, 20));
  client.feed.markAllRead();
  client.feed.delete(ids[49] ?? '');
  await post('Lunch is burning');
  await until(() => other.feed.items.some(({ contentVersion }) => contentVersion === 2));
  const steps = client.feed.changes()[Symbol.asyncIterator]();
  client.network.switch(true);
  const refused = [];
  while (refused.length === 0) {
    const { value } = await steps.next();
    if (value.type === 'refused') refused.push(value.id);
  }
  assert.deepEqual(refused, [replaced]);
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  await converges(hub, other.feed);
  assert.deepEqual(writes(client).sort(), ['DELETE one', bulk, bulk]);
  const [lunch] = client.feed.items.filter(({ id }) => id === replaced);
  assert.deepEqual([lunch?.readState, lunch?.contentVersion], ['unread', 2]);
});

test('one that is replaced while the request is on its way stays unread, and is refused', async () => {
  await using hub = await startHub();
  const post = (title: string) =>
    postTo(hub, { appNotificationId: 'lunch', payload: { visualContent: { title } } });
  const id = await post('Lunch is ready');
  await postMany(hub, 50);
  const late = [() => post('Lunch is burning')];
  await using client = openClient(hub, {
    fetch: async (input, init) => {
      if (String(input).endsWith('/updateState')) await late.pop()?.();
      return fetch(input, init);
    },
  });
  await client.feed.ready;
  const refused: string[] = [];
  const reading = (async () => {
    for await (const step of client.feed.changes()) if (step.type === 'refused') refused.push(step.id);
  })();
  client.feed.markAllRead();
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  assert.deepEqual([client.feed.unreadCount, refused], [1, [id]]);
  await client.hub.close();
  await reading;
});

test('what another device deleted meanwhile is gone, and the rest is marked', async () => {
  await using hub = await startHub();
  const ids = await postMany(hub, 50);
  await using client = openClient(hub);
  await client.feed.ready;
  client.network.switch(false);
  client.feed.markAllRead();
  const token = hub.token({ user: 'alice' });
  await hub.request('DELETE', `/v1.0/me/notifications/${ids[3]}`, { token });
  client.network.switch(true);
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  assert.deepEqual([client.feed.items.length, client.feed.unreadCount], [49, 0]);
});

test('an answer that was lost is asked for again, by a client that was opened anew', async () => {
  await using hub = await startHub();
  await postMany(hub, 50);
  const [storage, account] = [openMemoryStorage(), 'alice'];
  let isLost = false;
  const first = openClient(hub, {
    ...{ storage, account },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith('/updateState')) return response;
      isLost = true;
      throw new TypeError('the network is off');
    },
  });
  await first.feed.ready;
  first.feed.markAllRead();
  await until(() => isLost);
  await first.hub.close();
  await using client = openClient(hub, { storage, account });
  assert.ok(client.feed.status.pending === 0 || client.feed.unreadCount === 0);
  await client.feed.ready;
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  assert.equal(client.feed.unreadCount, 0);
});

test('a hub that takes no changes at once gets them one by one', async () => {
  await using hub = await startHub();
  await postMany(hub, 50);
  let asked = 0;
  const error = { code: 'invalidRequest', message: 'unknown member', target: 'changes' };
  await using client = openClient(hub, {
    fetch: async (input, init) => {
      if (!String(input).endsWith('/updateState')) return fetch(input, init);
      asked++;
      return Response.json({ error }, { status: 400 });
    },
  });
  await client.feed.ready;
  client.feed.markAllRead();
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  assert.deepEqual([client.feed.unreadCount, asked], [0, 1]);
});

test('a change that the hub refuses does not stop those that waited with it', async () => {
  await using hub = await startHub();
  const expirationDateTime = new Date(Date.now() + 600_000).toISOString();
  const [short, ...rest] = [await postTo(hub, { expirationDateTime }), await postTo(hub), await postTo(hub)];
  await using client = openClient(hub);
  await client.feed.ready;
  const steps = client.feed.changes()[Symbol.asyncIterator]();
  const until_ = new Date(Date.now() + 3_600_000);
  for (const id of [short, ...rest]) client.feed.snooze(id, until_);
  let step = (await steps.next()).value;
  while (step.type !== 'refused') step = (await steps.next()).value;
  assert.equal(step.id, short);
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  assert.deepEqual(
    client.feed.items.map(({ id }) => id),
    [short],
  );
});
