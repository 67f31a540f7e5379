// The client as it was published before notifications could be answered, against the hub of today: it shows what it had members
// for, ignores what it has none for, and settles and is settled as ever.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { openRawPush, type RawPush, readWebPush, webPushChannel } from '@carillon/testing/feed/raw-push.ts';
import { startHub, subscribe, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Feed, Transport } from '../src/feed/feed.ts';
import { type ClientOptions, isLive, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';
import { loadOldClient } from './support/old-client.ts';
import { type PushTests, startPushTests } from './support/push-tests.ts';

const { connectHub: connect, compat } = loadOldClient();

const visual = {
  ...{ title: 'Deploy?', body: 'All checks have passed.', url: 'https://build.example/7' },
  ...{ iconUrl: 'https://build.example/icon.png', imageUrl: 'https://build.example/7.png' },
  actions: [
    { id: 'approve', title: 'Approve' },
    { id: 'reject', title: 'Reject', destructive: true, input: { placeholder: 'Why?' } },
    { id: 'log', title: 'Log', url: 'https://build.example/7/log' },
  ],
  ...{ sound: 'chime', category: 'deploys', interruptionLevel: 'timeSensitive', lang: 'en', dir: 'ltr' },
  progress: { value: 1, max: 3, label: 'Stages' },
};
const asking = { payload: { visualContent: visual } };

const shownBy = (feed: Feed, id: string) => feed.items.find((item) => item.id === id);
const stateOf = (item: Notification | undefined) =>
  item && [item.readState, item.userActionState, item.contentVersion].join(' ');

describe('a client from before questions', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startHub({ settings: { 'allow-private-push': true } });
  });
  after(() => hub?.close());

  const token = () => hub.token({ user: 'alice' });
  const openOld = (options: ClientOptions = {}) => openClient(hub, { connect, ...options });
  const ask = (method: string, path: string, body?: object) =>
    hub.request(method, `/v1.0/me/notifications/${path}`, {
      token: token(),
      ...(body === undefined ? {} : { body }),
    });
  const stored = async (id: string): Promise<Notification> => (await ask('GET', id)).json;

  for (const transport of ['webSocket', 'sse', 'polling'] satisfies Transport[]) {
    test(`lists, receives and settles what it has no members for, over ${transport}`, async () => {
      const listed = await postTo(hub, { ...asking, appNotificationId: `deploy-${transport}` });
      await using old = openOld({ transports: [transport], pollSeconds: 0.01 });
      await using today = openClient(hub);
      await Promise.all([isLive(old), isLive(today)]);
      const { title, body } = shownBy(old.feed, listed)?.payload.visualContent ?? {};
      assert.deepEqual([title, body], [visual.title, visual.body]);
      const received = await postTo(hub, asking);
      await until(() => stateOf(shownBy(old.feed, received)) === 'unread noInteraction 1');
      const further = { visualContent: { ...visual, progress: { value: 2, max: 3 } } };
      await postTo(hub, { payload: further, appNotificationId: `deploy-${transport}` });
      await until(() => stateOf(shownBy(old.feed, listed)) === 'unread noInteraction 2');
      old.feed.activate(listed);
      old.feed.dismiss(received);
      await until(
        () => today.feed.all.find(({ id }) => id === received)?.userActionState === 'dismissed',
        'the dismissal',
      );
      await until(() => stateOf(shownBy(today.feed, listed)) === 'read activated 2');
      assert.deepEqual([(await stored(received)).response, old.feed.status.pending], [null, 0]);
      await until(() => old.feed.unreadCount === today.feed.unreadCount, 'one count');
    });
  }

  test('has a question that another device answered as handled, and its own dismissal from a tunnel keeps the answer', async () => {
    const [one, other] = [await postTo(hub, asking), await postTo(hub, asking)];
    await using old = openOld();
    await using today = openClient(hub);
    await until(() => shownBy(old.feed, other) && shownBy(today.feed, other));
    today.feed.respond(one, 'approve');
    await until(() => stateOf(shownBy(old.feed, one)) === 'read activated 1', 'the answer');
    old.network.switch(false);
    old.feed.dismiss(other);
    today.feed.respond(other, 'reject', { text: 'No tests' });
    await until(() => today.feed.status.pending === 0);
    old.network.switch(true);
    await until(() => old.feed.status.phase === 'live' && old.feed.status.pending === 0);
    const { userActionState, response } = await stored(other);
    assert.deepEqual(
      [userActionState, response?.actionId, response?.text],
      ['dismissed', 'reject', 'No tests'],
    );
  });

  test('has a question whose deadline has answered as dismissed', async () => {
    const clock = new ManualClock();
    await using later = await startHub({ clock });
    await using old = openClient(later, { connect });
    const respondByDateTime = new Date(clock.now() + 60_000).toISOString();
    const id = await postTo(later, { ...asking, responsePolicy: { respondByDateTime } });
    await until(() => shownBy(old.feed, id));
    await until(() => {
      clock.advance(1000);
      return shownBy(old.feed, id) === undefined && old.feed.unreadCount === 0;
    }, 'the deadline');
  });

  test('leaves a stored copy that the client of today opens, and opens that of today', async () => {
    const id = await postTo(hub, asking);
    const storage = openMemoryStorage();
    {
      await using old = openOld({ storage });
      await until(() => shownBy(old.feed, id));
      old.network.switch(false);
      old.feed.markRead(id);
    }
    const answered = await postTo(hub, asking);
    {
      await using today = openClient(hub, { storage });
      await until(() => stateOf(shownBy(today.feed, id)) === 'read noInteraction 1');
      await until(() => shownBy(today.feed, answered) && today.feed.status.pending === 0);
      assert.equal((await stored(id)).readState, 'read');
      today.feed.respond(answered, 'approve');
      await until(() => today.feed.status.pending === 0);
    }
    await using old = openOld({ storage });
    await until(() => stateOf(shownBy(old.feed, answered)) === 'read activated 1');
    await isLive(old);
  });

  test('registers, renews and sends receipts', async () => {
    await using old = openOld();
    const { id } = await old.hub.subscribe({
      ...{ targetHostName: 'a.example', installationId: 'old', platformType: 'webPush', channel: null },
    });
    old.hub.useDevice(id);
    const renewed = await old.hub.updateSubscription(id, { displayName: 'Old phone' });
    assert.equal(renewed.displayName, 'Old phone');
    assert.ok((await old.hub.subscriptions()).some((each) => each.id === id));
    assert.ok((await old.hub.vapidPublicKey()).length > 80);
    const asked = await postTo(hub, asking);
    await old.hub.receipts([
      { id: asked, subscriptionId: id, kind: 'shown', dateTime: new Date().toISOString(), contentVersion: 1 },
    ]);
    const row = async () => {
      const { json } = await ask('GET', `${asked}/deliveries`);
      return json.value.find((each: { subscriptionId: string }) => each.subscriptionId === id);
    };
    assert.equal((await row())?.shownDateTime === null, false);
  });

  test("has Microsoft's surface of that time read lists and pushes", async () => {
    await using service = await openRawPush();
    const channel = webPushChannel(service.url, 'compat');
    await subscribe(hub, { installationId: 'compat', platformType: 'webPush', channel });
    const api = new compat.UserNotificationApiImpl(token(), { baseUrl: hub.baseUrl });
    const id = await postTo(hub, asking);
    const { status, userNotifications } = await api.getAllNotificationsAsync();
    assert.equal(status, compat.UserNotificationApiResultStatus.Succeeded);
    const found = userNotifications.find((each) => each.id === id);
    assert.deepEqual(
      [found?.payload.title, found?.payload.body, found?.readState],
      [visual.title, visual.body, false],
    );
    const push = await nextPush(service, '/compat', id);
    const processed = await api.processPushNotificationAsync(push);
    assert.equal(processed.isUserNotificationPush, true);
    assert.ok(processed.userNotifications.some((each) => each.id === id));
  });
});

/** Others may come before it. */
async function nextPush(service: RawPush, path: string, id: string): Promise<string> {
  for (;;) {
    const push = readWebPush((await service.next(path)).body);
    if (JSON.parse(push).notification?.tag === id) return push;
  }
}

describe('a worker from before declarative pushes, in Chromium', () => {
  let tests: PushTests;
  before(async () => {
    tests = await startPushTests();
  });
  after(() => tests?.[Symbol.asyncDispose]());

  test('shows a question that a push of today brings, and closes it once it is answered elsewhere', async () => {
    const { hub, token } = tests;
    await using service = await openRawPush();
    const channel = webPushChannel(service.url, 'old');
    await subscribe(hub, { installationId: 'old', platformType: 'webPush', channel });
    const device = await tests.open({ worker: '/old-worker.js' });
    const push = async (id: string) => device.push(JSON.parse(await nextPush(service, '/old', id)));
    const id = await tests.send('', asking);
    await push(id);
    await device.shows(visual.title);
    assert.equal((await device.shown())[0]?.body, visual.body);
    const answer = await hub.request('POST', `/v1.0/me/notifications/${id}/respond`, {
      ...{ token, body: { actionId: 'approve' } },
    });
    assert.equal(answer.status, 200, answer.text);
    await push(await tests.send('Done'));
    await device.shows('Done');
  });
});
