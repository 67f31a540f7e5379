// A person's devices of all apps, as the inbox page lists, names and removes them; that an app's own token has its own alone;
// and when each was there last.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { OwnDevice } from '@carillon/protocol';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import {
  allScope,
  hosts,
  startHub,
  subscribe,
  type TestHub,
  until,
  userNames,
} from '@carillon/testing/hub/hub.ts';
import { openBrowser, tokensBySignIn } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock, settings: { 'allow-private-push': true } });
after(hub.close);
const at = '/v1.0/me/notificationDevices';
const inbox = (user: 'alice' | 'bob' = 'alice', of = hub) =>
  of.token({ user, client: 'carillon-inbox', scopes: [allScope] });
const list = async (token = inbox(), of = hub): Promise<readonly OwnDevice[]> =>
  (await of.request('GET', at, { token })).json.value;
const ofName = async (name: string, token = inbox(), of = hub): Promise<OwnDevice | undefined> =>
  (await list(token, of)).find(({ displayName }) => displayName === name);
const placeOf = async (name: string) => `${at}/${(await ofName(name))?.id}`;

suite('the devices of a person', () => {
  test('are those of all apps, each with its app’s name, its push service and its lease', async () => {
    const app = hub.registry.apps.findById('app-b');
    assert.ok(app);
    await hub.registry.apps.put({ ...app, displayName: 'Kitchen' });
    const endpoint = 'https://updates.push.services.mozilla.com/wpush/1';
    const channel = { type: 'webPush', endpoint, keys: webPushKeys };
    await subscribe(hub, { displayName: 'Laptop' });
    // They are listed by when they registered.
    clock.advance(1);
    const unsId = await subscribe(hub, {
      ...{ token: hub.token({ user: 'alice', app: 'app-b' }), targetHostName: hosts['app-b'] },
      ...{ displayName: 'Phone', installationId: 'phone', platformType: 'webPush', channel },
    });
    const [laptop, phone] = await list();
    assert.deepEqual(
      [laptop, phone].map((each) => [each?.displayName, each?.appId, each?.appName, each?.isPushed]),
      [
        ['Laptop', 'app-a', 'app-a', false],
        ['Phone', 'app-b', 'Kitchen', true],
      ],
    );
    assert.equal(phone?.pushService, 'updates.push.services.mozilla.com');
    assert.equal(phone?.lastSeenDateTime, null);
    assert.equal(Date.parse(phone?.expirationDateTime ?? ''), clock.now() + 30 * 86_400_000);
    assert.ok(!JSON.stringify(await list()).includes(unsId.slice(0, 22)), 'no capability of another app');
    clock.advance(31 * 86_400_000);
    assert.deepEqual(await list(), []);
  });

  test('are no business of another user, nor of a token of one app, which has its own as before', async () => {
    await subscribe(hub, { displayName: 'Desk', installationId: 'desk' });
    const bobs = { token: hub.token({ user: 'bob' }), installationId: 'bobs', displayName: 'Bob’s' };
    await subscribe(hub, bobs);
    assert.deepEqual(
      (await list(inbox('bob'))).map(({ displayName }) => displayName),
      ['Bob’s'],
    );
    const place = await placeOf('Desk');
    for (const [method, path, body] of [
      ['DELETE', place, undefined],
      ['PATCH', place, { displayName: 'Mine' }],
    ] as const) {
      assertError(await hub.request(method, path, { token: inbox('bob'), body }), { status: 404 });
      assertError(await hub.request(method, path, { token: hub.token({ user: 'alice' }), body }), {
        status: 403,
      });
      assertError(await hub.request(method, path, { token: hub.token(), body }), { status: 403 });
    }
    assertError(await hub.request('GET', at, { token: hub.token({ user: 'alice' }) }), { status: 403 });
    const token = hub.token({ user: 'alice', app: 'app-b' });
    const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
    assert.deepEqual(json.value, []);
  });

  test('get another name, of whatever app', async () => {
    const token = hub.token({ user: 'alice', app: 'app-b' });
    const id = await subscribe(hub, { token, targetHostName: hosts['app-b'], installationId: 'tablet' });
    const [{ id: device } = { id: '' }] = (await list()).filter(({ appId }) => appId === 'app-b');
    const body = { displayName: 'The one in the kitchen' };
    assert.equal((await hub.request('PATCH', `${at}/${device}`, { token: inbox(), body })).status, 204);
    const own = await hub.request('GET', `/v1.0/me/notificationSubscriptions/${id}`, { token });
    assert.equal(own.json.displayName, body.displayName);
    const wrong = { displayName: 7 };
    assertError(await hub.request('PATCH', `${at}/${device}`, { token: inbox(), body: wrong }), {
      status: 400,
    });
    assertError(await hub.request('PATCH', `${at}/none`, { token: inbox(), body }), { status: 404 });
  });

  test('are seen when they fetch or listen live, and no more than every quarter of an hour', async () => {
    const token = hub.token({ user: 'alice' });
    const id = await subscribe(hub, { displayName: 'Watch', installationId: 'watch' });
    const headers = { 'x-uns-id': id };
    const seen = async () => Date.parse((await ofName('Watch'))?.lastSeenDateTime ?? '');
    clock.advance(3_600_000);
    await hub.request('GET', '/v1.0/me/notifications/delta', { token, headers });
    const first = clock.now();
    assert.equal(await seen(), first);
    clock.advance(60_000);
    await hub.request('GET', '/v1.0/me/notifications', { token, headers });
    assert.equal(await seen(), first);
    clock.advance(3_600_000);
    await hub.request('GET', '/v1.0/me/notifications', { token: hub.token({ user: 'alice' }), headers });
    assert.equal(await seen(), clock.now());
    clock.advance(3_600_000);
    const live = await openSseReader({ baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }), headers });
    await live.next('ready');
    const began = clock.now();
    await until(async () => (await seen()) === began, 'that it listens');
    // Its registration alone says nothing of it.
    await subscribe(hub, { displayName: 'Watch', installationId: 'watch' });
    assert.equal(await seen(), began);
    live.leave();
  });
});

suite('removing a device', () => {
  // The embedded provider dates its tokens by this machine's clock.
  const clock = new ManualClock();
  let hub: TestHub;
  before(async () => {
    hub = await startHub({ clock });
  });
  after(() => hub.close());
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${hub.baseUrl}/identity${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const signIn = (clientId: string, redirectUri: string, scope: string, browse = openBrowser()) => {
    const who = { user: userNames.bob, scope: `openid offline_access ${scope}`, browse };
    return tokensBySignIn({ publicUrl: hub.baseUrl, post }, { ...who, clientId, redirectUri });
  };
  const signInInbox = (browse = openBrowser()) =>
    signIn('carillon-inbox', `${hub.baseUrl}/inbox`, allScope, browse);
  const signInPhone = (browse = openBrowser()) =>
    signIn('app-b-phone', 'http://localhost/in', 'Notifications.ReadWrite.CreatedByApp', browse);
  const phone = { targetHostName: hosts['app-b'], installationId: 'lost', displayName: 'Lost' };

  test('signs it out: its tokens, its stream, and its pushes', async () => {
    const [here, there] = [await signInInbox(), await signInPhone()];
    const id = await subscribe(hub, { ...phone, token: there.access_token });
    const lost = await ofName('Lost', here.access_token, hub);
    const sessions = await hub.request('GET', '/v1.0/me/sessions', { token: here.access_token });
    const theirs = sessions.json.value.find(
      ({ clients }: { clients: string[] }) => clients[0] === 'app-b-phone',
    );
    assert.equal(lost?.sessionId, theirs.id);
    const headers = { 'x-uns-id': id };
    const live = await openSseReader({ baseUrl: hub.baseUrl, token: there.access_token, headers });
    await live.next('ready');
    const removed = await hub.request('DELETE', `${at}/${lost?.id}`, { token: here.access_token });
    assert.equal(removed.status, 204, removed.text);
    clock.advance(1000);
    await live.next('bye');
    assert.equal(await ofName('Lost', here.access_token, hub), undefined);
    const mine = '/v1.0/me/notificationSubscriptions';
    assertError(await hub.request('GET', mine, { token: there.access_token }), { status: 401 });
    const form = { grant_type: 'refresh_token', client_id: 'app-b-phone' };
    const refreshed = await post('/token', { ...form, refresh_token: there.refresh_token ?? '' });
    assert.equal(refreshed.status, 400);
    assertError(await hub.request('DELETE', `${at}/${lost?.id}`, { token: here.access_token }), {
      status: 404,
    });
    assert.equal((await hub.request('GET', '/v1.0/me/sessions', { token: here.access_token })).status, 200);
  });

  test('of another app in the same browser leaves the person signed in there', async () => {
    const browse = openBrowser();
    const here = await signInInbox(browse);
    const there = await signInPhone(browse);
    await subscribe(hub, { ...phone, token: there.access_token });
    const own = await ofName('Lost', here.access_token, hub);
    assert.equal(own?.sessionId, null);
    assert.equal((await hub.request('DELETE', `${at}/${own?.id}`, { token: here.access_token })).status, 204);
    assert.equal((await hub.request('GET', '/v1.0/me/sessions', { token: here.access_token })).status, 200);
    assert.equal(await ofName('Lost', here.access_token, hub), undefined);
  });

  test('that never signed in here, or whose session is over, ends its subscription alone', async () => {
    const token = hub.token({ user: 'bob', app: 'app-b' });
    await subscribe(hub, { ...phone, token });
    const lost = await ofName('Lost', inbox('bob', hub), hub);
    assert.equal(lost?.sessionId, null);
    assert.equal(
      (await hub.request('DELETE', `${at}/${lost?.id}`, { token: inbox('bob', hub) })).status,
      204,
    );
    assert.equal(await ofName('Lost', inbox('bob', hub), hub), undefined);
  });
});
