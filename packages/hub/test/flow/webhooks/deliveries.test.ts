// `users/getAllDeliveries` over the answers of push providers: the app is told how each delivery of what it posted ended, once,
// with the members that `GET …/deliveries` has. The hub's clock is driven.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Delivery } from '@carillon/protocol';
import { rule } from '@carillon/simulators';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Platform } from '@carillon/testing/feed/push.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';

const driven = await startDriven();
after(() => driven[Symbol.asyncDispose]());
const { push } = driven;
const { simulator } = push;
const app = push.hub.token();

const receiver = await openReceiver();
after(() => receiver[Symbol.asyncDispose]());
const ends = { resource: 'users/getAllDeliveries', changeType: 'updated' };
const watched = await push.hub.request('POST', '/v1.0/subscriptions', {
  token: app,
  body: watchOf(receiver.url, ends),
});
assert.equal(watched.status, 201, watched.text);

interface TellsOf {
  readonly changeType: string;
  readonly resource: string;
  readonly resourceData: Delivery & { readonly id: string; readonly '@odata.type': string };
}

const about = (id: string): TellsOf[] =>
  receiver.values.filter((each: TellsOf) => each.resourceData.id === id);

/** Each delivery to a device of Alice has ended so, which is told once, as it is then. */
async function ended(id: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const count = Object.keys(expected).length;
  await driven.drive(async () => (await driven.deliveries(id)).every(({ status }) => status in isFinal));
  await until(() => about(id).length >= count, `${count} deliveries are told`);
  const byDevice = new Map(about(id).map((each) => [each.resourceData.subscriptionId, each]));
  assert.equal(about(id).length, byDevice.size, 'each is told once');
  const listed = await driven.deliveries(id);
  for (const delivery of listed) {
    const { changeType, resource, resourceData } = byDevice.get(delivery.subscriptionId) ?? {};
    assert.equal(changeType, 'updated');
    assert.equal(resource, `users/${push.hub.userIds.alice}/notifications/${id}/deliveries`);
    const { '@odata.type': type, '@odata.id': _, id: of, ...members } = { '@odata.id': '', ...resourceData };
    assert.deepEqual([type, of], ['#microsoft.graph.notificationDelivery', id]);
    assert.deepEqual(members, delivery);
  }
  const told = Object.fromEntries(
    [...byDevice].map(
      ([
        at,
        {
          resourceData: { status },
        },
      ]) => [at, status],
    ),
  );
  assert.deepEqual(told, expected);
}

const tooLarge = { status: 413 };
const refusals = {
  ...{ windows: tooLarge, ios: tooLarge, webPush: tooLarge },
  android: { status: 400, reason: 'INVALID_ARGUMENT' },
};
const isFinal = { accepted: 1, withdrawn: 1, expired: 1, failed: 1, gone: 1, skipped: 1 };

test('accepted, gone and refused by each provider are told with the members of the delivery', async () => {
  for (const platform of ['windows', 'ios', 'android', 'webPush'] as const satisfies Platform[]) {
    const device = (name: string) => push.register(platform, { installationId: `${platform} ${name}` });
    const [good, dead, refused] = [await device('good'), await device('dead'), await device('refused')];
    simulator.script([
      rule('gone', { match: { address: dead.address } }),
      rule(refusals[platform], { match: { address: refused.address } }),
    ]);
    const id = await driven.create();
    await ended(id, { [good.unsId]: 'accepted', [dead.unsId]: 'gone', [refused.unsId]: 'failed' });
    const answers = about(id).map(({ resourceData }) => resourceData.lastAnswer?.verdict);
    assert.deepEqual(answers.sort(), ['accepted', 'gone', 'refused'], platform);
    simulator.script([]);
    for (const { unsId } of [good, refused]) await driven.ask('DELETE', `notificationSubscriptions/${unsId}`);
  }
});

test('what a device could not show is told as failed, after it was told as accepted', async () => {
  const device = await push.register('android', { installationId: 'blind' });
  const id = await driven.create();
  await ended(id, { [device.unsId]: 'accepted' });
  const receipts = [{ id, subscriptionId: device.unsId, kind: 'failed' }];
  for (let again = 0; again < 2; again++)
    assert.equal((await driven.ask('POST', 'notifications/receipts', { body: { receipts } })).status, 200);
  await until(() => about(id).length === 2, 'it is told');
  const [accepted, failed] = about(id).map(({ resourceData }) => resourceData);
  assert.deepEqual([accepted?.status, failed?.status], ['accepted', 'failed']);
  assert.deepEqual(failed?.reason, 'the device could not show it');
  await driven.ask('DELETE', `notificationSubscriptions/${device.unsId}`);
  assert.equal(about(id).length, 2, 'once');
});

test('withdrawn, expired and accepted after attempts that failed are told, and nothing before the end', async () => {
  const device = await push.register('webPush', { installationId: 'slow' });
  simulator.script([rule({ status: 503 }, { match: { address: device.address } })]);
  const [handled, late, again] = [
    await driven.create(),
    await driven.create({ expirationDateTime: new Date(driven.clock.now() + 60_000).toISOString() }),
    await driven.create(),
  ];
  await driven.drive(async () => (await driven.delivery(again, device)).attempts > 0);
  assert.deepEqual([...about(handled), ...about(late), ...about(again)], []);
  await driven.ask('PATCH', `notifications/${handled}`, { body: { readState: 'read' } });
  await until(() => about(handled).length === 1, 'the withdrawn one is told');
  assert.equal(about(handled)[0]?.resourceData.status, 'withdrawn');
  await driven.pass(61_000, 1000);
  await until(() => about(late).length === 1, 'the expired one is told');
  // By the sweep of notifications, unless the look for what is due comes before it.
  assert.ok(['withdrawn', 'expired'].includes(about(late)[0]?.resourceData.status ?? ''));
  simulator.script([]);
  await ended(again, { [device.unsId]: 'accepted' });
});
