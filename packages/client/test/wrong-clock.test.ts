// Devices whose clocks are hours ahead or behind, at a real hub: what is alive shows, what expired does not, and a snooze is as
// long as it was meant, in a page and in a worker, with a network and without.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { type Clock, HubClock, systemClock } from '../src/clock.ts';
import { serveNotifications } from '../src/service-worker/index.ts';
import { emptyRecord } from '../src/web-push/push-record.ts';
import { openPushStore } from '../src/web-push/push-store.ts';
import { isLive, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';
import { tapPush } from './support/push-tests.ts';
import { openWorkerScope } from './support/worker-scope.ts';

const hourMs = 3_600_000;
const store = openPushStore();
let hub: TestHub;
before(async () => {
  hub = await startHub();
});
after(async () => {
  await store.close();
  await hub?.close();
});
afterEach(() => store.change(() => emptyRecord));

const offBy = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms });
const inMs = (ms: number): string => new Date(systemClock.now() + ms).toISOString();
const expiring = (ms: number) => postTo(hub, { expirationDateTime: inMs(ms) });

for (const [name, ms] of [
  ['ahead', 5 * hourMs],
  ['behind', -5 * hourMs],
] as const)
  describe(`a device whose clock is five hours ${name}`, () => {
    test('shows what is alive, hides what sleeps, and counts as the hub does', async () => {
      const [alive, sleeping] = [await expiring(hourMs), await expiring(3 * hourMs)];
      await using client = openClient(hub, { clock: new HubClock(offBy(ms)) });
      await isLive(client);
      const shows = (id: string) => client.feed.items.some((item) => item.id === id);
      assert.deepEqual([shows(alive), shows(sleeping)], [true, true]);
      assert.ok(Math.abs(client.feed.now() - systemClock.now()) < hourMs);
      client.feed.snooze(sleeping, new Date(client.feed.now() + hourMs));
      await until(() => client.feed.status.pending === 0, 'the snooze at the hub');
      assert.deepEqual([shows(alive), shows(sleeping)], [true, false]);
    });

    test('opens its copy offline by what the hub said last', async () => {
      const storage = openMemoryStorage();
      const alive = await expiring(hourMs);
      {
        await using client = openClient(hub, { clock: new HubClock(offBy(ms)), storage, account: 'alice' });
        await isLive(client);
      }
      const client = openClient(hub, { clock: new HubClock(offBy(ms)), storage, account: 'alice' });
      client.network.switch(false);
      await client.feed.ready;
      assert.ok(client.feed.items.some(({ id }) => id === alive));
      assert.ok(Math.abs(client.feed.now() - systemClock.now()) < hourMs);
      await client.hub.close();
    });

    test('gets pushes for what is alive, and snoozes for an hour', async () => {
      const id = await expiring(2 * hourMs);
      const worker = openWorkerScope({ keys: webPushKeys });
      const token = async () => hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
      serveNotifications(worker.scope, { baseUrl: hub.baseUrl, token, clock: new HubClock(offBy(ms)) });
      await worker.dispatch('push', { data: { text: () => JSON.stringify(tapPush(id)) } });
      const [notification] = await worker.scope.registration.getNotifications();
      assert.equal(notification?.tag, id);
      await worker.dispatch('notificationclick', { notification, action: 'carillon-snooze' });
      const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, { token: await token() });
      const left = Date.parse(json.snoozeUntilDateTime) - systemClock.now();
      assert.ok(left > 0 && left < 2 * hourMs, `${left} ms`);
      const { offsetMs } = await store.read();
      assert.ok(Math.abs(offsetMs + ms) < hourMs, `the next worker begins with ${offsetMs} ms`);
    });
  });

test('a clock that is a second off is left alone, as an answer may be under way that long', () => {
  const clock = new HubClock({ ...systemClock, now: () => Date.parse('2026-11-30T12:00:00.900Z') });
  for (const date of [null, 'nonsense', 'Mon, 30 Nov 2026 12:00:00 GMT', 'Mon, 30 Nov 2026 11:59:59 GMT']) {
    clock.correct(date);
    assert.equal(clock.offsetMs, 0);
  }
  clock.correct('Mon, 30 Nov 2026 17:00:00 GMT');
  assert.equal(new Date(clock.now()).toISOString(), '2026-11-30T17:00:00.000Z');
});
