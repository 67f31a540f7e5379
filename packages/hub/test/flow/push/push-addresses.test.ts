// Push addresses that change hands while something is on its way to them: nothing of one user reaches the next.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { rule } from '@carillon/simulators';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import { type TestUser, until } from '@carillon/testing/hub/hub.ts';
import { vapidKeysOf } from '../../../src/hub/open-push.ts';

const second = 1000;
const minute = 60 * second;
const driven = await startDriven();
after(() => driven[Symbol.asyncDispose]());
const { push } = driven;
let installations = 0;

/** A browser that several users sign in to: one endpoint, one installation. */
async function sharedBrowser() {
  const applicationServerKey = (await vapidKeysOf(push.hub.registry)).publicKey;
  const made = push.webPush.subscribe({ origin: push.simulator.url, applicationServerKey });
  const channel = { type: 'webPush', ...made };
  const installationId = `shared ${installations++}`;
  const signIn = async (user: TestUser) => {
    const { unsId } = await push.register('webPush', { user, installationId, channel });
    return { unsId, address: made.endpoint };
  };
  return {
    signIn,
    arrived: () => push.simulator.delivered.filter(({ address }) => address === made.endpoint),
  };
}

const subscription = async (unsId: string, user: TestUser) =>
  (await driven.ask('GET', `notificationSubscriptions/${unsId}`, { user })).json;

test('who signs in to a shared browser last gets its pushes, and nothing more of the other arrives there', async () => {
  const browser = await sharedBrowser();
  const hers = await browser.signIn('alice');
  const first = await driven.create();
  await driven.settle();
  assert.equal(driven.about(hers, first).length, 1);
  // One of hers waits for its next attempt while he signs in.
  push.simulator.script([rule({ retryAfterSeconds: 30 }, { times: 1, match: { address: hers.address } })]);
  const pending = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(pending, hers)).attempts === 1);
  const before = browser.arrived().length;
  const his = await browser.signIn('bob');
  assert.notEqual(his.unsId, hers.unsId);
  assert.equal((await subscription(hers.unsId, 'alice')).channel, null);
  assert.equal((await subscription(his.unsId, 'bob')).channel.endpoint, hers.address);
  const later = await driven.create();
  await driven.pass(2 * minute, second);
  assert.equal(browser.arrived().length, before);
  const lost = await driven.delivery(pending, hers);
  assert.equal(lost.status, 'gone');
  assert.match(lost.reason ?? '', /another subscription has taken its push address/);
  assert.equal((await driven.delivery(later, hers)).status, 'skipped');
  const own = await driven.create({ payload: { visualContent: { title: 'For Bob' } } }, 'bob');
  await driven.settle();
  assert.equal(browser.arrived().length, before + 1);
  const text = JSON.stringify(browser.arrived().at(-1)?.payload);
  assert.match(text, /For Bob/);
  for (const id of [first, pending, later]) assert.ok(!text.includes(id), 'her ids are none of his business');
  assert.ok(text.includes(own));
});

test('who signs in again takes the browser back, with the UNS-ID of before', async () => {
  const browser = await sharedBrowser();
  const hers = await browser.signIn('alice');
  await browser.signIn('bob');
  const again = await browser.signIn('alice');
  const id = await driven.create();
  const his = await driven.create({}, 'bob');
  await driven.settle();
  assert.equal(again.unsId, hers.unsId);
  assert.equal(driven.about(hers, id).length, 1);
  assert.equal(driven.about(hers, his).length, 0);
});

test('an installation that registers a new address gets what waits at the new one alone', async () => {
  const before = await push.register('android', { installationId: 'renewed' });
  push.simulator.script([rule({ retryAfterSeconds: 30 }, { times: 1, match: { address: before.address } })]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, before)).attempts === 1);
  const now = await push.register('android', { installationId: 'renewed' });
  assert.equal(now.unsId, before.unsId);
  await driven.drive(() => driven.about(now, id).length === 1);
  assert.equal(push.to(before).length, 0);
});

test('a PATCH of the channel counts for what is pending, and null stops it', async () => {
  const device = await push.register('android', { installationId: 'patched' });
  const silenced = await push.register('android', { installationId: 'silenced' });
  push.simulator.script([
    rule({ retryAfterSeconds: 30 }, { times: 1, match: { address: device.address } }),
    rule({ retryAfterSeconds: 30 }, { times: 1, match: { address: silenced.address } }),
  ]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts === 1);
  const patch = (unsId: string, channel: object | null) =>
    driven.ask('PATCH', `notificationSubscriptions/${unsId}`, { body: { channel } });
  const token = `patched:${'c'.repeat(40)}`;
  assert.equal((await patch(device.unsId, { type: 'fcm', token })).status, 200);
  assert.equal((await patch(silenced.unsId, null)).status, 200);
  await driven.drive(() => driven.about({ unsId: device.unsId, address: token }, id).length === 1);
  assert.equal(push.to(device).length, 0);
  await driven.drive(async () => (await driven.delivery(id, silenced)).status === 'gone');
  assert.equal(push.to(silenced).length, 0);
});

test('a channel of another kind is sent to through that kind', async () => {
  const device = await push.register('ios', { installationId: 'moved' });
  push.simulator.script([rule({ retryAfterSeconds: 30 }, { times: 1, match: { address: device.address } })]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts === 1);
  const token = `moved:${'d'.repeat(40)}`;
  const body = { channel: { type: 'fcm', token } };
  const { status } = await driven.ask('PATCH', `notificationSubscriptions/${device.unsId}`, { body });
  assert.equal(status, 200);
  await driven.drive(() => driven.about({ unsId: device.unsId, address: token }, id).length === 1);
});

test('when its lease has expired a device gets no push: neither what waits nor what comes', async () => {
  const expirationDateTime = new Date(driven.clock.now() + 20 * second).toISOString();
  const device = await push.register('android', { installationId: 'lapsing', expirationDateTime });
  push.simulator.script([rule({ retryAfterSeconds: 30 }, { times: 1, match: { address: device.address } })]);
  const id = await driven.create();
  await driven.settle();
  await until(async () => (await driven.delivery(id, device)).attempts === 1);
  await driven.pass(35 * second, second);
  const lapsed = await driven.delivery(id, device);
  assert.equal(lapsed.status, 'gone');
  assert.match(lapsed.reason ?? '', /lease has expired/);
  const next = await driven.create();
  await driven.settle();
  const planned = (await driven.deliveries(next)).map(({ subscriptionId }) => subscriptionId);
  assert.ok(!planned.includes(device.unsId));
  assert.equal(push.to(device).length, 0);
});

test('a device that registers again after its address was gone is not ended by what is known of the old one', async () => {
  const before = await push.register('android', { installationId: 'reborn' });
  push.simulator.script([rule({ delayMs: 5 * second }, { times: 1, match: { address: before.address } })]);
  const old = await driven.create();
  // Under way, and its answer will be that the address is gone.
  await until(() => push.hub.hub.dispatcher?.inFlight === 1);
  push.simulator.script([]);
  const now = await push.register('android', { installationId: 'reborn' });
  push.fcmTokens.set(before.address, 'unregistered');
  driven.clock.advance(6 * second);
  await driven.settle();
  const id = await driven.create();
  await driven.settle();
  assert.equal(driven.about(now, id).length, 1);
  assert.notEqual((await driven.delivery(old, now)).status, 'pending');
});

test('browsers whose push service is dead, as anybody may register them, delay no other browser of the app', async () => {
  await using fresh = await startDriven();
  const { push: its } = fresh;
  const applicationServerKey = (await vapidKeysOf(its.hub.registry)).publicKey;
  for (let index = 0; index < 15; index++) {
    const { keys } = its.webPush.subscribe({ origin: its.simulator.url, applicationServerKey });
    const channel = { type: 'webPush', endpoint: `https://127.0.0.1:9/${index}`, keys };
    await its.register('webPush', { user: 'bob', installationId: `dead ${index}`, channel });
  }
  const alive = await its.register('webPush');
  const failing = await fresh.create({}, 'bob');
  await fresh.settle();
  const tried = async () => (await fresh.deliveries(failing, 'bob')).every(({ attempts }) => attempts > 0);
  await fresh.drive(tried, { stepMs: 5 });
  const id = await fresh.create();
  await fresh.settle();
  assert.equal(fresh.about(alive, id).length, 1);
});
