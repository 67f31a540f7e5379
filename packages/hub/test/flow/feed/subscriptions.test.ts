// The installed places of a user: one for an installation, one for a push address, for as long as its lease.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, post, startHub } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const at = '/v1.0/me/notificationSubscriptions';
const alice = () => hub.token({ user: 'alice' });
const bob = () => hub.token({ user: 'bob' });
const inDays = (days: number) => new Date(clock.now() + days * 86_400_000).toISOString();
const dayMs = 86_400_000;

const device = (installationId: string, more: Record<string, unknown> = {}) => ({
  targetHostName: hosts['app-a'],
  installationId,
  platformType: 'windows',
  ...more,
});
const register = (body: unknown, token = alice()) => hub.request('POST', at, { token, body });
const get = (id: string, token = alice()) => hub.request('GET', `${at}/${id}`, { token });
const patch = (id: string, body: unknown) => hub.request('PATCH', `${at}/${id}`, { token: alice(), body });
const list = async (token = alice()) =>
  (await hub.request('GET', at, { token })).json.value as { id: string; installationId: string }[];
const webPush = (path: string) => ({
  type: 'webPush',
  endpoint: `https://push.example/${path}`,
  keys: webPushKeys,
});

suite('registering', () => {
  test('answers the subscription, whose id is long, unguessable and found again', async () => {
    const answer = await register(device('first', { displayName: "Alice's laptop" }));
    assert.equal(answer.status, 201, answer.text);
    const { json } = answer;
    assert.match(json.id, /^[A-Za-z0-9_-]{43,}$/);
    assert.deepEqual(
      [json.displayName, json.platformType, json.channel, json.notificationType, json.expirationDateTime],
      ["Alice's laptop", 'windows', null, 'notificationWithPayload', inDays(30)],
    );
    assert.match(json['@odata.context'], /notificationSubscriptions\/\$entity$/);
    assert.equal(answer.headers.location, `${hub.baseUrl}${at}/${json.id}`);
    assert.deepEqual((await get(json.id)).json, json);
    assert.ok((await list()).some(({ id }) => id === json.id));
  });

  test('an installation again replaces it and keeps its id', async () => {
    const first = await register(device('again', { platformType: 'ios' }));
    clock.advance(1000);
    const second = await register(device('again', { platformType: 'android', displayName: 'new' }));
    assert.equal(second.status, 200);
    assert.deepEqual([second.json.id, second.json.platformType], [first.json.id, 'android']);
    assert.equal(second.json.createdDateTime, first.json.createdDateTime);
    assert.equal((await list()).filter(({ installationId }) => installationId === 'again').length, 1);
  });

  test('the same installation of another user or app is another one', async () => {
    const first = await register(device('shared'));
    const bobs = await register(device('shared'), bob());
    const other = hub.token({ user: 'alice', app: 'app-b' });
    const ofApp = await register({ ...device('shared'), targetHostName: hosts['app-b'] }, other);
    assert.deepEqual([bobs.status, ofApp.status], [201, 201]);
    assert.equal(new Set([first.json.id, bobs.json.id, ofApp.json.id]).size, 3);
  });

  test('reads names in any case, and web as webPush', async () => {
    const body = device('cases', { platformType: 'WEB', notificationType: 'NOTIFICATIONONLY' });
    const { json } = await register({ ...body, channel: { ...webPush('cases'), type: 'WEBPUSH' } });
    assert.deepEqual(
      [json.platformType, json.notificationType, json.channel.type],
      ['webPush', 'notificationOnly', 'webPush'],
    );
  });

  test('what does not fit is 400, a foreign host name 403', async () => {
    const bad = [
      { installationId: undefined },
      { platformType: undefined },
      { platformType: 'amiga' },
      { notificationType: 'loud' },
      { channel: 'https://push.example' },
      { channel: {} },
      { channel: { type: 'pigeon' } },
      { channel: { type: 'fcm' } },
      { channel: { type: 'fcm', token: 't', extra: 1 } },
      { channel: { type: 'apns', token: 'not hex', topic: 't', environment: 'production' } },
      { channel: { type: 'webPush', endpoint: 'https://push.example' } },
      { colour: 'red' },
    ];
    for (const more of bad)
      assertError(await register({ ...device('bad'), ...more }), { status: 400, code: 'invalidRequest' });
    assertError(await register(device('bad', { targetHostName: 'b.example' })), { status: 403 });
    assert.ok(!(await list()).some(({ installationId }) => installationId === 'bad'));
  });

  test('a hundred for a user and app are enough, and ended ones make room', async () => {
    const token = hub.token({ user: 'bob', app: 'app-b' });
    const another = (name: string) => register({ ...device(name), targetHostName: hosts['app-b'] }, token);
    const made = await Promise.all(Array.from({ length: 100 }, (_, index) => another(`n${index}`)));
    assert.ok(made.every(({ status }) => status === 201));
    assertError(await another('one more'), { status: 400, target: 'installationId' });
    assert.equal((await another('n7')).status, 200);
    await hub.request('DELETE', `${at}/${made[0]?.json.id}`, { token });
    assert.equal((await another('one more')).status, 201);
    clock.advance(31 * dayMs);
    const later = hub.token({ user: 'bob', app: 'app-b' });
    const body = { ...device('after all ended'), targetHostName: hosts['app-b'] };
    assert.equal((await register(body, later)).status, 201, 'leases that are over do not count');
  });
});

suite('a push address', () => {
  test('belongs to the one that registered it last; the other keeps its id and lease', async () => {
    const channel = webPush('moving');
    const first = (await register(device('a', { channel }))).json;
    const second = (await register(device('b', { channel }))).json;
    assert.deepEqual(second.channel, channel);
    const left = await get(first.id);
    assert.deepEqual([left.status, left.json.channel], [200, null]);
    assert.equal(left.json.expirationDateTime, first.expirationDateTime);
    const bobs = (await register(device('c', { channel }), bob())).json;
    assert.deepEqual((await get(second.id)).json.channel, null);
    assert.deepEqual((await get(bobs.id, bob())).json.channel, channel);
    const back = await patch(first.id, { channel });
    assert.deepEqual(back.json.channel, channel);
    assert.equal((await get(bobs.id, bob())).json.channel, null);
  });

  test('of another app is another address', async () => {
    const channel = webPush('two apps');
    const first = (await register(device('two apps', { channel }))).json;
    const token = hub.token({ user: 'alice', app: 'app-b' });
    await register({ ...device('two apps', { channel }), targetHostName: hosts['app-b'] }, token);
    assert.deepEqual((await get(first.id)).json.channel, channel);
  });

  test('of Web Push has keys that content can be encrypted to, in PATCH as well', async () => {
    const { id } = (await register(device('keys', { channel: webPush('keys') }))).json;
    for (const [name, value] of [
      ['p256dh', 'key'],
      ['auth', 'auth'],
    ] as const) {
      const channel = { ...webPush('keys'), keys: { ...webPushKeys, [name]: value } };
      const refused = { status: 400, code: 'invalidRequest', target: `channel.keys.${name}` };
      assertError(await register(device('bad keys', { channel })), refused);
      assertError(await patch(id, { channel }), refused);
    }
  });

  const inside = [
    'https://127.0.0.1/x',
    'https://localhost/x',
    'https://localhost./x',
    'https://a.localhost/x',
    'https://10.1.2.3/x',
    'https://172.16.0.1/x',
    'https://192.168.1.1/x',
    'https://169.254.169.254/latest',
    'https://100.64.0.1/x',
    'https://0.0.0.0/x',
    'https://224.0.0.1/x',
    'https://255.255.255.255/x',
    'https://[::1]/x',
    'https://[::]/x',
    'https://[fe80::1]/x',
    'https://[fd00::1]/x',
    'https://[ff02::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://[::ffff:7f00:1]/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://0177.0.0.1/x',
    'http://push.example/x',
    'ftp://push.example/x',
    'https://user:secret@push.example/x',
    'push.example',
    'https://',
  ];
  for (const endpoint of inside) {
    test(`${endpoint} is refused`, async () => {
      const channel = { ...webPush('x'), endpoint };
      const answer = await register(device('inside', { channel }));
      assertError(answer, { status: 400, target: 'channel.endpoint' });
    });
  }

  const notWns = [
    'https://evil.example/x',
    'https://notify.windows.com.evil.example/',
    'https://xnotify.windows.com/',
  ];
  for (const channelUri of notWns) {
    test(`${channelUri} is no address of WNS`, async () => {
      const answer = await register(device('wns', { channel: { type: 'wns', channelUri } }));
      assertError(answer, { status: 400, target: 'channel.channelUri' });
    });
  }

  test('under .notify.windows.com is taken, and is never taken from PATCH either if it is not', async () => {
    const channel = { type: 'wns', channelUri: 'https://db5p.notify.windows.com/?token=x' };
    const { json, status, text } = await register(device('wns', { channel }));
    assert.equal(status, 201, text);
    const answer = await patch(json.id, { channel: { ...webPush('x'), endpoint: 'https://10.0.0.1/' } });
    assertError(answer, { status: 400, target: 'channel.endpoint' });
    assert.deepEqual((await get(json.id)).json.channel, channel);
  });

  test('inside is taken with allow-private-push', async () => {
    await using open = await startHub({ settings: { 'allow-private-push': true } });
    for (const channel of [
      { ...webPush('x'), endpoint: 'http://127.0.0.1:9/x' },
      { type: 'wns', channelUri: 'https://wns.example/x' },
    ]) {
      const body = device('private', { channel });
      const { status, text } = await open.request('POST', at, { token: open.token({ user: 'alice' }), body });
      assert.ok(status < 300, text);
    }
  });
});

suite('a lease', () => {
  test('lasts 30 days unless asked, at most 90, and PATCH renews it', async () => {
    const { id } = (await register(device('lease', { expirationDateTime: inDays(90) }))).json;
    for (const expirationDateTime of [inDays(90.001), inDays(0), inDays(-1), 'never']) {
      assertError(await register(device('other', { expirationDateTime })), {
        status: 400,
        target: 'expirationDateTime',
      });
      assertError(await patch(id, { expirationDateTime }), { status: 400, target: 'expirationDateTime' });
    }
    clock.advance(dayMs);
    const until = inDays(60);
    const { json } = await patch(id, { expirationDateTime: until, displayName: 'renewed' });
    assert.deepEqual([json.expirationDateTime, json.displayName], [until, 'renewed']);
  });

  test('that is over makes the subscription unusable: not listed, not found, not changed, not an X-UNS-ID', async () => {
    const { id } = (await register(device('short', { expirationDateTime: inDays(1) }))).json;
    const use = () =>
      hub.request('POST', '/v1.0/me/notifications', {
        token: hub.token(),
        body: post(),
        headers: { 'X-UNS-ID': id },
      });
    assert.equal((await use()).status, 201);
    clock.advance(dayMs);
    assertError(await use(), { status: 403, target: 'X-UNS-ID' });
    assertError(await get(id), { status: 404 });
    assertError(await patch(id, { displayName: 'x' }), { status: 404 });
    assertError(await patch(id, { expirationDateTime: inDays(1) }), { status: 404 });
    assert.ok(!(await list()).some((each) => each.id === id));
    const again = await register(device('short'));
    assert.equal(again.json.id, id, 'registering the installation again revives it');
    assert.equal((await use()).status, 201);
  });

  test('ends with DELETE, and the id is worth nothing then', async () => {
    const { id } = (await register(device('ending'))).json;
    const end = () => hub.request('DELETE', `${at}/${id}`, { token: alice() });
    assert.equal((await end()).status, 204);
    assertError(await end(), { status: 404 });
    assertError(await get(id), { status: 404 });
    const fresh = await register(device('ending'));
    assert.equal(fresh.status, 201);
    assert.notEqual(fresh.json.id, id);
  });
});
