import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { hosts, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { drawSeed, openRandom, type Random } from '@carillon/testing/machine/random.ts';
import type { Transport } from '../src/feed/feed.ts';
import type { FeedStorage } from '../src/storage/feed-storage.ts';
import { openFileStorage } from '../src/storage/file.ts';
import { openIndexedDbStorage } from '../src/storage/indexed-db.ts';
import { type Client, converges, openClient } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';

const operations = 10_000;
const slots = 60;
const lifetimeSeconds = 1_000_000;

/** One of the user's devices: it goes offline and comes back, is closed and opened again on what it stored. */
class Device {
  readonly name: string;
  readonly #hub: TestHub;
  readonly #storage: FeedStorage;
  readonly #transport: Transport;
  readonly #sent: string[] = [];
  client: Client | null = null;

  constructor(name: string, hub: TestHub, storage: FeedStorage, transport: Transport) {
    this.name = name;
    this.#hub = hub;
    this.#storage = storage;
    this.#transport = transport;
  }

  open(): Client {
    this.client ??= openClient(this.#hub, {
      storage: this.#storage,
      account: 'alice',
      transports: [this.#transport],
      pollSeconds: 0.2,
    });
    return this.client;
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.hub.close();
    this.#sent.push(...(client?.network.requests ?? []));
  }

  /** What left it, over all its lives. */
  sent(): readonly string[] {
    return [...this.#sent, ...(this.client?.network.requests ?? [])];
  }

  act(random: Random): void {
    const feed = this.client?.feed;
    const item = feed && feed.items.length > 0 ? random.pick(feed.items) : null;
    if (!feed || !item) return;
    const { id } = item;
    const acts = [
      () => feed.markRead(id),
      () => feed.markUnread(id),
      () => feed.activate(id),
      () => feed.dismiss(id),
      () => feed.snooze(id, new Date(this.#hub.clock.now() + 3_600_000)),
      () => feed.delete(id),
      () => feed.undo(id),
      () => random.chance(0.05) && feed.markAllRead(),
    ];
    random.pick(acts)();
  }
}

async function post(hub: TestHub, random: Random, count: number): Promise<void> {
  const token = hub.token({ user: 'alice', lifetimeSeconds });
  const body = {
    targetHostName: hosts['app-a'],
    appNotificationId: String(random.below(slots)),
    payload: { visualContent: { title: `revision ${count}` } },
  };
  const { status, text } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
  assert.ok(status < 300, text);
}

async function operate(hub: TestHub, devices: readonly Device[], random: Random): Promise<void> {
  const writing = new Set<Promise<void>>();
  for (let count = 0; count < operations; count++) {
    const device = random.pick(devices);
    const kind = random.below(100);
    if (kind < 25) {
      const written = post(hub, random, count).finally(() => writing.delete(written));
      writing.add(written);
      if (writing.size >= 8) await Promise.race(writing);
    } else if (kind < 94) device.act(random);
    else if (kind < 97) device.client?.network.switch(random.chance(0.6));
    else if (kind < 98) await device.close();
    else device.open();
    if (random.chance(0.3)) await new Promise<void>((resolve) => void nextTurn(resolve));
  }
  await Promise.all(writing);
}

test('whatever five devices and a service do, online or not, all views end as the feed', async (context) => {
  const seed = drawSeed();
  context.diagnostic(`CARILLON_SEED=${seed}`);
  const folder = mkdtempSync(join(tmpdir(), 'carillon-client-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  await using hub = await startHub();
  const devices = [
    new Device('laptop', hub, openIndexedDbStorage(new IDBFactory()), 'webSocket'),
    new Device('phone', hub, openIndexedDbStorage(new IDBFactory()), 'sse'),
    new Device('watch', hub, openMemoryStorage(), 'polling'),
    new Device('desktop', hub, openMemoryStorage(), 'webSocket'),
    new Device('server', hub, openFileStorage({ folder }), 'sse'),
  ];
  for (const device of devices) device.open();
  await operate(hub, devices, openRandom(seed));
  for (const device of devices) device.open().network.switch(true);
  const changes = devices
    .flatMap((device) => device.sent())
    .filter((request) => /^(PATCH|DELETE)|updateState/.test(request));
  context.diagnostic(`${changes.length} state changes of ${operations} operations reached the hub so far`);
  assert.ok(changes.length > operations / 20, `only ${changes.length} changes were sent`);
  for (const device of devices) {
    await converges(hub, device.open().feed, `${device.name} with CARILLON_SEED=${seed}`);
  }
  // What each keeps is the same as well.
  for (const device of devices) await device.close();
  for (const device of devices) {
    const { feed } = device.open();
    await converges(hub, feed, `${device.name}, opened again, with CARILLON_SEED=${seed}`);
    await device.close();
  }
});
