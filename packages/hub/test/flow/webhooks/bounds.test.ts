// The bounds of webhooks, each at its limit and beyond it, and endpoints that behave badly, through the whole hub. Its clock
// is driven.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { limits, webhookLimits } from '@carillon/protocol';
import { post, startHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import {
  makeCertificate,
  openReceiver,
  type WebhookReceiver,
  watchOf,
} from '@carillon/testing/hub/webhook-receiver.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock, settings: { dev: true } });
after(hub.close);
const path = '/v1.0/subscriptions';
const feed = '/v1.0/me/notifications';
const lifetimeSeconds = 86_400;
const alice = hub.token({ user: 'alice', lifetimeSeconds });
const bob = hub.token({ user: 'bob', lifetimeSeconds });
const admin = hub.token({ admin: true, lifetimeSeconds });

const ask = (method: string, at: string, token: string, body?: unknown) =>
  hub.request(method, at, { token, ...(body === undefined ? {} : { body }) });

async function watch(receiver: WebhookReceiver, more: Record<string, unknown> = {}): Promise<string> {
  const { token = alice, ...members } = more;
  const expirationDateTime = new Date(clock.now() + 43_000 * 60_000).toISOString();
  const body = watchOf(receiver.url, { expirationDateTime, ...members });
  const answer = await ask('POST', path, String(token), body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}

async function create(token = alice, more = {}): Promise<string> {
  const { status, json, text } = await ask('POST', feed, token, post(more));
  assert.equal(status, 201, text);
  return json.id;
}

async function shown(id: string) {
  const { json } = await ask('GET', '/admin/changeSubscriptions', admin);
  return json.value.find((each: { id: string }) => each.id === id);
}

const end = async (id: string, token = alice): Promise<void> =>
  void assert.equal((await ask('DELETE', `${path}/${id}`, token)).status, 204);

/** Rows of the registry that look like this one, by hand, since each would take a handshake. */
function copies(of: string, count: number, user: string): void {
  using registry = new DatabaseSync(join(hub.dataDir, 'registry.db'));
  const text = `INSERT INTO change_subscription(id, app, user_key, watch, doc, sealed, key_id)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT 'copy ' || ? || i, app, coalesce(nullif(?, ''), user_key), watch, doc, sealed, key_id FROM n, change_subscription WHERE id = ?`;
  registry.prepare(text).run(count, user, user, of);
}

function removeCopies(): void {
  using registry = new DatabaseSync(join(hub.dataDir, 'registry.db'));
  registry.exec("DELETE FROM change_subscription WHERE id LIKE 'copy %'");
}

test('of change subscriptions there are as many as the bounds say, and one more is refused by name', async () => {
  await using receiver = await openReceiver();
  const { changeSubscriptionsPerUserAndApp: ofOwner, changeSubscriptions: ofAll } = webhookLimits;
  const first = await watch(receiver, { token: bob });
  const refused = async (token: string, message: RegExp): Promise<void> => {
    const { status, json } = await ask('POST', path, token, watchOf(receiver.url));
    assert.deepEqual([status, json.error.code], [400, 'invalidRequest']);
    assert.match(json.error.message, message);
  };
  try {
    copies(first, ofOwner - 2, '');
    const last = await watch(receiver, { token: bob });
    await refused(bob, /^There are 1000 change subscriptions already/);
    const others = await watch(receiver);
    copies(first, ofAll - ofOwner - 2, 'another user');
    await end(await watch(receiver));
    copies(first, 1, 'yet another user');
    await refused(alice, /^The hub keeps at most 10000 change subscriptions/);
    await Promise.all([end(last, bob), end(others)]);
  } finally {
    removeCopies();
  }
  await end(first, bob);
});

test('as many changes wait as the bound says; with one more all are given up, and missed is told', async () => {
  await using receiver = await openReceiver();
  receiver.answer = (response, { path: at }) => response.writeHead(at === '/hook/life' ? 202 : 500).end();
  const id = await watch(receiver, { token: bob, lifecycleNotificationUrl: `${receiver.url}/life` });
  const [perStep, steps] = [200, webhookLimits.waiting / 200];
  const made: string[] = [];
  for (let count = 0; count < perStep; count += 20) {
    const requests = Array.from({ length: 20 }, (_, index) => ({
      ...{ id: `${index}`, method: 'POST', url: '/me/notifications', body: post() },
      headers: { 'content-type': 'application/json' },
    }));
    const { json } = await ask('POST', '/v1.0/$batch', bob, { requests });
    for (const { status, body } of json.responses) made.push(status === 201 ? body.id : '');
  }
  for (let step = 1; step < steps; step++) {
    const readState = step % 2 === 0 ? 'unread' : 'read';
    const { json } = await ask('POST', `${feed}/updateState`, bob, { all: true, readState });
    assert.equal(json.updatedCount, perStep);
  }
  await until(async () => (await shown(id)).attempts === 1, 'the first attempt has failed');
  assert.equal((await shown(id)).waiting, webhookLimits.waiting);
  clock.advance(1000);
  const lifecycle = () => receiver.received.filter(({ path: at }) => at === '/hook/life');
  await until(async () => (await shown(id)).attempts === 2, 'the second attempt has failed');
  assert.equal(lifecycle().length, 0);

  receiver.answer = null;
  await ask('PATCH', `${feed}/${made[0]}`, bob, { readState: 'unread' });
  await until(() => lifecycle().length === 1, 'missed is told');
  assert.equal(lifecycle()[0]?.json.value[0].lifecycleEvent, 'missed');
  await until(async () => (await shown(id)).waiting === 0, 'nothing waits');
  const next = await create(bob);
  const came = () => {
    clock.advance(1000);
    return receiver.values.some((each) => each.resourceData?.id === next);
  };
  await until(came, 'what comes afterwards is told');
  assert.equal(receiver.values.filter((each) => each.resourceData).length, 1);
  await end(id, bob);
});

test('beyond the bytes that may wait, which are those of UTF-8, all are given up', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  await using receiver = await openReceiver();
  receiver.answer = (response, { path: at }) => response.writeHead(at === '/hook/life' ? 202 : 500).end();
  const encryptionCertificate = makeCertificate(folder.path, 2048).pem;
  const lifecycleNotificationUrl = `${receiver.url}/life`;
  const user = { token: bob, lifecycleNotificationUrl };
  const id = await watch(receiver, { ...user, includeResourceData: true, encryptionCertificate });
  await ask('POST', `${feed}/updateState`, bob, { all: true, readState: 'read' });
  const rawContent = '€'.repeat(Math.floor(limits.rawContentBytes / 3));
  const perStep = 20;
  for (let count = 0; count < perStep; count++) await create(bob, { payload: { rawContent } });
  await until(async () => (await shown(id)).attempts === 1, 'the first attempt has failed');
  const lifecycle = () => receiver.received.filter(({ path: at }) => at === '/hook/life');
  const fit = Math.floor(webhookLimits.waitingBytes / (limits.rawContentBytes + 2048));
  let waiting = (await shown(id)).waiting;
  const { json } = await ask('GET', `${feed}?$top=${perStep}&$select=id`, bob);
  const ids = json.value.map((each: { id: string }) => each.id);
  const step = async (readState: 'read' | 'unread'): Promise<void> => {
    const answer = await ask('POST', `${feed}/updateState`, bob, { ids, readState });
    assert.equal(answer.json.updatedCount, perStep);
    waiting += perStep;
  };
  const twice = async (): Promise<void> => {
    await step('read');
    await step('unread');
  };
  while (waiting + 2 * perStep <= fit) await twice();
  assert.equal((await shown(id)).waiting, waiting);
  assert.equal(lifecycle().length, 0);
  while (waiting * limits.rawContentBytes <= webhookLimits.waitingBytes) await twice();
  await until(() => lifecycle().length === 1, 'missed is told');
  // The last of them may have come after that.
  await until(async () => (await shown(id)).waiting <= 2 * perStep, 'what waited is given up');
  await end(id, bob);
});

test('an endpoint that takes its time delays only itself', async () => {
  await using slow = await openReceiver();
  await using quick = await openReceiver();
  const held: ServerResponse[] = [];
  slow.answer = (response) => void held.push(response);
  const ids = [await watch(slow), await watch(quick)];
  const expected: string[] = [];
  for (let count = 0; count < 30; count++) expected.push(await create());
  const told = await quick.told(30);
  assert.deepEqual(
    told.map((each) => each.resourceData.id),
    expected,
  );
  await until(() => held.length === 1, 'the slow one is being told');
  for (let times = 0; times < 4; times++)
    await ask('POST', `${feed}/updateState`, alice, { all: true, readState: times % 2 ? 'unread' : 'read' });
  await quick.told(30 * 5);
  assert.equal(slow.received.length, 1);
  const [first] = slow.received;
  const inFirst = first?.json.value.length;
  slow.answer = null;
  for (const response of held) response.writeHead(202).end();
  await slow.told(30 * 5);
  const sizes = slow.received.map(({ json }) => json.value.length);
  assert.deepEqual(sizes, [inFirst, webhookLimits.values, 30 * 5 - inFirst - webhookLimits.values]);
  for (const id of ids) await end(id);
});

/** What an endpoint does with a webhook before it takes it the next time. */
const misbehaviours: [name: string, answer: (response: ServerResponse) => void, lastAnswer: string][] = [
  ['hangs', () => {}, 'timeout'],
  ['breaks off', (response) => response.destroy(), 'reset'],
  [
    'answers half',
    (response) => {
      response.socket?.write('HTTP/1.1 202 Accepted\r\nContent-Len');
      response.socket?.end();
    },
    'reset',
  ],
  ['redirects', (response) => response.writeHead(307, { location: '/hook/elsewhere' }).end(), '307'],
  ['is gone', (response) => response.writeHead(410).end(), '410'],
  ['is not modified', (response) => response.writeHead(304).end(), '304'],
];
for (const [name, answer, lastAnswer] of misbehaviours)
  test(`an endpoint that ${name} is told the same again`, async () => {
    await using receiver = await openReceiver();
    const id = await watch(receiver);
    receiver.answer = answer;
    const made = await create();
    await until(() => receiver.received.length === 1, 'the first attempt');
    if (lastAnswer === 'timeout') {
      clock.advance(webhookLimits.answerSeconds * 1000 - 1);
      assert.equal((await shown(id)).attempts, 0);
      clock.advance(1);
    }
    await until(async () => (await shown(id)).attempts === 1, 'it has failed');
    const { lastAnswer: seen, waiting, failingSinceDateTime } = await shown(id);
    assert.deepEqual([seen, waiting, typeof failingSinceDateTime], [lastAnswer, 1, 'string']);
    receiver.answer = (response) => response.writeHead(202).end();
    clock.advance(1000);
    const [value] = await receiver.told(1);
    assert.equal(value.resourceData.id, made);
    const [first, second, third] = receiver.received;
    assert.equal(third, undefined);
    assert.deepEqual(second?.body, first?.body);
    assert.deepEqual([first?.path, second?.path], ['/hook', '/hook']);
    assert.equal(second?.headers['webhook-id'], first?.headers['webhook-id']);
    await until(async () => (await shown(id)).failingSinceDateTime === null, 'it no longer fails');
    await end(id);
  });

test('Retry-After of years is heeded for the hours of retries, and the endpoint is asked once after them', async () => {
  await using receiver = await openReceiver();
  const id = await watch(receiver);
  const retryMs = 4 * 3_600_000;
  for (let round = 1; round <= 2; round++) {
    receiver.answer = (response) => response.writeHead(503, { 'retry-after': '99999999' }).end();
    await create();
    await until(() => receiver.received.length === round, 'it is asked');
    await until(async () => (await shown(id)).attempts === round, 'it has failed');
    clock.advance(retryMs - 1);
    await create();
    assert.equal(receiver.received.length, round, 'not before that');
    clock.advance(1);
  }
  receiver.answer = null;
  await until(async () => (await shown(id)).failingSinceDateTime === null, 'it no longer fails');
  await end(id);
});

test('Retry-After with a date is heeded to the second', async () => {
  await using receiver = await openReceiver();
  const id = await watch(receiver);
  const at = Math.ceil(clock.now() / 1000) * 1000 + 3_600_000;
  receiver.answer = (response) =>
    response.writeHead(429, { 'retry-after': new Date(at).toUTCString() }).end();
  await create();
  await until(async () => (await shown(id)).attempts === 1, 'it has failed');
  receiver.answer = null;
  clock.advance(at - clock.now() - 1);
  await create();
  assert.equal(receiver.received.length, 1);
  clock.advance(1);
  await receiver.told(2);
  await end(id);
});
