import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { FeedChange } from '../src/feed/feed.ts';
import { waitingMax } from '../src/live-feed.ts';
import { HubError } from '../src/requests/hub-error.ts';
import type { FeedStorage } from '../src/storage/feed-storage.ts';
import { notificationOf } from './support/arbitrary.ts';
import { converges, isLive, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';

const lifetimeSeconds = 1_000_000;

async function keep(storage: FeedStorage, account: string, cursor: string, count: number): Promise<void> {
  const items = new Map(
    Array.from({ length: count }, (_, index) => notificationOf(index)).map((each) => [each.id, each]),
  );
  const position = { cursor, unreadCount: count };
  await storage.write(account, { replace: true, items, changes: new Map(), position });
}

test('a token that the hub refuses is asked for again, once, and the feed goes on', async () => {
  await using hub = await startHub();
  await postTo(hub);
  const asked: boolean[] = [];
  await using client = openClient(hub, {
    token: async ({ refresh }) => {
      asked.push(refresh);
      return refresh ? hub.token({ user: 'alice', lifetimeSeconds }) : 'no token of this hub';
    },
    account: 'alice',
  });
  await client.feed.ready;
  assert.deepEqual([asked, client.feed.items.length], [[false, true], 1]);
});

test('a token is renewed before it ends, and a stream that it ends goes on with the new one', async () => {
  const clock = new ManualClock();
  await using hub = await startHub({ clock });
  let asked = 0;
  await using client = openClient(hub, {
    token: async () => {
      asked++;
      return hub.token({ user: 'alice', lifetimeSeconds: 300 });
    },
  });
  await client.feed.ready;
  assert.equal(asked, 1);
  await until(() => {
    clock.advance(10_000);
    return asked > 1 && client.feed.status.phase === 'live';
  }, 'a second token');
  const id = await postTo(hub);
  await until(() => {
    clock.advance(1000);
    return client.feed.items[0]?.id === id;
  });
});

test('without a token nobody is signed in and nothing is tried; the stored copy stays', async () => {
  await using hub = await startHub();
  const storage = openMemoryStorage();
  await keep(storage, 'alice', 'anything', 2);
  const token = async () => Promise.reject(new Error('cancelled'));
  await using client = openClient(hub, { token, storage, account: 'alice' });
  await client.feed.ready;
  assert.deepEqual([client.feed.status.phase, client.feed.items.length], ['signedOut', 2]);
  assert.deepEqual(client.network.requests, []);
  await assert.rejects(
    client.feed.history(),
    (error) => error instanceof HubError && error.kind === 'signedOut',
  );
});

test('the stored copy is there before the network is', async () => {
  await using hub = await startHub();
  const [storage, account] = [openMemoryStorage(), 'alice'];
  const id = await postTo(hub);
  const before = openClient(hub, { storage, account });
  await before.feed.ready;
  await before.hub.close();
  await using client = openClient(hub, { storage, account });
  client.network.switch(false);
  await client.feed.ready;
  assert.deepEqual([client.feed.items[0]?.id, client.feed.unreadCount], [id, 1]);
  client.feed.dismiss(id);
  await client.hub.close();
  await using again = openClient(hub, { storage, account });
  await converges(hub, again.feed);
  assert.deepEqual(again.feed.items, []);
});

test('what was dismissed or snoozed is there offline too, comes back as read, and is in every other view', async () => {
  await using hub = await startHub();
  const [dismissed, snoozed] = [await postTo(hub), await postTo(hub)] as const;
  await using one = openClient(hub);
  await using two = openClient(hub);
  await Promise.all([isLive(one), isLive(two)]);
  one.feed.dismiss(dismissed);
  one.feed.snooze(snoozed, new Date(hub.clock.now() + 3_600_000));
  await Promise.all([converges(hub, one.feed, 'one'), converges(hub, two.feed, 'two')]);
  assert.deepEqual(two.feed.items, []);
  two.network.switch(false);
  assert.deepEqual(
    two.feed.all.map(({ id, userActionState }) => [id, userActionState]),
    [
      [snoozed, 'snoozed'],
      [dismissed, 'dismissed'],
    ],
  );
  two.feed.restore([dismissed, snoozed]);
  assert.deepEqual(
    two.feed.items.map(({ readState }) => readState),
    ['read', 'read'],
  );
  two.network.switch(true);
  await Promise.all([converges(hub, one.feed, 'one'), converges(hub, two.feed, 'two')]);
  assert.deepEqual(
    one.feed.items.map(({ id, readState, userActionState }) => [id, readState, userActionState]),
    [
      [snoozed, 'read', 'noInteraction'],
      [dismissed, 'read', 'noInteraction'],
    ],
  );
});

test('what is read anew keeps showing what it showed until it is complete', async () => {
  await using hub = await startHub();
  const storage = openMemoryStorage();
  await keep(storage, 'alice', 'bm8gY3Vyc29yIG9mIHRoaXMgaHVi', 3);
  await postTo(hub);
  await using client = openClient(hub, { storage, account: 'alice' });
  const shown = new Set<number>();
  client.feed.subscribe(() => shown.add(client.feed.items.length));
  await isLive(client);
  await converges(hub, client.feed);
  assert.deepEqual(
    [...shown].filter((count) => count > 0),
    [3, 1],
  );
});

test('a hub that comes back after a restart has all its clients again', async () => {
  const folder = tempFolder();
  const first = await startHub({ dataDir: folder.path });
  const port = new URL(first.baseUrl).port;
  await using client = openClient(first);
  await client.feed.ready;
  await first.close();
  await until(() => client.feed.status.phase === 'offline');
  assert.notEqual(client.feed.status.reason, null);
  await using second = await startHub({ dataDir: folder.path, settings: { port } });
  const id = await postTo(second);
  await until(() => client.feed.items[0]?.id === id);
  await isLive(client);
  await second.close();
  folder.remove();
});

test('a snooze is away until its time and then back and unread; what expires leaves by the clock', async () => {
  const clock = new ManualClock();
  await using hub = await startHub({ clock });
  await using client = openClient(hub);
  await client.feed.ready;
  const expirationDateTime = new Date(clock.now() + 100_000).toISOString();
  const id = await postTo(hub, { expirationDateTime });
  await until(() => client.feed.items.length === 1);
  client.feed.snooze(id, new Date(clock.now() + 10_000));
  assert.deepEqual([client.feed.items.length, client.feed.unreadCount], [0, 0]);
  await until(() => client.feed.status.pending === 0);
  client.network.switch(false);
  clock.advance(10_000);
  assert.deepEqual([client.feed.items[0]?.readState, client.feed.unreadCount], ['unread', 1]);
  clock.advance(90_000);
  assert.deepEqual([client.feed.items, client.feed.unreadCount], [[], 0]);
});

test('undo brings back what was dismissed, as it was', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  await using client = openClient(hub);
  await client.feed.ready;
  const [before] = client.feed.items;
  client.feed.dismiss(id);
  await until(() => client.feed.status.pending === 0);
  client.feed.undo(id);
  assert.deepEqual([client.feed.items[0]?.readState, client.feed.unreadCount], [before?.readState, 1]);
  await converges(hub, client.feed);
  assert.equal(client.feed.items.length, 1);
});

test('a dismissal that waited does not dismiss what replaced it', async () => {
  await using hub = await startHub();
  const post = (title: string) =>
    postTo(hub, { appNotificationId: 'lunch', payload: { visualContent: { title } } });
  const id = await post('Lunch is ready');
  await using client = openClient(hub);
  await client.feed.ready;
  const steps: FeedChange[] = [];
  const reading = (async () => {
    for await (const step of client.feed.changes()) steps.push(step);
  })();
  client.network.switch(false);
  client.feed.dismiss(id);
  await post('Lunch is burning');
  client.network.switch(true);
  await until(() => steps.some(({ type }) => type === 'refused'));
  assert.equal(client.feed.items[0]?.payload.visualContent?.title, 'Lunch is burning');
  await converges(hub, client.feed);
  await client.hub.close();
  await reading;
});

test('a deletion does not delete what replaced it, at whatever moment that comes', async () => {
  await using hub = await startHub();
  const post = (title: string) =>
    postTo(hub, { appNotificationId: 'lunch', payload: { visualContent: { title } } });
  const id = await post('Lunch is ready');
  const late: (() => Promise<unknown>)[] = [() => post('Lunch is burning')];
  await using client = openClient(hub, {
    fetch: async (input, init) => {
      if (init?.method === 'DELETE') await late.pop()?.();
      return fetch(input, init);
    },
  });
  await client.feed.ready;
  const steps = client.feed.changes()[Symbol.asyncIterator]();
  client.feed.delete(id);
  let step = (await steps.next()).value as FeedChange;
  while (step.type !== 'refused') step = (await steps.next()).value;
  assert.match(step.reason, /replaced/);
  await converges(hub, client.feed);
  assert.equal(client.feed.items[0]?.payload.visualContent?.title, 'Lunch is burning');
  client.feed.delete(id);
  await until(() => client.feed.status.pending === 0);
  await converges(hub, client.feed);
  assert.deepEqual(client.feed.items, []);
});

test('what can not be is refused, and the view shows again what is true', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  await using client = openClient(hub);
  await client.feed.ready;
  const steps = client.feed.changes()[Symbol.asyncIterator]();
  client.feed.snooze(id, new Date(Date.now() + 60 * 86_400_000));
  const told: FeedChange[] = [];
  while (told.at(-1)?.type !== 'refused') told.push((await steps.next()).value);
  assert.deepEqual(
    told.map(({ type }) => type),
    ['removed', 'added', 'refused'],
  );
  await converges(hub, client.feed);
});

test('the queue has a bound, and what goes beyond it is refused by name', async () => {
  await using hub = await startHub();
  const storage = openMemoryStorage();
  await keep(storage, 'alice', 'anything', waitingMax + 1);
  await using client = openClient(hub, {
    storage,
    account: 'alice',
    clock: new ManualClock(Date.UTC(2030, 0, 1)),
  });
  client.network.switch(false);
  await client.feed.ready;
  const steps = client.feed.changes()[Symbol.asyncIterator]();
  const [last] = client.feed.items.slice(-1);
  client.feed.markRead(client.feed.items.slice(0, -1).map(({ id }) => id));
  assert.equal(client.feed.status.pending, waitingMax);
  client.feed.markRead(last?.id ?? '');
  assert.deepEqual([client.feed.status.pending, client.feed.unreadCount], [waitingMax, 1]);
  let step = (await steps.next()).value as FeedChange;
  // A reader that is far behind is told once that everything may have changed.
  while (step.type !== 'refused') step = (await steps.next()).value;
  assert.match(step.type === 'refused' ? step.reason : '', /wait for the hub/);
});

test('the next user of a device sees nothing of the one who signed out', async () => {
  await using hub = await startHub();
  const storage = openMemoryStorage();
  await postTo(hub);
  const alice = openClient(hub, { storage });
  await alice.feed.ready;
  const [item] = alice.feed.items;
  alice.network.switch(false);
  alice.feed.dismiss(item?.id ?? '');
  await alice.hub.signOut();
  assert.deepEqual([alice.feed.items, alice.feed.unreadCount, alice.feed.status.phase], [[], 0, 'signedOut']);
  await using bob = openClient(hub, { storage, user: 'bob' });
  await bob.feed.ready;
  assert.deepEqual([bob.feed.items, bob.feed.unreadCount, bob.feed.status.pending], [[], 0, 0]);
  await using back = openClient(hub, { storage });
  await back.feed.ready;
  assert.equal(back.feed.items.length, 1, 'what was queued was left behind');
});

test('a device that names itself is known to have fetched what it was told live', async () => {
  await using hub = await startHub();
  await using client = openClient(hub);
  await client.feed.ready;
  client.hub.useDevice(await subscribe(hub));
  await until(() => client.feed.status.phase !== 'live');
  await isLive(client);
  const id = await postTo(hub);
  await until(async () => {
    const token = hub.token({ user: 'alice' });
    const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}/deliveries`, { token });
    return json.value?.some(({ fetchedDateTime }: { fetchedDateTime: string | null }) => fetchedDateTime);
  }, 'fetched');
});

test('a device that another one removed goes on being told', async () => {
  await using hub = await startHub();
  await using client = openClient(hub);
  await client.feed.ready;
  const unsId = await subscribe(hub);
  client.hub.useDevice(unsId);
  await until(() => client.feed.status.phase !== 'live');
  await isLive(client);
  await hub.request('DELETE', `/v1.0/me/notificationSubscriptions/${unsId}`, {
    token: hub.token({ user: 'alice' }),
  });
  client.network.switch(false);
  await until(() => client.feed.status.phase !== 'live');
  client.network.switch(true);
  await isLive(client);
});

test('a device whose clock is days ahead asks for a token once, not for each request', async () => {
  await using hub = await startHub();
  let asked = 0;
  const clock = new ManualClock(Date.now() + 3 * 86_400_000);
  await using client = openClient(hub, {
    clock,
    token: async () => {
      asked++;
      return hub.token({ user: 'alice', lifetimeSeconds: 3600 });
    },
  });
  await client.feed.ready;
  await client.hub.subscriptions();
  await client.hub.subscriptions();
  assert.equal(asked, 1);
});

test('a token that names no user shows a person why, and tells the developer what to pass', async () => {
  await using hub = await startHub();
  await using client = openClient(hub, { token: async () => 'opaque' });
  const error: unknown = await client.feed.ready.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HubError && error.cause instanceof Error);
  assert.match(error.cause.message, /pass `account` to connectHub/);
  const { phase, reason } = client.feed.status;
  assert.deepEqual([phase, reason], ['signedOut', 'This page can not use your sign-in.']);
});

test('a socket that died unseen is noticed as soon as a page is back that was away, or the network is', async () => {
  const clock = new ManualClock();
  await using hub = await startHub();
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const online = new EventTarget();
  const { addEventListener } = online;
  Object.assign(globalThis, { document: page, addEventListener: addEventListener.bind(online) });
  const dead = new Set<WebSocket>();
  const sockets = new Set<WebSocket>();
  class MortalSocket extends WebSocket {
    constructor(url: string, options?: string[]) {
      super(url, options);
      sockets.add(this);
    }
    override dispatchEvent(event: Event): boolean {
      return dead.has(this) || super.dispatchEvent(event);
    }
  }
  const client = openClient(hub, { clock, WebSocket: MortalSocket });
  for (const name of ['document', 'addEventListener']) Reflect.deleteProperty(globalThis, name);
  await isLive(client);
  const comeBack = (awayMs: number) => {
    Object.assign(page, { visibilityState: 'hidden' });
    page.dispatchEvent(new Event('visibilitychange'));
    clock.advance(awayMs);
    Object.assign(page, { visibilityState: 'visible' });
    page.dispatchEvent(new Event('visibilitychange'));
  };
  for (const wake of [() => comeBack(31_000), () => online.dispatchEvent(new Event('online'))]) {
    for (const socket of sockets) dead.add(socket);
    const id = await postTo(hub);
    wake();
    await until(() => {
      clock.advance(50);
      return client.feed.items[0]?.id === id;
    }, 'what the dead socket did not bring');
  }
  const opened = sockets.size;
  comeBack(5_000);
  await isLive(client);
  assert.equal(sockets.size, opened, 'a page that was away for a moment keeps its stream');
  await client.hub.close();
});
