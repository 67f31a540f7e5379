// The life of a change subscription: when it must be authorized anew, how it ends, what is given up. The hub's clock is driven.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { webhookLimits } from '@carillon/protocol';
import { post, startHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { openReceiver, type WebhookReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const minuteMs = 60_000;
const hub = await startHub({ clock, settings: { dev: true, 'webhook-retry-hours': '0.5' } });
after(hub.close);
const path = '/v1.0/subscriptions';
const feed = '/v1.0/me/notifications';

const tokenOf = (user?: 'alice' | 'bob') => hub.token({ user, lifetimeSeconds: 90 * 86_400 });
const ask = (method: string, at: string, token: string, body?: unknown) =>
  hub.request(method, at, { token, ...(body === undefined ? {} : { body }) });
const inMinutes = (minutes: number) => new Date(clock.now() + minutes * minuteMs).toISOString();

async function watch(receiver: WebhookReceiver, minutes: number, more: Record<string, unknown> = {}) {
  const { token = tokenOf('alice'), ...members } = more;
  const body = watchOf(receiver.url, {
    lifecycleNotificationUrl: `${receiver.url}/life`,
    expirationDateTime: inMinutes(minutes),
    ...members,
  });
  const answer = await ask('POST', path, String(token), body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

const eventsOf = ({ received }: WebhookReceiver): string[] =>
  received.flatMap(({ json }) => json.value).flatMap((each) => each.lifecycleEvent ?? []);

/** Moves the clock on a second at a time, as the sweep looks. */
async function told(receiver: WebhookReceiver, events: readonly string[]): Promise<void> {
  const done = () => {
    if (JSON.stringify(eventsOf(receiver)) === JSON.stringify(events)) return true;
    clock.advance(1000);
    return false;
  };
  await until(done, `the lifecycle endpoint gets ${events.join(', ')}`);
}

async function create(token = tokenOf('alice')): Promise<string> {
  const { status, json, text } = await ask('POST', feed, token, post());
  assert.equal(status, 201, text);
  return json.id;
}

test('a tenth before its end it is to be authorized anew, and its end is told', async () => {
  await using receiver = await openReceiver();
  const { id, ...created } = await watch(receiver, 1000);
  clock.advance(890 * minuteMs);
  await create();
  await receiver.told(1);
  assert.deepEqual(eventsOf(receiver), []);
  clock.advance(10 * minuteMs);
  await told(receiver, ['reauthorizationRequired']);
  const webhook = receiver.received.find(({ path: at }) => at === '/hook/life');
  assert.ok(webhook);
  const [value] = webhook.json.value;
  assert.deepEqual(
    [value.subscriptionId, value.clientState, value.subscriptionExpirationDateTime],
    [id, created.clientState, created.expirationDateTime],
  );
  assert.equal((await ask('POST', `${path}/${id}/reauthorize`, tokenOf('alice'))).status, 204);
  clock.advance(101 * minuteMs);
  await told(receiver, ['reauthorizationRequired', 'subscriptionRemoved']);
  assert.equal((await ask('GET', `${path}/${id}`, tokenOf('alice'))).status, 404);
  const before = receiver.received.length;
  await create();
  clock.advance(5000);
  assert.equal(receiver.received.length, before);
  await until(() => hub.registry.changeSubscriptions.known().length === 0, 'it is forgotten');
});

test('a short life asks at once, and a renewal begins another', async () => {
  await using receiver = await openReceiver();
  const { id } = await watch(receiver, 10);
  await told(receiver, ['reauthorizationRequired']);
  const renewed = await ask('PATCH', `${path}/${id}`, tokenOf('alice'), {
    expirationDateTime: inMinutes(60),
  });
  assert.equal(renewed.status, 200, renewed.text);
  clock.advance(40 * minuteMs);
  clock.advance(1000);
  clock.advance(5 * minuteMs);
  await told(receiver, ['reauthorizationRequired', 'reauthorizationRequired']);
  const tooLong = { expirationDateTime: inMinutes(webhookLimits.lifeMinutesMax + 1) };
  assert.equal((await ask('PATCH', `${path}/${id}`, tokenOf('alice'), tooLong)).status, 400);
  assert.equal((await ask('DELETE', `${path}/${id}`, tokenOf('alice'))).status, 204);
});

test('it ends with its user and with its app', async () => {
  await using receiver = await openReceiver();
  await using ofApp = await openReceiver();
  const admin = hub.token({ admin: true, lifetimeSeconds: 90 * 86_400 });
  const { id } = await watch(receiver, 1000, { token: tokenOf('bob') });
  const all = await watch(ofApp, 1000, { token: tokenOf(), resource: 'users/getAllNotifications' });
  const disabled = await ask('POST', `/admin/users/${encodeURIComponent(userNames.bob)}/disable`, admin);
  assert.equal(disabled.status, 200, disabled.text);
  await told(receiver, ['subscriptionRemoved']);
  assert.deepEqual(eventsOf(ofApp), []);
  assert.equal((await ask('PATCH', '/admin/apps/app-a', admin, { blocked: true })).status, 200);
  await told(ofApp, ['subscriptionRemoved']);
  assert.equal((await ask('PATCH', '/admin/apps/app-a', admin, { blocked: false })).status, 200);
  assert.equal((await ask('GET', `${path}/${all.id}`, tokenOf())).status, 404);
  assert.equal(await hub.registry.changeSubscriptions.find(id), null);
});

test('what fails for too long is given up, and missed is told once', async () => {
  await using receiver = await openReceiver();
  const { id } = await watch(receiver, 1000);
  receiver.answer = (response, { path: at }) => response.writeHead(at === '/hook/life' ? 200 : 500).end();
  const first = await create();
  const attempts = () => receiver.received.filter(({ path: at }) => at === '/hook').length;
  await until(() => attempts() === 1, 'the first attempt');
  await create();
  // By seconds, so that the four hours don't pass while an attempt is under way.
  const again = () => {
    clock.advance(1000);
    return attempts() > 2;
  };
  await until(again, 'two more attempts');
  const minutes = () => {
    clock.advance(minuteMs);
    return eventsOf(receiver).length > 0;
  };
  await until(minutes, 'missed');
  assert.deepEqual(eventsOf(receiver), ['missed']);
  for (const { path: at, headers } of receiver.received)
    if (at === '/hook') assert.equal(headers['webhook-id'], receiver.received[0]?.headers['webhook-id']);
  receiver.answer = null;
  const next = await create();
  const values = () => receiver.values.filter((each) => each.changeType === 'created');
  const came = () => {
    clock.advance(1000);
    return values().length > 0;
  };
  await until(came, 'what came afterwards is told');
  const ids = values().map((each) => each.resourceData.id);
  assert.ok(ids.includes(next) && !ids.includes(first));
  assert.equal((await ask('DELETE', `${path}/${id}`, tokenOf('alice'))).status, 204);
});
