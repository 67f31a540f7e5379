// Answers that a service worker stores and sends, against a real hub: with a line of text, by the next page, and what ends otherwise.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { serveNotifications } from '../src/service-worker/index.ts';
import { emptyRecord } from '../src/web-push/push-record.ts';
import { openPushStore } from '../src/web-push/push-store.ts';
import { openWorkerScope, type WorkerScope } from './support/worker-scope.ts';

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

function openWorker(): WorkerScope {
  const worker = openWorkerScope({ keys: webPushKeys });
  serveNotifications(worker.scope, { baseUrl: hub.baseUrl, token: async () => hub.token({ user: 'alice' }) });
  return worker;
}

const token = () => hub.token({ user: 'alice' });
const path = '/v1.0/me/notifications';

async function ask(appNotificationId: string): Promise<string> {
  const actions = [
    { id: 'approve', title: 'Approve' },
    { id: 'reject', title: 'Reject', input: { placeholder: 'Why?' } },
  ];
  const body = post({ appNotificationId, payload: { visualContent: { title: 'Deploy?', actions } } });
  return (await hub.request('POST', path, { token: token(), body })).json.id;
}

const read = async (id: string) => (await hub.request('GET', `${path}/${id}`, { token: token() })).json;

/** Shows it, from the hub, and presses. */
async function press(
  worker: WorkerScope,
  id: string,
  action: string,
  reply: string | null = null,
): Promise<void> {
  const data = { text: () => JSON.stringify({ v: 1, kind: 'tap', notificationId: id, unreadCount: 1 }) };
  await worker.dispatch('push', { data });
  const shown = await worker.scope.registration.getNotifications();
  const notification = shown.find(({ tag }) => tag === id);
  assert.ok(notification, 'it is shown');
  await worker.dispatch('notificationclick', { notification, action, reply });
}

test('a line of text that the platform asks for goes with the answer', async () => {
  const worker = openWorker();
  const id = await ask('text');
  await press(worker, id, 'reject', 'No tests');
  const { response } = await read(id);
  assert.deepEqual([response.actionId, response.text], ['reject', 'No tests']);
});

test('an answer that is given offline is sent when the next page has a connection', async () => {
  const worker = openWorker();
  const id = await ask('offline');
  const data = { text: () => JSON.stringify({ v: 1, kind: 'tap', notificationId: id, unreadCount: 1 }) };
  await worker.dispatch('push', { data });
  const notification = (await worker.scope.registration.getNotifications()).find(({ tag }) => tag === id);
  worker.network.switch(false);
  await worker.dispatch('notificationclick', { notification, action: 'approve' });
  assert.deepEqual([(await read(id)).response, worker.syncs], [null, ['carillon']]);
  worker.network.switch(true);
  await worker.dispatch('message', { data: { type: 'carillon-settle' } });
  assert.equal((await read(id)).response.actionId, 'approve');
  assert.deepEqual((await store.read()).outbox, []);
});

test('an answer to what was replaced meanwhile does not count, and the person is told that it asks anew', async () => {
  const worker = openWorker();
  const id = await ask('replaced');
  const data = { text: () => JSON.stringify({ v: 1, kind: 'tap', notificationId: id, unreadCount: 1 }) };
  await worker.dispatch('push', { data });
  const notification = (await worker.scope.registration.getNotifications()).find(({ tag }) => tag === id);
  worker.network.switch(false);
  await worker.dispatch('notificationclick', { notification, action: 'approve' });
  const actions = [{ id: 'approve', title: 'Approve' }];
  const body = post({
    appNotificationId: 'replaced',
    payload: { visualContent: { title: 'Deploy 2?', actions } },
  });
  await hub.request('POST', path, { token: token(), body });
  worker.network.switch(true);
  await worker.dispatch('message', { data: { type: 'carillon-settle' } });
  assert.equal((await read(id)).response, null);
  const tags = (await worker.scope.registration.getNotifications()).map(({ tag }) => tag);
  assert.ok(tags.includes(`carillon-late ${id}`), tags.join());
});
