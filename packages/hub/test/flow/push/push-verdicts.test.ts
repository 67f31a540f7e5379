// Verdicts that say of an older registration than the present one that its address is dead: they end nothing newer, and the
// push reaches what is registered.
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

const subscription = async (unsId: string, user: TestUser) =>
  (await driven.ask('GET', `notificationSubscriptions/${unsId}`, { user })).json;

/** What each provider answers while the device registers the same address again, which then gets the push. */
for (const platform of ['webPush', 'ios', 'android', 'windows'] as const) {
  for (const method of ['POST', 'PATCH']) {
    test(`${platform}: that an address is gone does not end it where a ${method} registered it meanwhile`, async () => {
      const device = await push.register(platform, { installationId: `again by ${method}` });
      const { installationId, targetHostName, platformType, channel } = await subscription(
        device.unsId,
        'alice',
      );
      push.simulator.script([rule('holdGone', { times: 1, match: { address: device.address } })]);
      const id = await driven.create();
      await until(() => push.simulator.held === 1);
      driven.clock.advance(1);
      const isPatch = method === 'PATCH';
      const { status } = await driven.ask(
        method,
        isPatch ? `notificationSubscriptions/${device.unsId}` : 'notificationSubscriptions',
        { body: isPatch ? { channel } : { installationId, targetHostName, platformType, channel } },
      );
      assert.equal(status, 200);
      push.simulator.release();
      await driven.drive(() => driven.about(device, id).length === 1);
      assert.equal((await driven.delivery(id, device)).attempts, 2);
      // The verdict about what is registered now counts.
      push.simulator.script([rule('gone', { match: { address: device.address } })]);
      await driven.create();
      await driven.settle();
      assert.equal((await driven.ask('GET', `notificationSubscriptions/${device.unsId}`)).status, 404);
      push.simulator.script([]);
    });
  }
}

test('an APNs device that registered again after it was last gone is kept, and ends by what is newer', async () => {
  const device = await push.register('ios', { installationId: 'reinstalled' });
  const { clock } = driven;
  await driven.pass(minute, second);
  const goneAt = clock.now();
  await driven.pass(minute, second);
  assert.equal((await push.register('ios', { installationId: 'reinstalled' })).unsId, device.unsId);
  const { channel } = await subscription(device.unsId, 'alice');
  const answer = (timestamp: number) =>
    rule(
      { status: 410, body: JSON.stringify({ reason: 'Unregistered', timestamp }) },
      { match: { address: channel.token } },
    );
  push.simulator.script([answer(goneAt)]);
  const kept = await driven.create();
  await driven.settle();
  assert.equal((await driven.delivery(kept, device)).status, 'failed');
  assert.equal((await driven.ask('GET', `notificationSubscriptions/${device.unsId}`)).status, 200);
  push.simulator.script([answer(clock.now() + 1)]);
  await driven.create();
  await driven.settle();
  assert.equal((await driven.ask('GET', `notificationSubscriptions/${device.unsId}`)).status, 404);
  push.simulator.script([]);
});

test('a verdict about who had the address before does not end it for who signed in meanwhile', async () => {
  const applicationServerKey = (await vapidKeysOf(push.hub.registry)).publicKey;
  const made = push.webPush.subscribe({ origin: push.simulator.url, applicationServerKey });
  const shared = { installationId: 'shared', channel: { type: 'webPush', ...made } };
  const hers = { ...(await push.register('webPush', shared)), address: made.endpoint };
  push.simulator.script([rule('holdGone', { times: 1, match: { address: hers.address } })]);
  const id = await driven.create();
  await until(() => push.simulator.held === 1);
  const his = await push.register('webPush', { ...shared, user: 'bob' });
  push.simulator.release();
  await driven.drive(async () => (await driven.delivery(id, hers)).status === 'gone');
  assert.equal((await subscription(his.unsId, 'bob')).channel.endpoint, hers.address);
  assert.equal((await driven.ask('GET', `notificationSubscriptions/${hers.unsId}`)).status, 200);
});
