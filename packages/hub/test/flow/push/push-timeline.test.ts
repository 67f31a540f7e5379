// Why did she not get it: the timeline of a notification as an operator reads it, of what really happened to pushes, devices
// and states; content only for whom it is allowed, and each look at it in the audit.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { rule } from '@carillon/simulators';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, startHub } from '@carillon/testing/hub/hub.ts';

const driven = await startDriven();
after(() => driven[Symbol.asyncDispose]());
const { push, clock } = driven;
const { hub, simulator } = push;
const admin = hub.token({ admin: true });
const reader = hub.token({ operatorRead: true });

const mark = 'nobody but alice reads this';
const more = { payload: { visualContent: { title: mark, body: mark } } };

async function timeline(id: string, { token = reader, query = '' } = {}) {
  const answer = await hub.request('GET', `/admin/notifications/${id}/timeline${query}`, { token });
  assert.equal(answer.status, 200, answer.text);
  return { ...answer.json, text: answer.text };
}

interface Event {
  readonly event: string;
  readonly subscription: string | null;
  readonly [member: string]: unknown;
}

const eventsOf = (events: readonly Event[], subscription: string | null) =>
  events.filter((each) => each.subscription === subscription).map(({ event }) => event);

test('attempts, evidence, what was handled elsewhere and who was not told stand in the order of time, device by device', async () => {
  const phone = await push.register('android');
  const computer = await push.register('windows');
  simulator.script([rule({ status: 503 }, { times: 2, match: { address: phone.address } })]);
  const id = await driven.create(more);
  await driven.drive(async () => (await driven.delivery(id, phone)).status === 'accepted');
  await driven.drive(async () => (await driven.delivery(id, computer)).status === 'accepted');
  const receipts = [{ id, subscriptionId: computer.unsId, kind: 'shown' }];
  await driven.pass(1000);
  await driven.ask('POST', 'notifications/receipts', { body: { receipts } });
  await driven.pass(1000);
  await driven.ask('PATCH', `notifications/${id}`, {
    body: { userActionState: 'dismissed' },
    as: computer,
  });
  const late = await push.register('ios');
  await driven.pass(2000);
  const { devices, events, text, ...one } = await timeline(id);
  assert.doesNotMatch(text, new RegExp(mark));
  assert.deepEqual([one.id, one.appId, one.user.id], [id, 'app-a', hub.userIds.alice]);
  assert.deepEqual([one.userActionState, one.content, one.mayViewContent], ['dismissed', null, false]);
  const dates = events.map(({ dateTime }: Event) => String(dateTime));
  assert.deepEqual(dates, [...dates].sort());
  assert.deepEqual(eventsOf(events, null), ['posted', 'committed', 'dismissed']);
  const deviceOf = (platform: string) =>
    devices.find(({ platformType }: { platformType: string }) => platformType === platform);
  const [ofPhone, ofComputer, ofLate] = ['android', 'windows', 'ios'].map(deviceOf);
  const told = ['planned', 'attempt', 'attempt', 'attempt', 'cleared'];
  assert.deepEqual(eventsOf(events, ofPhone.subscription), told);
  const attempts = events.filter(
    (each: Event) => each.event === 'attempt' && each.subscription === ofPhone.subscription,
  );
  assert.deepEqual(
    attempts.map(({ attempt, verdict, status }: Event) => [attempt, verdict, status]),
    [
      [1, 'retry', 503],
      [2, 'retry', 503],
      [3, 'accepted', 200],
    ],
  );
  assert.deepEqual(eventsOf(events, ofComputer.subscription), ['planned', 'attempt', 'fetched', 'shown']);
  assert.deepEqual([ofPhone.status, ofComputer.status, ofPhone.channel], ['accepted', 'shown', 'fcm']);
  assert.deepEqual([ofLate.status, ofLate.reason], [null, 'it was registered later']);
  for (const { unsId } of [phone, computer, late])
    await hub.request('DELETE', `/v1.0/me/notificationSubscriptions/${unsId}`, {
      token: hub.token({ user: 'alice' }),
    });
  const gone = await timeline(id);
  assert.deepEqual(
    gone.devices
      .map(({ isGone, attempts: many }: { isGone: boolean; attempts: number }) => [isGone, many])
      .sort(),
    [
      [true, 1],
      [true, 3],
    ],
  );
});

test('what was handled before its push says when and why it was withdrawn, and what was replaced keeps its attempts', async () => {
  const phone = await push.register('android');
  simulator.script([rule({ status: 503 }, { times: 2, match: { address: phone.address } })]);
  const named = { ...more, appNotificationId: 'order 1' };
  const id = await driven.create(named);
  await driven.drive(async () => (await driven.delivery(id, phone)).attempts === 1);
  await driven.create({ ...named, payload: { visualContent: { title: `${mark} again` } } });
  await driven.drive(async () => (await driven.delivery(id, phone)).attempts === 1);
  const before = await timeline(id);
  assert.equal(typeof before.devices[0].nextAttemptDateTime, 'string');
  const at = new Date(clock.now()).toISOString();
  await driven.ask('DELETE', `notifications/${id}`);
  await driven.pass(2000);
  const { events, devices, removed } = await timeline(id);
  assert.equal(removed, 'deleted');
  assert.deepEqual(eventsOf(events, null), ['posted', 'replaced', 'committed', 'deleted']);
  const [device] = devices;
  assert.deepEqual([device.status, device.reason], ['withdrawn', 'it was deleted elsewhere']);
  const ofPhone = events.filter((each: Event) => each.subscription === device.subscription);
  assert.deepEqual(ofPhone.map(({ event, verdict }: Event) => verdict ?? event).sort(), [
    'planned',
    'retry',
    'retry',
    'withdrawn',
  ]);
  const end = ofPhone.find(({ event }: Event) => event === 'withdrawn');
  assert.deepEqual([end.dateTime, end.reason], [at, 'it was deleted elsewhere']);
});

test('what the person muted says so, as what a policy leaves out does', async () => {
  const user = 'bob';
  const webPush = await push.register('webPush', { user });
  const windows = await push.register('windows', { user });
  assert.ok(webPush && windows);
  const preferences = { mutes: [{ groupName: 'chat' }] };
  assert.equal(
    (await driven.ask('PATCH', 'notificationPreferences', { user, body: preferences })).status,
    200,
  );
  const policy = { targetPolicy: { platformTypes: ['webPush'] }, groupName: 'chat' };
  const { devices, events } = await timeline(await driven.create({ ...more, ...policy }, user));
  const skipped = events.filter(({ event }: Event) => event === 'skipped');
  assert.equal(skipped.length, 2);
  const reasons = skipped.map(({ reason }: Event) => String(reason)).sort();
  assert.match(reasons.join('; '), /mute.*; targetPolicy leaves out windows/);
  assert.deepEqual(new Set(devices.map(({ status }: { status: string }) => status)), new Set(['skipped']));
});

test('content is shown when it is asked for and allowed, and each look is in the audit by ids alone', async () => {
  const id = await driven.create(more);
  const query = '?content=true';
  const seen = await timeline(id, { token: admin, query });
  assert.equal(seen.content.payload.visualContent.title, mark);
  const refused = await hub.request('GET', `/admin/notifications/${id}/timeline${query}`, { token: reader });
  assertError(refused, { status: 403, code: 'accessDenied' });
  const { json, text } = await hub.request('GET', '/admin/audit', { token: reader });
  const looks = json.value.filter(({ what }: { what: string }) => what === 'contentViewed');
  const { dateTime: _, ...look } = looks[0];
  const on = `users/${hub.userIds.alice}/notifications/${id}`;
  assert.deepEqual(
    [looks.length, look],
    [1, { what: 'contentViewed', who: 'operator', from: '127.0.0.1', on }],
  );
  assert.doesNotMatch(text, /alice@|nobody but/);
  assertError(
    await hub.request('GET', '/admin/notifications/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa/timeline', {
      token: admin,
    }),
    { status: 404 },
  );
});

test('who only reads sees content where the hub allows it, and that is in the audit too', async (context) => {
  const allowing = await startHub({ settings: { 'operator-read-content': 'true' } });
  context.after(allowing.close);
  const token = allowing.token({ operatorRead: true, user: 'bob' });
  const made = await allowing.request('POST', '/v1.0/me/notifications', {
    token: allowing.token({ user: 'alice' }),
    body: { targetHostName: hosts['app-a'], ...more },
  });
  assert.equal(made.status, 201, made.text);
  const path = `/admin/notifications/${made.json.id}/timeline`;
  const hidden = await allowing.request('GET', path, { token });
  assert.deepEqual([hidden.json.mayViewContent, hidden.json.content], [true, null]);
  const { json } = await allowing.request('GET', `${path}?content=true`, { token });
  assert.equal(json.content.payload.visualContent.body, mark);
  const audit = await allowing.request('GET', '/admin/audit', { token });
  const looks = audit.json.value.filter(({ what }: { what: string }) => what === 'contentViewed');
  assert.deepEqual(
    looks.map(({ who }: { who: string }) => who),
    [allowing.userIds.bob],
  );
});
