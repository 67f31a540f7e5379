// Push on and off in real Chromium against a real hub: its real refusal, and a stubbed success.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { startChromium, type TestChromium } from '@carillon/testing/machine/chromium.ts';
import type { PushControls } from './pages/push.ts';
import { openPushPage, type PushPage } from './support/push-page.ts';
import { serveSite, type TestSite } from './support/site.ts';

declare const push: PushControls;

describe('push in a browser', () => {
  let hub: TestHub;
  let site: TestSite;
  let chromium: TestChromium;
  let token: string;
  before(async () => {
    hub = await startHub({ settings: { 'allow-private-push': true } });
    token = hub.token({ user: 'alice' });
    site = await serveSite(join(import.meta.dirname, 'pages'));
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await hub?.close();
  });

  const open = async (isGranted: boolean): Promise<PushPage> => {
    const profile = await chromium.openProfile(isGranted ? { notificationsFor: site.origin } : {});
    return openPushPage({ profile, site, hubUrl: hub.baseUrl, token, path: '/push.html' });
  };
  const turnOn = async (device: PushPage, endpoint: string) => {
    await device.page.evaluate(([at, keys]) => push.stubSubscription(at, keys), [
      endpoint,
      webPushKeys,
    ] as const);
    return device.page.evaluate(() => push.enable());
  };
  const subscriptions = async () =>
    (await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token })).json.value;
  const send = async (title: string) => {
    const body = post({ payload: { visualContent: { title } } });
    return (await hub.request('POST', '/v1.0/me/notifications', { token, body })).json.id as string;
  };
  const deliveries = async (id: string) => {
    const own = hub.token({ app: 'app-a', user: 'alice' });
    return (await hub.request('GET', `/v1.0/me/notifications/${id}/deliveries`, { token: own })).json.value;
  };

  test('says why it can not be had where a page is no secure context', async () => {
    const profile = await chromium.openProfile();
    const page = await profile.newPage();
    const insecure = site.origin.replace('localhost', 'site.test');
    await page.route(`${insecure}/**`, async (route) => {
      const response = await route.fetch({ url: route.request().url().replace(insecure, site.origin) });
      await route.fulfill({ response });
    });
    await page.goto(`${insecure}/push.html`);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    const { state, reason } = await page.evaluate(() => push.enableWithoutWorker());
    assert.equal(state, 'needsSecureContext');
    assert.match(reason, /HTTPS/);
  });

  test('says that it was not asked yet, and that permission is blocked when it is', async () => {
    const device = await open(false);
    const { state } = await device.page.evaluate(() => push.state());
    assert.ok(state === 'notAsked' || state === 'denied', state);
    const refused = await device.page.evaluate(() => push.enable());
    assert.ok(refused.state === 'denied' || refused.state === 'notAsked', refused.state);
    assert.deepEqual(await subscriptions(), []);
  });

  test('tells what the browser said when its push service does not take it', async () => {
    const device = await open(true);
    assert.equal((await device.page.evaluate(() => push.state())).state, 'off');
    const { state, reason, detail } = await device.page.evaluate(() => push.enable());
    assert.equal(state, 'pushServiceFailed');
    assert.match(reason, /push service/);
    assert.match(detail ?? '', /^AbortError: Registration failed/);
    assert.equal((await device.page.evaluate(() => push.state())).state, 'off');
  });

  test('registers this browser, again under the same id, and ends it', async () => {
    const device = await open(true);
    const on = await turnOn(device, 'https://127.0.0.1:9/one');
    assert.equal(on.state, 'on', on.detail ?? '');
    const [registered] = await subscriptions();
    assert.equal(registered.id, on.subscriptionId);
    assert.deepEqual(registered.channel, {
      type: 'webPush',
      endpoint: 'https://127.0.0.1:9/one',
      keys: webPushKeys,
    });
    assert.equal((await device.page.evaluate(() => push.enable())).subscriptionId, on.subscriptionId);
    assert.equal((await device.page.evaluate(() => push.state())).state, 'on');
    assert.equal((await device.page.evaluate(() => push.disable())).state, 'off');
    assert.deepEqual(await subscriptions(), []);
  });

  test('is off once the hub has ended the subscription, and on while the hub can not be asked', async () => {
    const device = await open(true);
    const { subscriptionId } = await turnOn(device, 'https://127.0.0.1:9/ended');
    const state = async () => (await device.page.evaluate(() => push.stateAtHub())).state;
    assert.equal(await state(), 'on');
    await device.page.context().setOffline(true);
    assert.equal(await state(), 'on');
    await device.page.context().setOffline(false);
    const path = `/v1.0/me/notificationSubscriptions/${subscriptionId}`;
    const { status } = await hub.request('PATCH', path, { token, body: { channel: null } });
    assert.equal(status, 200);
    assert.equal(await state(), 'off', 'a push service that says gone leaves the device without a channel');
    await hub.request('DELETE', path, { token });
    assert.equal(await state(), 'off');
    assert.equal((await device.page.evaluate(() => push.enable())).state, 'on');
    assert.equal(await state(), 'on');
    await device.page.evaluate(() => push.disable());
  });

  test('is on for as long as the lease by the hub’s clock, where the device’s is two hours off', async () => {
    const device = await open(true);
    await turnOn(device, 'https://127.0.0.1:9/lease');
    const stateWith = async (leaseLeftHours: number, offsetHours: number) => {
      await device.page.evaluate(
        async ([leftMs, offsetMs]) => {
          const settled = <T>(request: IDBRequest<T>): Promise<T> =>
            new Promise((resolve, reject) => {
              request.onsuccess = () => resolve(request.result);
              request.onerror = () => reject(request.error);
            });
          const database = await settled(indexedDB.open('carillon-push'));
          const store = database.transaction('kept', 'readwrite').objectStore('kept');
          const record = await settled(store.get('record'));
          const registration = { ...record.registration, leaseUntil: Date.now() + leftMs };
          await settled(store.put({ ...record, registration, offsetMs }, 'record'));
          database.close();
        },
        [leaseLeftHours * 3_600_000, offsetHours * 3_600_000] as const,
      );
      return (await device.page.evaluate(() => push.state())).state;
    };
    assert.equal(await stateWith(1, 2), 'off', 'the device is behind, and the lease is over');
    assert.equal(await stateWith(-1, -2), 'on', 'the device is ahead, and the lease goes on');
    await device.page.evaluate(() => push.disable());
  });

  test('waits for a worker that is being installed', async () => {
    const device = await open(true);
    const { wasActive, state, detail } = await device.page.evaluate(
      ([at, keys]) => push.enableWhileInstalling(at, keys),
      ['https://127.0.0.1:9/installing', webPushKeys] as const,
    );
    assert.deepEqual([wasActive, state, detail], [false, 'on', null]);
    await device.page.evaluate(() => push.disable());
  });

  test('tells the hub what was shown and acted upon, for the content that was seen', async () => {
    const device = await open(true);
    assert.equal((await turnOn(device, 'https://127.0.0.1:9/two')).state, 'on');
    const id = await send('Evidence');
    await device.push({ v: 1, kind: 'tap', notificationId: id, unreadCount: 1 });
    await device.shows('Evidence');
    await until(async () => (await deliveries(id))[0]?.shownDateTime, 'the receipt of showing');
    await device.click(id);
    await until(async () => (await deliveries(id))[0]?.actedDateTime, 'the receipt of the click');
    await device.page.evaluate(() => push.disable());
  });

  test('leaves nothing of a user who signed out, and shows no words of a late push', async () => {
    const device = await open(true);
    await turnOn(device, 'https://127.0.0.1:9/three');
    const id = await send('Private');
    await device.push({ v: 1, kind: 'visual', notificationId: id, title: 'Private', unreadCount: 1 });
    await device.shows('Private');
    await device.page.evaluate(() => push.disable());
    await device.page.evaluate(() => push.forget());
    await device.shows();
    await device.page.goto('about:blank');
    await device.push({
      v: 1,
      kind: 'visual',
      notificationId: 'late',
      title: 'Also private',
      unreadCount: 1,
    });
    await device.shows('Sign in to see your notifications');
    const record = await device.worker.evaluate(async () => {
      const databases = await indexedDB.databases();
      return databases.map(({ name }) => name);
    });
    assert.deepEqual(record, ['carillon-push']);
  });
});
