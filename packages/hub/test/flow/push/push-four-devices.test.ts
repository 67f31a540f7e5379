// One user with a device on each of the four platforms: what rings, what is cleared, what the sender learns of it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Delivered, rule } from '@carillon/simulators';
import { type Device, type Platform, startPush } from '@carillon/testing/feed/push.ts';
import { post, until } from '@carillon/testing/hub/hub.ts';

const push = await startPush();
after(() => push[Symbol.asyncDispose]());
const { hub, simulator } = push;
const token = hub.token({ user: 'alice' });
const platforms = ['windows', 'ios', 'android', 'webPush'] as const;

async function create(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { json, text, status } = await hub.request('POST', '/v1.0/me/notifications', {
    token,
    body: post(more),
  });
  assert.ok(status === 201 || status === 200, text);
  return json.id as string;
}

async function deliveries(id: string) {
  const { json, text } = await hub.request('GET', `/v1.0/me/notifications/${id}/deliveries`, { token });
  assert.ok(json.value, text);
  return json.value as { subscriptionId: string; status: string; reason: string | null }[];
}

async function statusOf(id: string, device: Device): Promise<string | undefined> {
  return (await deliveries(id)).find(({ subscriptionId }) => subscriptionId === device.unsId)?.status;
}

const rings = (device: Device, id: string) =>
  simulator.waitFor((each) => each.address === device.address && JSON.stringify(each).includes(id));

test('a create rings all four, each in the words of its platform, and the sender learns that it was accepted', async () => {
  const devices = await push.fourDevices();
  const id = await create({ groupName: 'lunch', displayTimeToLive: 600 });
  const rung = await Promise.all(platforms.map((each) => rings(devices[each], id)));
  const [windows, ios, android, web] = rung as [Delivered, Delivered, Delivered, Delivered];
  assert.equal(windows.headers['x-wns-type'], 'wns/toast');
  assert.match(JSON.stringify(windows.payload), /Lunch is ready/);
  assert.equal(ios.headers['apns-push-type'], 'alert');
  assert.equal(ios.headers['apns-collapse-id'], id);
  assert.deepEqual((ios.payload as { aps: { alert: unknown } }).aps.alert, { title: 'Lunch is ready' });
  assert.match(JSON.stringify(android.payload), /Lunch is ready/);
  const { notification: declared } = web.payload as { notification: { title: string; navigate: string } };
  assert.deepEqual([declared.title, declared.navigate], ['Lunch is ready', `${hub.baseUrl}/inbox#${id}`]);
  for (const platform of platforms) {
    await until(async () => (await statusOf(id, devices[platform])) === 'accepted', `${platform} accepted`);
  }
});

test('dismissing on one device taps those that may show it, the browser learns with its next push', async () => {
  const devices = await push.fourDevices();
  const id = await create();
  await Promise.all(platforms.map((each) => rings(devices[each], id)));
  for (const each of platforms) await until(async () => (await statusOf(id, devices[each])) === 'accepted');
  const before = platforms.map((each) => push.to(devices[each]).length);
  const dismissed = await hub.request('PATCH', `/v1.0/me/notifications/${id}`, {
    token,
    headers: { 'X-UNS-ID': devices.ios.unsId },
    body: { userActionState: 'dismissed' },
  });
  assert.equal(dismissed.status, 200);
  const closes = (each: { payload: unknown }) => JSON.stringify(each.payload).includes('close');
  const tap = await simulator.waitFor((each) => each.address === devices.android.address && closes(each));
  const data = (tap.payload as { data: { carillon: string } }).data;
  assert.deepEqual(JSON.parse(data.carillon), {
    v: 1,
    kind: 'tap',
    unreadCount: await unread(),
    close: [id],
  });
  await simulator.waitFor((each) => each.address === devices.windows.address && closes(each));
  const next = await create();
  const shown = await rings(devices.webPush, next);
  assert.deepEqual((shown.payload as { carillon: { close: string[] } }).carillon.close, [id]);
  // Its own change is no news to the device that acted; it got the next notification alone.
  await rings(devices.ios, next);
  assert.equal(push.to(devices.ios).length, (before[1] ?? 0) + 1);
});

test('a push that its provider takes after the dismissal is cleared once more', async () => {
  const android = await push.register('android', { installationId: 'slow' });
  const { fcm } = simulator.stats.providers;
  const asked = fcm.requests;
  simulator.script([rule('hold', { match: { address: android.address }, times: 1 })]);
  const id = await create();
  await simulator.waitUntil(() => fcm.requests > asked);
  await hub.request('PATCH', `/v1.0/me/notifications/${id}`, {
    token,
    body: { userActionState: 'dismissed' },
  });
  simulator.release();
  const shown = await rings(android, id).then(() =>
    simulator.waitFor((each) => each.address === android.address && /Lunch/.test(JSON.stringify(each))),
  );
  const last = () => push.to(android).at(-1);
  await until(() => last() !== shown && JSON.stringify(last()).includes('close'), 'the tap after it');
  assert.equal(await statusOf(id, android), 'withdrawn');
});

async function unread(): Promise<number> {
  const { json } = await hub.request('GET', '/v1.0/me/notifications/delta?$deltatoken=latest', { token });
  return json.unreadCount as number;
}

test('targetPolicy, noNotification and a device without an address are skipped, and the sender learns why', async () => {
  const devices = await push.fourDevices();
  const silent = await push.register('android', {
    installationId: 'silent',
    notificationType: 'noNotification',
  });
  const live = await push.register('windows', { installationId: 'live', channel: null });
  const id = await create({ targetPolicy: { platformTypes: ['windows', 'android'] } });
  await rings(devices.android, id);
  const found = await deliveries(id);
  const of = ({ unsId }: Device) => found.find(({ subscriptionId }) => subscriptionId === unsId);
  assert.deepEqual([of(devices.ios)?.status, of(devices.webPush)?.status], ['skipped', 'skipped']);
  assert.match(of(devices.ios)?.reason ?? '', /targetPolicy/);
  assert.match(of(silent)?.reason ?? '', /noNotification/);
  assert.match(of(live)?.reason ?? '', /no push address/);
});

test('notificationOnly and raw content are bare taps, and content that does not fit becomes one', async () => {
  const device = await push.register('android', {
    installationId: 'tapped',
    notificationType: 'notificationOnly',
  });
  const id = await create();
  const tap = await rings(device, id);
  assert.doesNotMatch(JSON.stringify(tap.payload), /Lunch/);
  const shown = await push.register('android', { installationId: 'roomy' });
  const large = await create({ payload: { visualContent: { title: 'x', body: 'y'.repeat(4096) } } });
  assert.doesNotMatch(JSON.stringify((await rings(shown, large)).payload), /yyy/);
  const truncated = async () =>
    (await deliveries(large)).find(({ subscriptionId }) => subscriptionId === shown.unsId) as unknown as {
      truncated: boolean;
      status: string;
    };
  await until(async () => (await truncated()).status === 'accepted');
  assert.equal((await truncated()).truncated, true);
});

test('a device that fetched it over delta, or sent receipts, is told of as fetched, shown and acted', async () => {
  const devices = await push.fourDevices();
  const id = await create();
  await rings(devices.android, id);
  const headers = { 'X-UNS-ID': devices.android.unsId };
  const first = await hub.request('GET', '/v1.0/me/notifications/delta', { token, headers });
  assert.equal(first.status, 200);
  assert.equal(await statusOf(id, devices.android), 'fetched');
  for (const [kind, status] of [
    ['shown', 'shown'],
    ['dismissed', 'acted'],
  ] as const) {
    const receipts = [{ id, subscriptionId: devices.android.unsId, kind }];
    const answer = await hub.request('POST', '/v1.0/me/notifications/receipts', {
      token,
      body: { receipts },
    });
    assert.deepEqual(answer.json, { recordedCount: 1, notFound: [] }, answer.text);
    assert.equal(await statusOf(id, devices.android), status);
  }
  const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, { token });
  assert.equal(json.readState, 'unread', 'a receipt never changes a state');
});

test('explain says what a create would push, and holds neither an address nor a token', async () => {
  const devices = await push.fourDevices();
  const before = simulator.total;
  const { json, text, status } = await hub.request('POST', '/v1.0/me/notifications/explain', {
    token,
    body: post({ targetPolicy: { platformTypes: ['ios', 'android'] } }),
  });
  assert.equal(status, 200, text);
  const of = (platform: Platform) =>
    json.value.find((each: { subscriptionId: string }) => each.subscriptionId === devices[platform].unsId);
  assert.equal(of('windows').decision, 'skip');
  assert.equal(of('ios').decision, 'push');
  assert.equal(of('ios').request.headers['apns-push-type'], 'alert');
  for (const { address } of Object.values(devices)) assert.ok(!text.includes(address));
  assert.doesNotMatch(text, /authorization|bearer/i);
  assert.equal(simulator.total, before);
});
