// What a device proves, and what follows from it: for an older content nothing, for one that shows it a tap when it is
// handled elsewhere, and never more than what is living.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns';
import { hostname } from 'node:os';
import { after, test } from 'node:test';
import { startPush } from '@carillon/testing/feed/push.ts';
import { webPushKeys as keys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { resolvesPrivately } from '../../../src/push/transport/guard.ts';

const push = await startPush();
after(() => push[Symbol.asyncDispose]());
const { hub, simulator } = push;
const token = hub.token({ user: 'alice' });

async function create(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const answer = await hub.request('POST', '/v1.0/me/notifications', { token, body: post(more) });
  assert.ok(answer.status < 300, answer.text);
  return answer.json.id as string;
}

async function deliveryTo(id: string, unsId: string) {
  const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}/deliveries`, { token });
  return json.value.find((each: { subscriptionId: string }) => each.subscriptionId === unsId);
}

async function receipt(id: string, subscriptionId: string, more: object): Promise<number> {
  const receipts = [{ id, subscriptionId, kind: 'shown', ...more }];
  const answer = await hub.request('POST', '/v1.0/me/notifications/receipts', { token, body: { receipts } });
  return answer.json.recordedCount as number;
}

test('a receipt of an older content is no evidence of the one that replaced it', async () => {
  const { unsId } = await push.register('ios');
  const named = { appNotificationId: 'lunch', payload: { rawContent: '1' } };
  const id = await create(named);
  assert.equal(await create({ ...named, payload: { rawContent: '2' } }), id);
  assert.equal(await receipt(id, unsId, { contentVersion: 1 }), 0);
  const delivery = await deliveryTo(id, unsId);
  assert.deepEqual([delivery.fetchedDateTime, delivery.shownDateTime], [null, null]);
});

test('a device that says that it shows one is tapped when it is handled elsewhere, though nothing was sent to it', async () => {
  const { unsId, address } = await push.register('android', { installationId: 'quiet', channel: null });
  const id = await create();
  assert.equal((await deliveryTo(id, unsId)).status, 'skipped');
  assert.equal(await receipt(id, unsId, {}), 1);
  // By now it has an address.
  await push.register('android', { installationId: 'quiet', channel: { type: 'fcm', token: address } });
  const body = { userActionState: 'dismissed' };
  await hub.request('PATCH', `/v1.0/me/notifications/${id}`, { token, body });
  const tap = await simulator.waitFor((each) => each.address === address);
  assert.match(JSON.stringify(tap.payload), new RegExp(id));
});

test('nothing is shown before it was posted, whatever the clock of a device says', async () => {
  const { unsId } = await push.register('ios');
  const id = await create();
  assert.equal(await receipt(id, unsId, { dateTime: '0001-01-01T00:00:00Z' }), 1);
  const { shownDateTime } = await deliveryTo(id, unsId);
  const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}`, { token });
  assert.equal(shownDateTime, json.createdDateTime);
});

test('a subscription whose lease is over costs a create nothing', async () => {
  const { unsId } = await push.register('windows', {
    installationId: 'old',
    expirationDateTime: new Date(hub.clock.now() + 1500).toISOString(),
  });
  await until(async () => {
    const { status } = await hub.request('GET', `/v1.0/me/notificationSubscriptions/${unsId}`, { token });
    return status === 404;
  });
  assert.equal(await deliveryTo(await create(), unsId), undefined);
});

test('a name that leads inside is refused at registration, and one that can not be resolved only when it never will be', async () => {
  await using strict = await startHub();
  const alice = strict.token({ user: 'alice' });
  const register = (endpoint: string) =>
    subscribe(strict, {
      token: alice,
      platformType: 'webPush',
      channel: { type: 'webPush', endpoint, keys },
    });
  // Every machine knows itself by a name of its own, which leads to an address that is not public.
  if (await resolvesPrivately(hostname(), lookup))
    await assert.rejects(register(`https://${hostname()}/x`), /400/);
  await register('https://nowhere.example/x');
  await assert.rejects(register('https://nowhere.invalid/x'), /400/);
  const inside = [
    { address: '93.184.215.14', family: 4 },
    { address: '10.0.0.7', family: 4 },
  ];
  assert.equal(await resolvesPrivately('x', (_name, _options, call) => call(null, inside)), true);
  assert.equal(
    await resolvesPrivately('x', (_name, _options, call) => call(null, inside.slice(0, 1))),
    false,
  );
});
