// WebKit's rules for a push, played over the worker's events against a real hub: each push shows something, a third one
// without a showing ends the subscription, and what was just shown stays.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, subscribe, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { type ServeOptions, serveNotifications } from '../src/service-worker/index.ts';
import { emptyRecord } from '../src/web-push/push-record.ts';
import { openPushStore } from '../src/web-push/push-store.ts';
import { tapPush, visualPush } from './support/push-tests.ts';
import { openWorkerScope, type WorkerScope } from './support/worker-scope.ts';

const store = openPushStore();
const feed = '/v1.0/me/notifications';
const upToDate = 'Your notifications are up to date';
const unreadable = 'You may have new notifications';
let hub: TestHub;
before(async () => {
  hub = await startHub({ settings: { 'allow-private-push': true } });
});
after(async () => {
  await store.close();
  await hub?.close();
});
beforeEach(async () => {
  const place = { targetHostName: 'a.example', installationId: 'Safari', platformType: 'webPush' } as const;
  const channel = { type: 'webPush', endpoint: 'https://127.0.0.1:9/safari', keys: webPushKeys };
  const subscriptionId = await subscribe(hub, { ...place, channel });
  const leaseUntil = Date.now() + 30 * 86_400_000;
  const registration = { subscriptionId, leaseUntil, post: { ...place, displayName: 'Safari' } };
  await store.change(() => ({ ...emptyRecord, registration }));
});

const token = async () => hub.token({ user: 'alice' });
const push = (content: object) => ({ data: { text: () => JSON.stringify(content) } });
const declared = (notificationId: string, title: string, more: object = {}) => ({
  ...{ web_push: 8030, mutable: true },
  notification: { title, navigate: `https://a.example/inbox#${notificationId}`, tag: notificationId },
  carillon: { v: 1, kind: 'visual', notificationId, unreadCount: 1, ...more },
});

function openWorker(options: Partial<ServeOptions> = {}, clock = new ManualClock()): WorkerScope {
  const worker = openWorkerScope({ keys: webPushKeys, engine: 'webKit', clock });
  worker.endpoint = 'https://127.0.0.1:9/safari';
  serveNotifications(worker.scope, { baseUrl: hub.baseUrl, token, clock, ...options });
  return worker;
}

async function send(payload: object): Promise<string> {
  const { json } = await hub.request('POST', feed, { token: await token(), body: post({ payload }) });
  return json.id;
}

const handle = async (id: string) =>
  hub.request('PATCH', `${feed}/${id}`, { token: await token(), body: { readState: 'read' } });

describe('in an engine that is not surely Chromium a push shows something', () => {
  test('also three taps in a row for what was read elsewhere', async () => {
    const worker = openWorker();
    for (let count = 0; count < 3; count += 1) {
      const id = await send({ visualContent: { title: 'Read elsewhere' } });
      await handle(id);
      await worker.dispatch('push', push(tapPush(id)));
    }
    assert.deepEqual(worker.everShown, [upToDate, upToDate, upToDate]);
    assert.deepEqual([worker.strikes, worker.endpoint], [0, 'https://127.0.0.1:9/safari']);
  });

  test('also a tap for raw content, with the words that the app has set for it', async () => {
    const worker = openWorker();
    const id = await send({ rawContent: 'for the app' });
    await worker.dispatch('push', push(tapPush(id)));
    await worker.dispatch('push', push(declared(id, 'Something is new', { kind: 'tap' })));
    assert.deepEqual(worker.everShown, [upToDate, 'Something is new']);
    assert.equal(worker.strikes, 0);
  });

  test('also a visual one that comes again: in its place while it is there, and not once it is handled', async () => {
    const clock = new ManualClock();
    const worker = openWorker({}, clock);
    const id = await send({ visualContent: { title: 'Twice', body: 'Twice?' } });
    await worker.dispatch('push', push(visualPush(id, 'Twice')));
    clock.advance(30_000);
    await worker.dispatch('push', push(visualPush(id, 'Twice')));
    assert.deepEqual(worker.titles(), ['Twice'], 'the older one is closed after the newer one shows');
    clock.advance(30_000);
    await handle(id);
    await worker.dispatch('push', push(visualPush(id, 'Twice')));
    await worker.dispatch('push', push(visualPush(id, 'Twice')));
    assert.deepEqual(worker.everShown, ['Twice', 'Twice', 'Twice', upToDate]);
    assert.equal(worker.strikes, 0);
  });

  test('also many at once, that share one exchange with the hub', async () => {
    const worker = openWorker();
    const id = await send({ visualContent: { title: 'One' } });
    await Promise.all([1, 2, 3].map(() => worker.dispatch('push', push(tapPush(id)))));
    assert.equal(worker.everShown.length, 3);
    assert.equal(worker.strikes, 0);
  });

  test('before the hub is asked, whatever fails after it', async () => {
    const worker = openWorker({ token: () => Promise.reject(new Error('nobody')) });
    worker.network.switch(false);
    await worker.dispatch('push', push(declared('n-1', 'With words')));
    assert.deepEqual([worker.titles(), worker.strikes], [['With words'], 0]);
  });

  test('within seconds where the hub, the app or the storage never answers', async () => {
    const never = () => new Promise<never>(() => {});
    for (const options of [{ token: never }, { account: never }]) {
      const clock = new ManualClock();
      const worker = openWorker(options, clock);
      let isOver = false;
      const handled = worker.dispatch('push', push(tapPush('n-2'))).then(() => {
        isOver = true;
      });
      await until(() => {
        clock.advance(1_000);
        return worker.everShown.length > 0;
      }, 'the filler');
      assert.deepEqual(worker.titles(), [unreadable]);
      await until(() => {
        clock.advance(60_000);
        return isOver;
      }, 'the end of the push');
      await handled;
      assert.equal(worker.strikes, 0);
    }
  });
});

describe('where the storage of the worker fails, a push shows its words all the same', () => {
  const real = globalThis.indexedDB;
  afterEach(() => Object.assign(globalThis, { indexedDB: real }));
  const broken = {
    throws: () => {
      throw new DOMException('denied', 'SecurityError');
    },
    'never answers': () => ({}),
  };
  for (const [how, open] of Object.entries(broken))
    test(`where it ${how}`, async () => {
      Object.assign(globalThis, { indexedDB: { open } });
      const clock = new ManualClock();
      const worker = openWorker({}, clock);
      let isOver = false;
      const handled = worker.dispatch('push', push(declared('n-3', 'Words'))).then(() => {
        isOver = true;
      });
      await until(() => {
        clock.advance(500);
        return worker.everShown.length > 0;
      }, 'the words');
      assert.deepEqual(worker.titles(), ['Words']);
      await until(() => {
        clock.advance(60_000);
        return isOver;
      }, 'the end of the push');
      await handled;
      assert.equal(worker.strikes, 0);
    });
});

describe('what an engine keeps for a time', () => {
  test('is closed by a later event', async () => {
    const clock = new ManualClock();
    const worker = openWorker({}, clock);
    const [one, two] = [
      await send({ visualContent: { title: 'One' } }),
      await send({ visualContent: { title: 'Two' } }),
    ];
    await worker.dispatch('push', push(declared(one, 'One')));
    await handle(one);
    await worker.dispatch('push', push(declared(two, 'Two', { close: [one] })));
    assert.deepEqual(worker.titles(), ['One', 'Two']);
    clock.advance(30_000);
    await worker.dispatch('message', { data: { type: 'carillon-sync' } });
    assert.deepEqual(worker.titles(), ['Two']);
  });
});

test('a click opens what the sender named, its action what that names, and no page of the app goes for it', async () => {
  const worker = openWorker();
  const opened: string[] = [];
  Object.assign(worker.scope.clients, { openWindow: async (url: string) => void opened.push(url) });
  const more = {
    navigate: 'https://b.example/menu',
    actions: [{ action: 'go', title: 'Go', navigate: 'app://go' }],
  };
  const { notification, ...rest } = declared('n-4', 'Menu');
  await worker.dispatch('push', push({ ...rest, notification: { ...notification, ...more } }));
  const [shown] = await worker.scope.registration.getNotifications();
  for (const action of ['', 'go'])
    await worker.dispatch('notificationclick', { notification: shown, action });
  assert.deepEqual(opened, ['https://b.example/menu', 'app://go']);
});

test('the worker of the first version would have lost its subscription', async () => {
  const worker = openWorkerScope({ keys: webPushKeys, engine: 'webKit' });
  worker.endpoint = 'https://127.0.0.1:9/safari';
  for (let count = 0; count < 3; count += 1) await worker.dispatch('push', push(tapPush('n')));
  assert.deepEqual([worker.strikes, worker.endpoint], [3, null]);
});
