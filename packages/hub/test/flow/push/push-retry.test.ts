// Providers that fail: what is tried again and when, what is given up and why, and whom a failure must not touch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Delivered, rule } from '@carillon/simulators';
import { given } from '@carillon/testing/feed/credentials.ts';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Device } from '@carillon/testing/feed/push.ts';
import { until } from '@carillon/testing/hub/hub.ts';

const second = 1000;
const minute = 60 * second;

const tagOf = (push: Delivered) =>
  (push.payload as { android?: { notification?: { tag?: string } } }).android?.notification?.tag;

test('a provider that answers 503 is asked again with backoff, and the push arrives once', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  driven.push.simulator.script([rule({ status: 503 }, { times: 3, match: { address: device.address } })]);
  const id = await driven.create();
  // How long it waits between them: src/push/dispatch/retry.test.ts.
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'accepted');
  const { attempts, lastAnswer } = await driven.delivery(id, device);
  assert.equal(attempts, 4);
  assert.equal(lastAnswer?.verdict, 'accepted');
  assert.equal(driven.about(device, id).length, 1);
});

test('what was throttled is never sent before its Retry-After, and is sent right after it', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const { simulator } = driven.push;
  simulator.script([rule({ retryAfterSeconds: 90 }, { times: 1, match: { address: device.address } })]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts === 1);
  assert.equal((await driven.delivery(id, device)).lastAnswer?.verdict, 'throttled');
  await driven.pass(89 * second);
  assert.equal(driven.about(device, id).length, 0);
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'accepted', {
    maxMs: 3 * second,
  });
  assert.equal((await driven.delivery(id, device)).attempts, 2);
});

test('Retry-After is heeded over a restart', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  driven.push.simulator.script([
    rule(
      { retryAfterSeconds: 60, status: 503 },
      { times: 1, match: { provider: 'fcm', address: device.address } },
    ),
  ]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts === 1);
  await driven.push.restart();
  await driven.pass(59 * second);
  assert.equal(driven.about(device, id).length, 0);
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 3 * second });
});

test('a connection that breaks before the push was taken costs nothing but time', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  driven.push.simulator.script([rule('reset', { times: 1, match: { address: device.address } })]);
  const id = await driven.create();
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'accepted');
  assert.equal(driven.about(device, id).length, 1);
});

for (const [platform, nameOf] of [
  ['android', tagOf],
  ['ios', ({ headers }: Delivered) => headers['apns-collapse-id']],
  ['windows', ({ headers }: Delivered) => headers['x-wns-tag']],
  ['webPush', ({ headers }: Delivered) => headers.topic],
] as const) {
  test(`an answer that got lost on ${platform} is told as sent, and the second push replaces the first`, async () => {
    await using driven = await startDriven();
    const device = await driven.push.register(platform);
    const { simulator } = driven.push;
    simulator.script([rule('lost', { times: 1, match: { address: device.address } })]);
    const id = await driven.create();
    await driven.settle();
    await until(async () => (await driven.delivery(id, device)).status === 'sent', 'sent');
    await driven.drive(async () => (await driven.delivery(id, device)).status === 'accepted');
    // Beside the toast that Windows took it got its badge.
    const copies = () =>
      driven.push.to(device).filter(({ headers }) => headers['x-wns-type'] !== 'wns/badge');
    const pushed = copies();
    assert.equal(pushed.length, 2);
    const names = pushed.map((each) => nameOf(each));
    assert.ok(names[0], 'a push carries a name by which its platform tells duplicates');
    assert.equal(names[0], names[1]);
    await driven.pass(minute);
    assert.equal(copies().length, 2);
  });
}

test('after ten minutes without the provider all that is still valid arrives, and nothing that has expired', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  driven.push.simulator.script([rule({ status: 503 }, { match: { provider: 'fcm' } })]);
  const kept: string[] = [];
  const lost: string[] = [];
  const expiring = (ms: number) => ({
    expirationDateTime: new Date(driven.clock.now() + ms).toISOString(),
  });
  for (let round = 0; round < 10; round++) {
    for (let each = 0; each < 3; each++) kept.push(await driven.create());
    // A minute more than the outage: short enough that a backoff could carry it past its end.
    kept.push(await driven.create(expiring((11 - round) * minute)));
    const shortLived = await driven.create(expiring(30 * second + round * second));
    lost.push(shortLived);
    if (round === 0) {
      // Read while it is there: it leaves the store with its expiry.
      await driven.pass(29 * second);
      assert.match((await driven.delivery(shortLived, device)).status, /^(pending|expired)$/);
      await driven.pass(31 * second);
    } else await driven.pass(minute);
  }
  assert.equal(driven.push.simulator.delivered.length, 0);
  driven.push.simulator.script([]);
  const arrived = (id: string) => driven.about(device, id).length;
  await driven.drive(() => kept.every((id) => arrived(id) >= 1), { maxMs: 2 * minute });
  await driven.pass(2 * minute);
  assert.deepEqual(
    kept.map(arrived),
    kept.map(() => 1),
  );
  assert.deepEqual(
    lost.map(arrived),
    lost.map(() => 0),
  );
});

test('a push that can not be tried again before its notification expires says so', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  driven.push.simulator.script([rule({ retryAfterSeconds: 600 }, { match: { address: device.address } })]);
  const expirationDateTime = new Date(driven.clock.now() + 5 * minute).toISOString();
  const id = await driven.create({ expirationDateTime });
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'expired');
  assert.match((await driven.delivery(id, device)).reason ?? '', /could not be sent before it expires/);
});

test('a notification whose backoff would reach past its expiry is tried once more before it', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const { simulator } = driven.push;
  // Of this address alone, so that no breaker counts it.
  simulator.script([rule({ status: 429, reason: 'QUOTA_EXCEEDED' }, { match: { address: device.address } })]);
  const expirationDateTime = new Date(driven.clock.now() + 10 * minute).toISOString();
  const id = await driven.create({ expirationDateTime });
  await driven.pass(8 * minute);
  simulator.script([]);
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 2 * minute });
});

test('a provider that fails delays neither another channel nor the same channel of another app', async () => {
  await using driven = await startDriven();
  const { push } = driven;
  const credentials = push.hub.registry.credentials;
  const fcm = credentials.find('app-a', 'fcm');
  assert.ok(fcm);
  // Another app whose provider is a port where nobody listens.
  await credentials.put(
    'app-b',
    'fcm',
    given('fcm', { ...fcm, baseUrl: 'https://127.0.0.1:9' }),
    driven.clock.now(),
  );
  const token = push.hub.token({ user: 'alice', app: 'app-b' });
  const dead = await push.register('android', { token, targetHostName: 'b.example', installationId: 'dead' });
  const body = { targetHostName: 'b.example', payload: { visualContent: { title: 'x' } } };
  const failing: string[] = [];
  for (let index = 0; index < 40; index++) {
    const { json } = await driven.ask('POST', 'notifications', { token, body });
    failing.push(json.id as string);
  }
  await driven.settle();
  const android = await push.register('android', { installationId: 'alive' });
  const ios = await push.register('ios', { installationId: 'phone' });
  const id = await driven.create();
  await driven.settle();
  assert.equal(driven.about(android, id).length, 1);
  assert.equal(driven.about(ios, id).length, 1);
  assert.equal(push.to(dead).length, 0);
  // And back: what waited arrives when its provider does.
  await credentials.put('app-b', 'fcm', given('fcm', fcm), driven.clock.now());
  await driven.drive(() => failing.every((each) => driven.about(dead, each).length === 1), {
    maxMs: 2 * minute,
  });
});

test('a provider that is down is probed at least every 30 s, and not by all that waits', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const { simulator } = driven.push;
  simulator.script([rule({ status: 503 }, { match: { provider: 'fcm' } })]);
  const answered = () => simulator.stats.providers.fcm.answers[503] ?? 0;
  for (let index = 0; index < 100; index++) await driven.create();
  await driven.pass(2 * minute);
  const opened = answered();
  assert.ok(opened < 150, `${opened} attempts in two minutes`);
  for (let half = 0; half < 10; half++) {
    const before = answered();
    await driven.pass(31 * second);
    const made = answered() - before;
    assert.ok(made >= 1 && made <= 3, `${made} attempts in half a minute`);
  }
  simulator.script([]);
  await driven.drive(() => driven.push.to(device).length >= 1, { maxMs: 31 * second });
});

for (const [platform, provider] of [
  ['android', 'fcm'],
  ['webPush', 'webpush'],
] as const) {
  test(`${provider}: down for one notification alone, it is probed within 30 s all the same`, async () => {
    await using driven = await startDriven();
    const device = await driven.push.register(platform);
    const { simulator } = driven.push;
    simulator.script([rule({ status: 503 }, { match: { provider } })]);
    const id = await driven.create();
    await driven.pass(20 * minute, second);
    simulator.script([]);
    await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 31 * second });
  });
}

test('without credentials a push waits, and is sent soon after they are put', async () => {
  await using driven = await startDriven();
  const { push, clock } = driven;
  const fcm = push.hub.registry.credentials.find('app-a', 'fcm');
  assert.ok(fcm);
  const { credentials } = push.hub.registry;
  await credentials.remove('app-a', 'fcm');
  const device = await push.register('android');
  const id = await driven.create();
  await driven.pass(5 * minute, second);
  const waiting = await driven.delivery(id, device);
  assert.equal(waiting.status, 'pending');
  assert.equal(waiting.lastAnswer?.reason, 'credentialsMissing');
  await credentials.put('app-a', 'fcm', given('fcm', fcm), clock.now());
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 31 * second });
});

test('what a provider refuses is failed for good, with the reason', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('ios');
  const { simulator } = driven.push;
  simulator.script([
    rule({ status: 400, reason: 'BadTopic' }, { match: { provider: 'apns', address: device.address } }),
  ]);
  const id = await driven.create();
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'failed');
  const failed = await driven.delivery(id, device);
  assert.equal(failed.reason, 'BadTopic');
  assert.equal(failed.lastAnswer?.status, 400);
  await driven.pass(10 * minute, 5 * second);
  assert.equal((await driven.delivery(id, device)).attempts, 1);
});

test('an address that is gone ends its subscription once, and what waited for it says gone', async () => {
  await using driven = await startDriven();
  const { push } = driven;
  const device = await push.register('android');
  const other = await push.register('android', { installationId: 'other' });
  push.simulator.script([rule({ retryAfterSeconds: 60 }, { times: 1, match: { address: device.address } })]);
  const waits = await driven.create();
  await driven.drive(async () => (await driven.delivery(waits, device)).attempts === 1);
  push.fcmTokens.set(device.address, 'unregistered');
  const id = await driven.create();
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'gone');
  await until(async () => (await driven.ask('GET', 'notifications', { as: device })).status === 403);
  await driven.drive(async () => (await driven.delivery(waits, device)).status === 'gone');
  assert.match((await driven.delivery(waits, device)).reason ?? '', /subscription ended/);
  const next = await driven.create();
  await driven.settle();
  assert.ok(!(await driven.deliveries(next)).some(({ subscriptionId }) => subscriptionId === device.unsId));
  assert.equal(driven.about(other, next).length, 1);
});

test('handled while its provider is away: nothing is sent when it is back', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const { simulator } = driven.push;
  simulator.script([rule({ status: 503 }, { match: { provider: 'fcm' } })]);
  const id = await driven.create();
  await driven.drive(async () => (await driven.delivery(id, device)).attempts >= 1);
  const body = { userActionState: 'dismissed' };
  assert.equal((await driven.ask('PATCH', `notifications/${id}`, { body })).status, 200);
  const withdrawn = await driven.delivery(id, device);
  assert.equal(withdrawn.status, 'withdrawn');
  assert.match(withdrawn.reason ?? '', /dismissed elsewhere/);
  simulator.script([]);
  await driven.pass(2 * minute, second);
  assert.equal(driven.push.to(device).length, 0);
});

test('an attempt that hangs is answered by its time limit, and the hub closes while one is under way', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const hanging: Device = await driven.push.register('android', { installationId: 'hanging' });
  const { simulator } = driven.push;
  simulator.script([rule('hang', { match: { address: hanging.address } })]);
  const id = await driven.create();
  await simulator.waitUntil(() => (simulator.stats.providers.fcm.answers.none ?? 0) === 1);
  await until(() => driven.about(device, id).length === 1);
  const closed = driven.push.stop();
  driven.clock.advance(10 * second);
  await closed;
});

test('what was to be sent while the clock was two hours ahead is sent once the clock is right again', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const leap = 120 * minute;
  driven.clock.advance(leap);
  driven.push.simulator.script([
    rule({ status: 503 }, { times: 2, match: { provider: 'fcm', address: device.address } }),
  ]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts > 0);
  driven.clock.advance(-leap);
  await driven.drive(async () => (await driven.delivery(id, device)).status === 'accepted', {
    maxMs: 30 * second,
  });
  assert.equal(driven.about(device, id).length, 1);
});

test('nor does a push wait for two hours whose Retry-After was heard while the clock was ahead, after a restart too', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const leap = 120 * minute;
  driven.clock.advance(leap);
  driven.push.simulator.script([
    rule(
      { retryAfterSeconds: 60, status: 503 },
      { times: 1, match: { provider: 'fcm', address: device.address } },
    ),
  ]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts === 1);
  driven.clock.advance(-leap);
  await driven.push.restart();
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 30 * second });
});
