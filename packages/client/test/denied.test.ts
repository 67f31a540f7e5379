// Where the browser denies a storage, a lock or a channel, where asking for it throws, and where it never answers: the feed is
// live all the same, within two seconds, and says what it runs without. A driven clock stands for the two seconds.
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers';
import { startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { HubOptions } from '../src/hub-client.ts';
import { type Client, isLive, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';

const boundMs = 2_000;
const never = () => new Promise<never>(() => {});
const denied = () => {
  throw new DOMException('denied', 'SecurityError');
};

let hub: TestHub;
before(async () => {
  hub = await startHub();
});
after(() => hub?.close());

const names = ['indexedDB', 'navigator', 'BroadcastChannel'] as const;
const real = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
afterEach(() => {
  for (const [name, descriptor] of real) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
});

function replace(name: (typeof names)[number], descriptor: PropertyDescriptor): void {
  Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
}

const locks = (request: () => unknown) => replace('navigator', { value: { locks: { request } } });
const openings = (open: () => unknown) => replace('indexedDB', { value: { open } });

let accounts = 0;
function open(clock: ManualClock, more: Partial<HubOptions> = {}): Client {
  return openClient(hub, { clock, storage: 'indexedDB', account: `denied ${accounts++}`, ...more });
}

async function isLiveInTime(client: Client, clock: ManualClock): Promise<void> {
  let spentMs = 0;
  await until(
    async () => {
      // What answers, like the storage, has answered before the clock goes on, however slow the machine is.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (spentMs < boundMs) clock.advance(100);
      spentMs += 100;
      return client.feed.status.phase === 'live';
    },
    `live within ${boundMs} ms, not ${JSON.stringify(client.feed.status)}`,
  );
}

async function livesWith(reason: string | null, more: Partial<HubOptions> = {}): Promise<void> {
  const clock = new ManualClock();
  await using client = open(clock, more);
  await isLiveInTime(client, clock);
  assert.equal(client.feed.status.reason, reason);
  const id = await postTo(hub);
  await until(() => client.feed.items[0]?.id === id, 'the new one');
  client.feed.dismiss(id);
  await until(() => client.feed.status.pending === 0, 'the dismissal at the hub');
  assert.equal(client.feed.status.reason, reason);
}

describe('a feed is live and says what it runs without', () => {
  test('nothing, where all is as it should be', () => livesWith(null));
  test('nothing, where the app wants nothing else', () => livesWith(null, { storage: 'memory' }));

  test('its storage: the browser has none, and the app names none', () => {
    Reflect.deleteProperty(globalThis, 'indexedDB');
    return livesWith('memoryOnly', { storage: undefined as never });
  });
  test('its storage: asking for it throws', () => {
    replace('indexedDB', { get: denied });
    return livesWith('memoryOnly');
  });
  test('its storage: opening it throws', () => {
    openings(denied);
    return livesWith('memoryOnly');
  });
  test('its storage: opening it never answers', () => {
    openings(() => ({}));
    return livesWith('memoryOnly');
  });
  test("its storage: the app's own never reads", () =>
    livesWith('memoryOnly', { storage: { ...openMemoryStorage(), read: never } }));
  test("its storage: the app's own never writes, and what is done reaches the hub", async () => {
    const clock = new ManualClock();
    await using client = open(clock, { storage: { ...openMemoryStorage(), write: never } });
    await isLiveInTime(client, clock);
    const id = await postTo(hub);
    await until(() => client.feed.items[0]?.id === id, 'the new one');
    client.feed.dismiss(id);
    let spentMs = 0;
    await until(() => {
      // No longer than a write may take: a stream without heartbeats would be given up.
      if (spentMs < 12_000) clock.advance(1_000);
      spentMs += 1_000;
      return client.feed.status.pending === 0 && client.feed.status.phase === 'live';
    }, 'the dismissal at the hub');
    assert.equal(client.feed.status.reason, 'memoryOnly');
  });

  test('the other tabs: there are no locks', () => {
    replace('navigator', { value: {} });
    return livesWith('unshared');
  });
  test('the other tabs: a lock is refused', () => {
    locks(async () => denied());
    return livesWith('unshared');
  });
  test('the other tabs: asking for a lock throws', () => {
    locks(denied);
    return livesWith('unshared');
  });
  test('the other tabs: a lock never answers', () => {
    locks(never);
    return livesWith('unshared');
  });
  test('the other tabs: there are no channels, or opening one throws', async () => {
    replace('BroadcastChannel', { value: denied });
    await livesWith('unshared');
    Reflect.deleteProperty(globalThis, 'BroadcastChannel');
    await livesWith('unshared');
  });
  test('both of them: the storage is named', () => {
    openings(denied);
    locks(async () => denied());
    return livesWith('memoryOnly');
  });

  test('its worker: the page could not register it', async () => {
    const client = openClient(hub, { worker: Promise.reject(new Error('denied')) });
    await isLive(client);
    assert.equal(client.feed.status.reason, 'noWorker');
    await client.hub.close();
  });
});

describe('a tab that went alone', () => {
  const shared = { account: 'busy', storage: 'indexedDB', shareTabs: true } as const;

  test('follows the one that leads, once that answers', async () => {
    replace('indexedDB', { value: new IDBFactory() });
    await using leader = openClient(hub, shared);
    await isLive(leader);
    const { postMessage } = BroadcastChannel.prototype;
    const waiting: (() => void)[] = [];
    BroadcastChannel.prototype.postMessage = function (message) {
      if (message.type === 'hello') waiting.push(() => postMessage.call(this, message));
      else postMessage.call(this, message);
    };
    const clock = new ManualClock();
    await using other = open(clock, shared);
    await isLiveInTime(other, clock);
    assert.deepEqual([other.feed.status.reason, other.feed.status.transport], ['unshared', 'webSocket']);
    BroadcastChannel.prototype.postMessage = postMessage;
    for (const post of waiting) post();
    await until(() => other.feed.status.reason === null && other.feed.status.transport === null, 'following');
    const id = await postTo(hub);
    await until(() => other.feed.items[0]?.id === id, 'the new one');
  });

  test('leads once the lock is its own', async () => {
    replace('indexedDB', { value: new IDBFactory() });
    let grant = () => {};
    const clock = new ManualClock();
    locks((_name?: unknown, _options?: unknown, lead?: unknown) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      grant = resolve;
      return promise.then(() => (lead as () => Promise<void>)());
    });
    await using client = open(clock);
    await isLiveInTime(client, clock);
    assert.equal(client.feed.status.reason, 'unshared');
    grant();
    await until(() => client.feed.status.reason === null, 'sharing');
    assert.equal(client.feed.status.phase, 'live');
  });
});
