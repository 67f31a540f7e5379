import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers';
import { startHub, until } from '@carillon/testing/hub/hub.ts';
import { openIndexedDbStorage } from '../src/storage/indexed-db.ts';
import { type Client, converges, isLive, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';

const shared = { shareTabs: true, storage: 'indexedDB' } as const;

async function liveTransports(tabs: readonly Client[]): Promise<(string | null)[]> {
  for (const tab of tabs) await isLive(tab);
  return tabs.map(({ feed }) => feed.status.transport);
}

test('all tabs show the same over one stream, whichever of them something is done in', async () => {
  await using hub = await startHub();
  const [first, second] = [await postTo(hub), await postTo(hub)];
  await using one = openClient(hub, { ...shared, account: 'same' });
  await one.feed.ready;
  await using two = openClient(hub, { ...shared, account: 'same' });
  await using three = openClient(hub, { ...shared, account: 'same' });
  assert.deepEqual(await liveTransports([one, two, three]), ['webSocket', null, null]);
  two.feed.dismiss(first);
  await until(() => [one, two, three].every(({ feed }) => feed.items.length === 1));
  one.feed.markRead(second);
  const third = await postTo(hub);
  for (const { feed } of [one, two, three]) await until(() => feed.items[0]?.id === third);
  for (const { feed } of [one, two, three]) await converges(hub, feed);
  assert.deepEqual([two.network.requests, three.network.requests], [[], []]);
});

test('when the tab that leads closes, another goes on where it stood', async () => {
  await using hub = await startHub();
  const first = openClient(hub, { ...shared, account: 'closing' });
  await first.feed.ready;
  await using second = openClient(hub, { ...shared, account: 'closing' });
  await isLive(second);
  second.network.switch(false);
  const id = await postTo(hub);
  await until(() => second.feed.items[0]?.id === id);
  await first.hub.close();
  second.feed.dismiss(id);
  const missed = await postTo(hub);
  second.network.switch(true);
  await until(() => second.feed.items[0]?.id === missed && second.feed.status.transport !== null);
  await converges(hub, second.feed);
  // It read what it missed, not the whole feed.
  assert.ok(second.network.requests.filter((each) => each.endsWith('/delta')).length <= 1);
});

test('a tab that the browser freezes lets another lead, and follows when it is back', async () => {
  await using hub = await startHub();
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  Object.assign(globalThis, { document: page });
  const first = openClient(hub, { ...shared, account: 'frozen' });
  Reflect.deleteProperty(globalThis, 'document');
  await using frozen = first;
  await frozen.feed.ready;
  await using other = openClient(hub, { ...shared, account: 'frozen' });
  await isLive(other);
  page.dispatchEvent(new Event('freeze'));
  await until(() => other.feed.status.transport === 'webSocket');
  const id = await postTo(hub);
  await until(() => other.feed.items[0]?.id === id);
  page.dispatchEvent(new Event('resume'));
  await until(() => frozen.feed.items[0]?.id === id && frozen.feed.status.phase === 'live');
  assert.equal(frozen.feed.status.transport, null);
});

test('a tab that is said to be back before its stored copy is there shows what the hub has', async () => {
  await using hub = await startHub();
  const id = await postTo(hub);
  const stored = openMemoryStorage();
  const { promise: isThere, resolve: answer } = Promise.withResolvers<void>();
  const { promise: isReading, resolve: begin } = Promise.withResolvers<void>();
  const read = (account: string) => {
    begin();
    return isThere.then(() => stored.read(account));
  };
  const { locks } = navigator;
  let asked = 0;
  const request = (...given: Parameters<typeof locks.request>) => {
    asked++;
    return locks.request(...given);
  };
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator') as PropertyDescriptor;
  Object.assign(globalThis, { document: page });
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks: { request } } });
  const client = openClient(hub, { ...shared, account: 'loading', storage: { ...stored, read } });
  Reflect.deleteProperty(globalThis, 'document');
  Object.defineProperty(globalThis, 'navigator', own);
  await using loading = client;
  await isReading;
  page.dispatchEvent(new Event('resume'));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked, 0);
  answer();
  await isLive(loading);
  assert.deepEqual(
    loading.feed.items.map((item) => item.id),
    [id],
  );
  assert.equal(asked, 1);
});

test('signing out in one tab signs out all of them and leaves nothing in the store', async () => {
  await using hub = await startHub();
  await postTo(hub);
  const account = 'leaving';
  await using one = openClient(hub, { ...shared, account });
  await one.feed.ready;
  await using two = openClient(hub, { ...shared, account });
  await isLive(two);
  await two.hub.signOut();
  await until(() => one.feed.status.phase === 'signedOut');
  assert.deepEqual([one.feed.items, two.feed.items], [[], []]);
  await one.hub.close();
  const storage = openIndexedDbStorage();
  assert.deepEqual(await storage.read(account), { position: null, items: [], changes: [] });
  await storage.close();
});
