// The worker's events that no test can bring about in a browser without a vendor's push service, against a real hub: a push
// subscription that changes, the number on the app's icon, and users who take turns with tokens that say nothing of them.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, subscribe, type TestHub, type TestUser } from '@carillon/testing/hub/hub.ts';
import { type ServeOptions, serveNotifications } from '../src/service-worker/index.ts';
import { emptyRecord, enqueue } from '../src/web-push/push-record.ts';
import { openPushStore } from '../src/web-push/push-store.ts';
import { tapPush, visualPush } from './support/push-tests.ts';
import { openWorkerScope, type WorkerScope, type WorkerScopeOptions } from './support/worker-scope.ts';

const store = openPushStore();
let hub: TestHub;
before(async () => {
  hub = await startHub({ settings: { 'allow-private-push': true } });
});
after(async () => {
  await store.close();
  await hub?.close();
});
afterEach(() => store.change(() => emptyRecord));

function openWorker(options: Partial<ServeOptions> = {}, how: Partial<WorkerScopeOptions> = {}): WorkerScope {
  const worker = openWorkerScope({ keys: webPushKeys, ...how });
  const token = async () => hub.token({ user: 'alice' });
  serveNotifications(worker.scope, { baseUrl: hub.baseUrl, token, ...options });
  return worker;
}

const push = (content: object) => ({ data: { text: () => JSON.stringify(content) } });

async function send(title: string, user: TestUser = 'alice', more: object = {}): Promise<string> {
  const body = post({ payload: { visualContent: { title } }, ...more });
  const { json } = await hub.request('POST', '/v1.0/me/notifications', { token: hub.token({ user }), body });
  return json.id;
}

describe('a push subscription that the browser changed', () => {
  const place = {
    targetHostName: 'a.example',
    installationId: 'this browser',
    platformType: 'webPush',
  } as const;
  let subscriptionId: string;
  beforeEach(async () => {
    const channel = { type: 'webPush', endpoint: 'https://127.0.0.1:9/old', keys: webPushKeys };
    subscriptionId = await subscribe(hub, { ...place, channel });
    const leaseUntil = Date.now() + 30 * 86_400_000;
    const registration = { subscriptionId, leaseUntil, post: { ...place, displayName: 'Chromium' } };
    await store.change((record) => ({ ...record, registration }));
  });
  const leaseEnds = (leaseUntil: number) =>
    store.change((record) => ({
      ...record,
      registration: record.registration && { ...record.registration, leaseUntil },
    }));
  const addresses = async () => {
    const token = hub.token({ user: 'alice' });
    const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
    return json.value.map(({ id, channel }: { id: string; channel: { endpoint: string } }) => [
      id,
      channel.endpoint,
    ]);
  };

  test('is the one that the hub knows from then on, under the same id', async () => {
    const worker = openWorker();
    worker.endpoint = 'https://127.0.0.1:9/new';
    await worker.dispatch('pushsubscriptionchange');
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/new']]);
    const { renew, registration } = await store.read();
    assert.deepEqual([renew, registration?.subscriptionId], [false, subscriptionId]);
    assert.deepEqual(worker.subscribedWith, []);
  });

  test('leaves the device the name that the user gave it meanwhile', async () => {
    const token = hub.token({ user: 'alice' });
    const path = `/v1.0/me/notificationSubscriptions/${subscriptionId}`;
    await hub.request('PATCH', path, { token, body: { displayName: 'The one on my desk' } });
    const worker = openWorker();
    worker.endpoint = 'https://127.0.0.1:9/named';
    await worker.dispatch('pushsubscriptionchange');
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/named']]);
    const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
    assert.equal(json.value[0].displayName, 'The one on my desk');
  });

  test('whose lease has ended is registered again', async () => {
    const path = `/v1.0/me/notificationSubscriptions/${subscriptionId}`;
    await hub.request('DELETE', path, { token: hub.token({ user: 'alice' }) });
    await leaseEnds(Date.now() - 1);
    const worker = openWorker();
    worker.endpoint = 'https://127.0.0.1:9/again';
    await worker.dispatch('pushsubscriptionchange');
    const { registration } = await store.read();
    assert.deepEqual(await addresses(), [[registration?.subscriptionId, 'https://127.0.0.1:9/again']]);
  });

  test('of a device that the user removed elsewhere stays unknown, and what is done on it still counts', async () => {
    const worker = openWorker();
    worker.endpoint = 'https://127.0.0.1:9/removed';
    const id = await send('Removed');
    await worker.dispatch('push', push(tapPush(id)));
    const path = `/v1.0/me/notificationSubscriptions/${subscriptionId}`;
    const token = hub.token({ user: 'alice' });
    await hub.request('DELETE', path, { token });
    const [notification] = await worker.scope.registration.getNotifications();
    notification?.close();
    await worker.dispatch('notificationclose', { notification });
    const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, { token });
    assert.equal(json.userActionState, 'dismissed');
    await worker.dispatch('pushsubscriptionchange');
    assert.deepEqual(await addresses(), []);
    assert.equal((await store.read()).registration, null);
  });

  test('and did not make anew is made with the key of the hub', async () => {
    const worker = openWorker();
    await worker.dispatch('pushsubscriptionchange');
    const { json } = await hub.request('GET', '/v1.0/notificationKeys', {
      token: hub.token({ user: 'alice' }),
    });
    assert.deepEqual(worker.subscribedWith, [json.vapidPublicKey]);
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/anew']]);
  });

  test('offline is told as soon as there is a network, with nothing else to tell', async () => {
    const worker = openWorker();
    worker.endpoint = 'https://127.0.0.1:9/late';
    worker.network.switch(false);
    await worker.dispatch('pushsubscriptionchange');
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/old']]);
    assert.deepEqual(worker.syncs, ['carillon'], 'no push arrives any more that would wake the worker');
    worker.network.switch(true);
    await worker.dispatch('sync', { tag: 'carillon' });
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/late']]);
  });

  test('is renewed in time before the lease of the hub ends, and not earlier', async () => {
    const worker = openWorker();
    worker.endpoint = 'https://127.0.0.1:9/leased';
    await worker.dispatch('push', push(tapPush(await send('Early'))));
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/old']]);
    await leaseEnds(Date.now() + 86_400_000);
    await worker.dispatch('push', push(tapPush(await send('Late'))));
    assert.deepEqual(await addresses(), [[subscriptionId, 'https://127.0.0.1:9/leased']]);
    const { registration } = await store.read();
    assert.ok((registration?.leaseUntil ?? 0) > Date.now() + 15 * 86_400_000);
  });
});

describe("the number on the app's icon", () => {
  // Bob's, of whom no other test of this file sends anything.
  const token = async () => hub.token({ user: 'bob' });
  const markAllRead = async (...ids: readonly string[]) => {
    for (const id of ids)
      await hub.request('PATCH', `/v1.0/me/notifications/${id}`, {
        token: await token(),
        body: { readState: 'read' },
      });
  };

  test("is the push's at once, then the hub's, one less after a click, and gone with the last", async () => {
    const worker = openWorker({ token });
    const [one, two] = [await send('One', 'bob'), await send('Two', 'bob')];
    await worker.dispatch('push', push(visualPush(two, 'Two', { unreadCount: 7 })));
    assert.deepEqual(worker.badges.splice(0), [7, 2]);
    const [notification] = await worker.scope.registration.getNotifications();
    assert.ok(notification);
    await worker.dispatch('notificationclick', { notification, action: '' });
    assert.deepEqual(worker.badges.splice(0), [1]);
    await markAllRead(one);
    await worker.dispatch('message', { data: { type: 'carillon-sync' } });
    assert.deepEqual(worker.badges, [0]);
  });

  test('is not missed where browsers have none', async () => {
    const worker = openWorker({ token }, { hasBadges: false });
    const id = await send('Plain', 'bob');
    await worker.dispatch('push', push(tapPush(id)));
    assert.deepEqual(worker.titles(), ['Plain']);
    await markAllRead(id);
  });

  test('goes with the user who signs out', async () => {
    const worker = openWorker({ token });
    const id = await send('Last', 'bob');
    await worker.dispatch('push', push(tapPush(id)));
    await worker.dispatch('message', { data: { type: 'carillon-signed-out' } });
    assert.deepEqual([worker.badges.at(-1), worker.titles()], [0, []]);
    await markAllRead(id);
  });
});

describe('what waits for the hub', () => {
  const closeAll = async (worker: WorkerScope): Promise<void> => {
    for (const notification of await worker.scope.registration.getNotifications()) {
      notification.close();
      await worker.dispatch('notificationclose', { notification });
    }
  };
  const writes = (worker: WorkerScope) =>
    worker.network.requests.filter((each) => /^PATCH|updateState|receipts/.test(each));
  const stateOf = async (id: string) => {
    const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, {
      token: hub.token({ user: 'alice' }),
    });
    return [json.readState, json.userActionState, json.contentVersion];
  };

  test('goes together where the state is the same, each for the content that was seen', async () => {
    const worker = openWorker();
    const replace = (title: string) => send(title, 'alice', { appNotificationId: 'lunch' });
    const ids = [await send('One'), await replace('Lunch is ready'), await send('Three')];
    for (const id of ids) await worker.dispatch('push', push(tapPush(id)));
    worker.network.switch(false);
    await closeAll(worker);
    await replace('Lunch is burning');
    worker.network.switch(true);
    await worker.dispatch('message', { data: { type: 'carillon-sync' } });
    assert.deepEqual(writes(worker), ['POST notifications/updateState']);
    assert.deepEqual(await Promise.all(ids.map(stateOf)), [
      ['read', 'dismissed', 1],
      ['unread', 'noInteraction', 2],
      ['read', 'dismissed', 1],
    ]);
    assert.deepEqual((await store.read()).outbox, []);
  });

  test('keeps the order of what was done to one notification', async () => {
    const worker = openWorker();
    const ids = [await send('One'), await send('Two')];
    const states = [
      [ids[0], { readState: 'read' }],
      [ids[0], { userActionState: 'dismissed' }],
      [ids[1], { userActionState: 'dismissed' }],
      [ids[0], { readState: 'read' }],
      [ids[1], { readState: 'unread' }],
      [ids[0], { readState: 'unread' }],
    ] as const;
    await store.change((record) =>
      enqueue(record, ...states.map(([id = '', patch]) => ({ kind: 'state' as const, id, patch }))),
    );
    await worker.dispatch('message', { data: { type: 'carillon-sync' } });
    assert.deepEqual(await Promise.all(ids.map(stateOf)), [
      ['unread', 'noInteraction', 1],
      ['unread', 'noInteraction', 1],
    ]);
    assert.deepEqual((await store.read()).outbox, []);
  });

  test('goes one by one to a hub that refuses it together', async () => {
    const worker = openWorker();
    const ids = [await send('One'), await send('Two')];
    worker.scope.fetch = async (input, init) =>
      String(input).endsWith('/updateState')
        ? Response.json(
            { error: { code: 'invalidRequest', message: 'no', target: 'changes' } },
            { status: 400 },
          )
        : worker.network.fetch(input, init);
    const patch = { userActionState: 'dismissed' } as const;
    await store.change((record) =>
      enqueue(record, ...ids.map((id) => ({ kind: 'state' as const, id, patch }))),
    );
    await worker.dispatch('message', { data: { type: 'carillon-sync' } });
    assert.deepEqual(writes(worker).length, 2);
    assert.deepEqual((await store.read()).outbox, []);
    for (const id of ids) assert.deepEqual(await stateOf(id), ['read', 'dismissed', 1]);
  });
});

describe('whose notifications a worker shows, by the `account` of the app', () => {
  test("nobody's: what is shown goes, and a push is shown without its words", async () => {
    let account: string | null = 'alice';
    const worker = openWorker({ account: async () => account });
    const id = await send('Of Alice');
    await worker.dispatch('push', push(visualPush(id, 'Of Alice')));
    assert.deepEqual(worker.titles(), ['Of Alice']);
    account = null;
    await worker.dispatch('push', push(visualPush('late', 'Also of Alice')));
    assert.deepEqual(worker.titles(), ['Sign in to see your notifications']);
    const { remembered, cursor, signedOut } = await store.read();
    assert.deepEqual([remembered, cursor, signedOut], [{}, null, true]);
  });

  test("another's: nothing of the last one stays, and what that one did is not told in the other's name", async () => {
    let user: TestUser = 'alice';
    const worker = openWorker({ account: async () => user, token: async () => hub.token({ user }) });
    const id = await send('For Alice');
    await worker.dispatch('push', push(tapPush(id)));
    worker.network.switch(false);
    const [notification] = await worker.scope.registration.getNotifications();
    notification?.close();
    await worker.dispatch('notificationclose', { notification });
    assert.ok((await store.read()).outbox.length > 0);
    worker.network.switch(true);
    user = 'bob';
    const [own, before] = [await send('For Bob', 'bob'), worker.network.requests.length];
    await worker.dispatch('push', push(tapPush(own)));
    assert.deepEqual(worker.titles(), ['For Bob']);
    assert.deepEqual((await store.read()).outbox, []);
    assert.ok(!worker.network.requests.slice(before).some((each) => each.startsWith('PATCH')));
    const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, {
      token: hub.token({ user: 'alice' }),
    });
    assert.equal(json.userActionState, 'noInteraction');
  });
});
