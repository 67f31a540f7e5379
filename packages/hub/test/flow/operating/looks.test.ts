// What operators look into, over a real socket: the search, the timeline of a notification; with content only where it is
// allowed, and each look at it in the audit.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, startHub, subscribe, userNames } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);
const admin = hub.token({ admin: true });
const reader = hub.token({ operatorRead: true });

const mark = 'nobody but alice reads this';
const payload = { visualContent: { title: mark, body: mark } };
const alice = { id: hub.userIds.alice, name: userNames.alice };
const unsId = await subscribe(hub, { displayName: 'the phone in the kitchen' });
const create = async (more: object = {}) =>
  (
    await hub.request('POST', '/v1.0/me/notifications', {
      token: hub.token({ user: 'alice' }),
      body: post({ payload, ...more }),
    })
  ).json;
const plainOne = await create();
const named = await create({ appNotificationId: 'order 4711' });

async function find(q: string, token = reader) {
  const answer = await hub.request('GET', `/admin/search?q=${encodeURIComponent(q)}`, { token });
  assert.equal(answer.status, 200, answer.text);
  assert.doesNotMatch(answer.text, new RegExp(mark));
  return answer.json.value as Record<string, unknown>[];
}

const found = (one: Record<string, unknown>) => [one['@odata.type'], one.type, one.id, one.link];
const foundAlice = ['#carillon.user', 'user', alice.id, `/admin/users/${alice.id}`];
const foundOne = (id: string) => [
  ...['#carillon.notification', 'notification', id, `/admin/notifications/${id}/timeline`],
];

test('a person is found by id, by the beginning of the name in any case, and by UNS-ID with the device', async () => {
  for (const q of [alice.id, alice.name, 'alice', 'ALICE@con', `  ${alice.name} `])
    assert.deepEqual((await find(q)).map(found), [foundAlice], q);
  const [device, person] = await find(unsId);
  assert.ok(device && person);
  assert.deepEqual(found(person), foundAlice);
  const { id, ...shown } = device;
  assert.deepEqual(shown, {
    ...{ '@odata.type': '#carillon.subscription', type: 'subscription', user: alice, appId: 'app-a' },
    ...{ displayName: 'the phone in the kitchen', platformType: shown.platformType },
    ...{ createdDateTime: shown.createdDateTime, link: `/admin/users/${alice.id}/subscriptions` },
  });
  const list = await hub.request('GET', String(device.link), { token: reader });
  assert.equal(list.json.value[0].subscription, id);
});

test('somebody without a feed is found by name too', async () => {
  assert.deepEqual(
    (await find('bob@')).map(({ name }) => name),
    [userNames.bob],
  );
});

test('a notification is found by id in any case and by appNotificationId, and while its tombstone is there', async () => {
  for (const id of [plainOne.id, plainOne.id.toUpperCase()]) {
    const [only, ...others] = await find(id);
    assert.ok(only);
    assert.deepEqual(found(only), foundOne(plainOne.id));
    assert.deepEqual([only.user, only.appId, only.removed, others], [alice, 'app-a', false, []]);
  }
  assert.deepEqual((await find('order 4711')).map(found), [foundOne(named.id)]);
  const removed = await create();
  const own = { token: hub.token({ user: 'alice' }) };
  await hub.request('DELETE', `/v1.0/me/notifications/${removed.id}`, own);
  assert.deepEqual(
    (await find(removed.id)).map((one) => one.removed),
    [true],
  );
});

test('what is nowhere finds nothing, and what can not be looked for is refused', async () => {
  for (const q of ['nobody', '%', "' OR 1=1", '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa', 'x'.repeat(512), '\0'])
    assert.deepEqual(await find(q), [], q);
  for (const query of ['', '?q=', '?q=%20', `?q=${'x'.repeat(513)}`]) {
    const answer = await hub.request('GET', `/admin/search${query}`, { token: reader });
    assertError(answer, { status: 400, target: 'q' });
  }
  const few = await hub.request('GET', '/admin/search?q=a&$top=1', { token: admin });
  assert.equal(few.json.value.length, 1);
});

test('the audit is filtered by what, who, on and between two times, and its pages go on so', async () => {
  const began = new Date().toISOString();
  for (const host of ['one.example', 'two.example', 'three.example'])
    await hub.request('POST', '/admin/apps/app-b/hosts', { token: admin, body: { host } });
  const list = async (query: string) => {
    const { status, json, text } = await hub.request('GET', `/admin/audit?${query}`, { token: reader });
    assert.equal(status, 200, text);
    return json;
  };
  const places = async (query: string) =>
    (await list(query)).value.map(({ on }: { on: string }) => on.replace('apps/app-b/hosts/', ''));
  const all = ['three.example', 'two.example', 'one.example'];
  assert.deepEqual(await places(`what=addHost&who=operator&on=apps/app-b&from=${began}`), all);
  for (const none of ['what=addHosts', 'who=olga', 'on=apps/app', `to=${began}`])
    assert.deepEqual(
      await places(`what=addHost&from=${began}&${none}`.replace(/what=addHost&(.*what)/, '$1')),
      [],
    );
  const page = await list('what=addHost&on=apps/app-b&$top=2');
  const next = new URL(page['@odata.nextLink']);
  assert.equal(next.searchParams.get('what'), 'addHost');
  assert.deepEqual(await places(next.search.slice(1)), ['one.example']);
  const wrong = await hub.request('GET', '/admin/audit?from=yesterday', { token: reader });
  assertError(wrong, { status: 400, target: 'from' });
});

test('the overview counts what the node does, for whoever reads', async () => {
  const overview = async () => {
    const { status, json, text } = await hub.request('GET', '/admin/overview', { token: reader });
    assert.equal(status, 200, text);
    return json;
  };
  const creates = ({ points }: { points: { creates: number }[] }) =>
    points.reduce((sum, each) => sum + each.creates, 0);
  const before = await overview();
  await create();
  const { node, now, commitSeconds, pointSeconds, ...after } = await overview();
  assert.equal(creates({ points: after.points }), creates(before) + 1);
  assert.deepEqual([typeof node.version, pointSeconds, now.streams], ['string', 15, 0]);
  assert.ok(commitSeconds.count > 0 && commitSeconds.p50 <= commitSeconds.p99);
  const { accepted, fetched, shown } = after.latencies.at(-1);
  assert.deepEqual([accepted.count, fetched.p99, shown.p50], [0, null, null]);
  assert.ok(after.points.at(-1).eventLoopLagSeconds >= 0);
  const channels = after.backlogByChannel.map(({ channel }: { channel: string }) => channel);
  assert.deepEqual(channels.sort(), ['apns', 'fcm', 'webPush', 'wns']);
  assert.deepEqual(after.credentials, []);
});
