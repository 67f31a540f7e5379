// Microsoft's web SDK surface against a real hub, used as Microsoft's sample app uses it
// (https://github.com/microsoft/MSGraphNotifications, Javascript/sample-app: register.ts and service-worker.js).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { hosts, post, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import {
  UserNotificationApiImpl,
  UserNotificationApiResultStatus,
  type UserNotificationSubscriptionResult,
  type UserNotificationUpdateResult,
  UserNotificationUserActionState,
} from '../src/compat/index.ts';

/** The sample's own wrapper, in its shape: a state is chosen by its number, an instance gets new tokens. */
class Wrapper {
  readonly #api: UserNotificationApiImpl;
  subscription: UserNotificationSubscriptionResult | null = null;

  constructor(token: string) {
    this.#api = new UserNotificationApiImpl(token);
  }

  async subscribe(
    crossDeviceAppId: string,
    pushSubscription: Pick<PushSubscription, 'toJSON'>,
  ): Promise<void> {
    this.subscription = await this.#api.subscribeToUserNotificationsAsync(
      crossDeviceAppId,
      'webpush sample app',
      pushSubscription,
    );
  }

  async act(notificationId: string, userActionStateNumber: number): Promise<UserNotificationUpdateResult> {
    let userActionState = UserNotificationUserActionState.None;
    if (userActionStateNumber === 1) {
      userActionState = UserNotificationUserActionState.Activated;
    } else if (userActionStateNumber === 2) {
      userActionState = UserNotificationUserActionState.Dismissed;
    } else if (userActionStateNumber === 3) {
      userActionState = UserNotificationUserActionState.Snoozed;
    }
    return this.#api.updateNotificationUserActionStateAsync(notificationId, userActionState);
  }

  get api(): UserNotificationApiImpl {
    return this.#api;
  }
}

const feed = '/v1.0/me/notifications';
const { Succeeded, FailedDueToInvalidAccessToken, FailedDueToNetworkError } = UserNotificationApiResultStatus;

describe("Microsoft's web SDK surface", () => {
  let hub: TestHub;
  let token: string;
  let sample: Wrapper;
  const browser = { toJSON: () => ({ endpoint: 'https://push.example/one', keys: webPushKeys }) };
  before(async () => {
    hub = await startHub({ settings: { 'allow-private-push': true } });
    token = hub.token({ user: 'alice' });
    UserNotificationApiImpl.baseUrl = hub.baseUrl;
    sample = new Wrapper(token);
  });
  after(() => hub?.close());
  const send = async (more: Record<string, unknown> = {}) =>
    (await hub.request('POST', feed, { token, body: post(more) })).json.id as string;
  const read = async (id: string) => (await hub.request('GET', `${feed}/${id}`, { token })).json;

  test('subscribes a browser, with an id that the service posts to', async () => {
    await sample.subscribe(hosts['app-a'], browser);
    const { status, userNotificationSubscriptionId: id, expirationDateTime } = sample.subscription ?? {};
    assert.equal(status, Succeeded);
    assert.ok(expirationDateTime instanceof Date);
    const posted = await hub.request('POST', '/beta/me/notifications/', {
      token: hub.token(),
      headers: { 'X-UNS-ID': id ?? '' },
      body: post(),
    });
    assert.equal(posted.status, 201);
    await sample.subscribe(hosts['app-a'], browser);
    assert.equal(sample.subscription?.userNotificationSubscriptionId, id);
  });

  test('lists the history in its own words', async () => {
    const id = await send({ payload: { rawContent: 'raw', visualContent: { title: 'T', body: 'B' } } });
    const { status, userNotifications } = await sample.api.getAllNotificationsAsync();
    assert.equal(status, Succeeded);
    const found = userNotifications.find((one) => one.id === id);
    assert.deepEqual(found?.payload, { rawContent: 'raw', title: 'T', body: 'B' });
    assert.equal(found?.readState, false);
    assert.equal(found?.userActionState, UserNotificationUserActionState.None);
    assert.equal(found?.lastModifiedDateTime, null);
    assert.ok(found?.creationDateTime instanceof Date);
  });

  test('sets read states and actions, and deletes', async () => {
    const id = await send();
    assert.equal((await sample.api.updateNotificationReadStateAsync(id, true)).status, Succeeded);
    assert.equal((await read(id)).readState, 'read');
    for (const [number, name] of ['noInteraction', 'activated', 'dismissed', 'snoozed'].entries()) {
      assert.equal((await sample.act(id, number)).status, Succeeded);
      assert.equal((await read(id)).userActionState, name);
    }
    assert.equal((await sample.api.deleteNotificationAsync(id)).status, Succeeded);
    assert.equal((await hub.request('GET', `${feed}/${id}`, { token })).status, 404);
    const again = await sample.api.deleteNotificationAsync(id);
    assert.notEqual(again.status, Succeeded);
    assert.ok(again.errorMessage);
  });

  test('reads what a push is about, as a worker does that just woke', async () => {
    const worker = new UserNotificationApiImpl(null);
    worker.oAuthAccessToken = token;
    const id = await send({ payload: { rawContent: 'raw' } });
    const push = (notificationId: string) =>
      JSON.stringify({ v: 1, kind: 'tap', notificationId, unreadCount: 1 });
    const { status, isUserNotificationPush, userNotifications } = await worker.processPushNotificationAsync(
      push(id),
    );
    assert.deepEqual([status, isUserNotificationPush], [Succeeded, true]);
    assert.deepEqual(
      userNotifications.map(({ payload }) => payload.rawContent),
      ['raw'],
    );
    const [next, handled] = [await send(), await send()];
    await hub.request('PATCH', `${feed}/${handled}`, { token, body: { readState: 'read' } });
    const later = await worker.processPushNotificationAsync(push(handled));
    assert.deepEqual(
      later.userNotifications.map((one) => one.id),
      [next],
    );
  });

  test('tells a push of somebody else, a missing token and a missing network apart', async () => {
    const nobody = new UserNotificationApiImpl(null);
    assert.equal((await nobody.processPushNotificationAsync('hello')).isUserNotificationPush, false);
    assert.equal((await nobody.getAllNotificationsAsync()).status, FailedDueToInvalidAccessToken);
    nobody.oAuthAccessToken = 'not a token';
    assert.equal((await nobody.getAllNotificationsAsync()).status, FailedDueToInvalidAccessToken);
    const away = new UserNotificationApiImpl(token, { baseUrl: 'http://127.0.0.1:9' });
    assert.equal((await away.getAllNotificationsAsync()).status, FailedDueToNetworkError);
  });

  test('shows the words of a push where no token was sent to the worker yet, or the hub is away', async () => {
    const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
    assert.equal(json.value[0].notificationType, 'notificationWithPayload');
    const facts = { v: 1, kind: 'visual', notificationId: 'n', unreadCount: 1 };
    const declared = JSON.stringify({
      ...{ web_push: 8030, notification: { title: 'Lunch', navigate: 'https://a.example/', tag: 'n' } },
      carillon: facts,
    });
    const [nobody, away] = [
      new UserNotificationApiImpl(null),
      new UserNotificationApiImpl(token, { baseUrl: 'http://127.0.0.1:9' }),
    ];
    for (const api of [nobody, away])
      for (const text of [declared, JSON.stringify({ ...facts, title: 'Lunch' })]) {
        const { status, userNotifications } = await api.processPushNotificationAsync(text);
        assert.deepEqual([status, userNotifications.length], [Succeeded, 1]);
        assert.deepEqual(userNotifications[0]?.payload, { rawContent: null, title: 'Lunch', body: '' });
      }
    const tap = await nobody.processPushNotificationAsync(JSON.stringify({ ...facts, kind: 'tap' }));
    assert.deepEqual([tap.status, tap.userNotifications], [FailedDueToInvalidAccessToken, []]);
  });

  test('answers an empty body for a title alone, since the sample tests for null', async () => {
    const id = await send({ payload: { visualContent: { title: 'Only a title' } } });
    const { userNotifications } = await sample.api.getAllNotificationsAsync();
    const found = userNotifications.find((one) => one.id === id);
    assert.deepEqual(found?.payload, { rawContent: null, title: 'Only a title', body: '' });
  });

  test('ends the subscription that it made', async () => {
    assert.equal((await sample.api.unsubscribeFromUserNotificationsAsync()).status, Succeeded);
    const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
    assert.deepEqual(json.value, []);
    assert.notEqual((await sample.api.unsubscribeFromUserNotificationsAsync()).status, Succeeded);
  });
});
