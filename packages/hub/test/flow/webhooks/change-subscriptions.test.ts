// Change subscriptions over the wire: the handshake, who sees them, what they are told and in which order.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { webhookLimits } from '@carillon/protocol';
import { allScope, hosts, post, startHub, type TestApp, until } from '@carillon/testing/hub/hub.ts';
import { placeOf } from '@carillon/testing/hub/store-place.ts';
import { openReceiver, type WebhookReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { Webhook } from 'standardwebhooks';
import { checkWebhooks } from '../../../src/cli/doctor/webhooks.ts';

const hub = await startHub({ settings: { dev: true } });
after(hub.close);
const path = '/v1.0/subscriptions';
const feed = '/v1.0/me/notifications';
const alice = hub.token({ user: 'alice' });
const bob = hub.token({ user: 'bob' });
const app = hub.token();

const ask = (method: string, at: string, token: string, body?: unknown) =>
  hub.request(method, at, { token, ...(body === undefined ? {} : { body }) });

async function watch(
  url: string,
  { token = alice, ...more }: Record<string, unknown> & { token?: string } = {},
) {
  const answer = await ask('POST', path, token, watchOf(url, more));
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

async function create(token = alice, of: TestApp = 'app-a'): Promise<string> {
  const { status, json, text } = await ask('POST', feed, token, post({ targetHostName: hosts[of] }));
  assert.equal(status, 201, text);
  return json.id;
}

test('an endpoint is registered after both handshakes, and the answer alone shows the secret', async () => {
  await using receiver = await openReceiver();
  const url = `${receiver.url}?own=1%202`;
  const lifecycle = `${receiver.url}/life`;
  const answer = await ask('POST', path, alice, watchOf(url, { lifecycleNotificationUrl: lifecycle }));
  assert.equal(answer.status, 201, answer.text);
  const { id, signingSecret } = answer.json;
  assert.equal(answer.json['@odata.context'], `${hub.baseUrl}/v1.0/$metadata#subscriptions/$entity`);
  assert.equal(answer.headers.location, `${hub.baseUrl}${path}/${id}`);
  assert.match(signingSecret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const [first, second] = receiver.handshakes;
  assert.match(first ?? '', /^\/hook\?own=1%202&validationToken=Validation%3A%20/);
  assert.match(second ?? '', /^\/hook\/life\?validationToken=/);
  const got = await ask('GET', `${path}/${id}`, alice);
  assert.equal(got.status, 200, got.text);
  assert.equal(got.json.signingSecret, undefined);
  assert.equal(got.json.clientState, 'state of the test');
  assert.equal(got.json.applicationId, 'app-a');
  const listed = await ask('GET', path, alice);
  assert.deepEqual(
    listed.json.value.map((each: { id: string }) => each.id),
    [id],
  );
  for (const other of [bob, hub.token({ user: 'alice', app: 'app-b' }), app]) {
    for (const [method, at] of [
      ['GET', id],
      ['PATCH', id],
      ['DELETE', id],
      ['POST', `${id}/reauthorize`],
      ['POST', `${id}/rotateSecret`],
    ] as const) {
      const body =
        method === 'PATCH' ? { expirationDateTime: new Date(Date.now() + 60_000).toISOString() } : undefined;
      const { status } = await ask(method, `${path}/${at}`, other, body);
      assert.equal(status, 404, `${method} ${at}`);
    }
    assert.deepEqual((await ask('GET', path, other)).json.value, []);
  }
  assert.equal((await ask('DELETE', `${path}/${id}`, alice)).status, 204);
  assert.equal((await ask('GET', `${path}/${id}`, alice)).status, 404);
});

test('whatever does not pass the handshake is not registered', async () => {
  await using receiver = await openReceiver();
  const shakes: Readonly<Record<string, NonNullable<WebhookReceiver['shake']>>> = {
    'another status': (response, token) =>
      response.writeHead(202, { 'content-type': 'text/plain' }).end(token),
    'another type': (response, token) => response.writeHead(200, { 'content-type': 'text/html' }).end(token),
    'a type that begins alike': (response, token) =>
      response.writeHead(200, { 'content-type': 'text/plain-x' }).end(token),
    'another text': (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('no'),
    'an encoded token': (response, token) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end(encodeURIComponent(token)),
    'a redirect': (response) => response.writeHead(302, { location: receiver.url }).end(),
    'a closed connection': (response) => response.destroy(),
  };
  for (const [name, shake] of Object.entries(shakes)) {
    receiver.shake = shake;
    const { status, json } = await ask('POST', path, alice, watchOf(receiver.url));
    assert.deepEqual(
      [status, json.error.code, json.error.target],
      [400, 'invalidRequest', 'notificationUrl'],
      name,
    );
  }
  receiver.shake = (response, token) => {
    const ok = !receiver.handshakes.at(-1)?.includes('/life');
    response.writeHead(ok ? 200 : 404, { 'content-type': 'text/plain' }).end(token);
  };
  const lifecycleNotificationUrl = `${receiver.url}/life`;
  const both = await ask('POST', path, alice, watchOf(receiver.url, { lifecycleNotificationUrl }));
  assert.deepEqual([both.status, both.json.error.target], [400, 'lifecycleNotificationUrl']);
  assert.deepEqual((await ask('GET', path, alice)).json.value, []);
});

test('what is asked for is refused by member', async () => {
  await using receiver = await openReceiver();
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const refused: [more: Record<string, unknown>, status: number, target: string][] = [
    [{ changeType: 'created,read' }, 400, 'changeType'],
    [{ resource: 'me/messages' }, 400, 'resource'],
    [{ resource: 'users/getAllNotifications' }, 403, 'resource'],
    [{ resource: `users/${hub.userIds.bob}/notifications` }, 403, 'resource'],
    [{ notificationUrl: 'ftp://a.example/x' }, 400, 'notificationUrl'],
    [{ expirationDateTime: inMinutes(-1) }, 400, 'expirationDateTime'],
    [{ expirationDateTime: inMinutes(webhookLimits.lifeMinutesMax + 1) }, 400, 'expirationDateTime'],
    [{ expirationDateTime: 'tomorrow' }, 400, 'expirationDateTime'],
    [{ clientState: 'x'.repeat(webhookLimits.clientStateCharacters + 1) }, 400, 'clientState'],
    [{ includeResourceData: true }, 400, 'encryptionCertificate'],
    [{ includeResourceData: true, encryptionCertificate: 'AAAA' }, 400, 'encryptionCertificate'],
    [{ notificationQueryOptions: '$filter=x' }, 400, 'notificationQueryOptions'],
  ];
  for (const [more, status, target] of refused) {
    const { json, ...answer } = await ask('POST', path, alice, watchOf(receiver.url, more));
    assert.deepEqual([answer.status, json.error.target], [status, target], JSON.stringify(more));
  }
  const ofApp = await ask('POST', path, app, watchOf(receiver.url));
  assert.deepEqual([ofApp.status, ofApp.json.error.target], [403, 'resource']);
  const ends = watchOf(receiver.url, { resource: 'users/getAllDeliveries', changeType: 'created' });
  assert.equal((await ask('POST', path, app, ends)).status, 400);
  const longest = {
    ...{ resource: '/users/alice%40contoso.example/notifications', changeType: 'Deleted, created' },
    ...{ expirationDateTime: inMinutes(webhookLimits.lifeMinutesMax) },
    clientState: 'x'.repeat(webhookLimits.clientStateCharacters),
  };
  const { id, changeType, resource } = await watch(receiver.url, longest);
  assert.deepEqual([changeType, resource], ['deleted,created', 'me/notifications']);
  await ask('DELETE', `${path}/${id}`, alice);
  for (const form of [
    `users('${hub.userIds.alice}')/notifications`,
    "/Users('alice%40contoso.example')/notifications/",
  ]) {
    const own = await watch(receiver.url, { resource: form });
    assert.equal(own.resource, 'me/notifications', form);
    await ask('DELETE', `${path}/${own.id}`, alice);
  }
  const others = watchOf(receiver.url, { resource: `users('${hub.userIds.bob}')/notifications` });
  assert.equal((await ask('POST', path, alice, others)).status, 403);
});

test('created, updated and deleted are told apart and in order, signed, to the user and to the app', async () => {
  await using receiver = await openReceiver();
  await using ofApp = await openReceiver();
  const own = await watch(receiver.url);
  const all = await watch(ofApp.url, { token: app, resource: 'users/getAllNotifications' });
  const id = await create();
  await create(bob);
  const read = await ask('PATCH', `${feed}/${id}`, alice, { readState: 'read' });
  assert.equal(read.status, 200, read.text);
  assert.equal((await ask('DELETE', `${feed}/${id}`, alice)).status, 204);
  const told = await receiver.told(3);
  const resource = `users/${hub.userIds.alice}/notifications/${id}`;
  assert.deepEqual(
    told.map((each) => [
      each.changeType,
      each.resource,
      each.resourceData.id,
      each.resourceData['@odata.etag'],
    ]),
    [
      ['created', resource, id, 'W/"1"'],
      ['updated', resource, id, 'W/"2"'],
      ['deleted', resource, id, 'W/"3"'],
    ],
  );
  assert.equal(new Set(told.map((each) => each.id)).size, 3);
  for (const each of told) {
    assert.equal(each.subscriptionId, own.id);
    assert.equal(each.subscriptionExpirationDateTime, own.expirationDateTime);
    assert.equal(each.clientState, 'state of the test');
    assert.match(each.tenantId, /^[0-9a-f-]{36}$/);
  }
  for (const { headers, body } of receiver.received)
    new Webhook(own.signingSecret).verify(body, headers as Record<string, string>);
  const everybody = await ofApp.told(4);
  const ofAlice = everybody.filter((each) => each.resourceData.id === id);
  assert.deepEqual(
    ofAlice.map((each) => each.changeType),
    ['created', 'updated', 'deleted'],
  );
  assert.equal(everybody.filter((each) => each.resource.includes(hub.userIds.bob)).length, 1);
  const fetched = await ask('GET', `/v1.0/${resource}`, alice);
  assert.equal(fetched.status, 404, 'the resource is the path of what was deleted');
  for (const [token, at] of [
    [alice, own.id],
    [app, all.id],
  ] as const)
    assert.equal((await ask('DELETE', `${path}/${at}`, token)).status, 204);
});

test('CreatedByApp holds: another app is told nothing, an inbox over all apps is told everything', async () => {
  await using receiver = await openReceiver();
  await using inbox = await openReceiver();
  const others = hub.token({ app: 'app-b' });
  const token = hub.token({ user: 'alice', scopes: [allScope] });
  const foreign = await watch(receiver.url, { token: others, resource: 'users/getAllNotifications' });
  const ofB = hub.token({ user: 'alice', app: 'app-b' });
  const seesAll = await watch(inbox.url, { token });
  await create();
  const id = await create(ofB, 'app-b');
  const told = await inbox.told(2);
  assert.equal(told.length, 2);
  assert.deepEqual(
    (await receiver.told(1)).map((each) => each.resourceData.id),
    [id],
  );
  await ask('DELETE', `${path}/${foreign.id}`, others);
  await ask('DELETE', `${path}/${seesAll.id}`, alice);
});

test('two secrets sign for a day after a rotation', async () => {
  await using receiver = await openReceiver();
  const { id, signingSecret: old } = await watch(receiver.url);
  const rotated = await ask('POST', `${path}/${id}/rotateSecret`, alice);
  assert.equal(rotated.status, 200, rotated.text);
  const { signingSecret } = rotated.json;
  assert.notEqual(signingSecret, old);
  await create();
  await receiver.told(1);
  const [webhook] = receiver.received;
  assert.ok(webhook);
  const { headers, body } = webhook;
  for (const secret of [old, signingSecret])
    new Webhook(secret).verify(body, headers as Record<string, string>);
  assert.equal(String(headers['webhook-signature']).split(' ').length, 2);
  await ask('DELETE', `${path}/${id}`, alice);
});

test('an operator ends one of any app for good, what waits for it is forgotten, and the audit names it', async () => {
  await using receiver = await openReceiver();
  receiver.answer = (response) => response.writeHead(500).end();
  const { id } = await watch(receiver.url);
  await create();
  await until(() => receiver.received.length > 0, 'an attempt');
  const own = `/admin/changeSubscriptions/${id}`;
  for (const [token, status] of [
    [hub.token({ operatorRead: true }), 403],
    [hub.token({ user: 'alice' }), 403],
    [hub.token({ admin: true }), 204],
    [hub.token({ admin: true }), 404],
  ] as const)
    assert.equal((await ask('DELETE', own, token)).status, status);
  const { json } = await ask('GET', '/admin/changeSubscriptions', hub.token({ admin: true }));
  assert.ok(json.value.every((each: { id: string }) => each.id !== id));
  const { json: audit } = await ask('GET', '/admin/audit?what=deleteWebhook', hub.token({ admin: true }));
  assert.equal(audit.value[0].on, `apps/app-a/webhooks/${id}`);
});

test('an endpoint that fails is told the same again, in order, and not before Retry-After', async () => {
  await using receiver = await openReceiver();
  const { id } = await watch(receiver.url);
  const asked: number[] = [];
  receiver.answer = (response) => {
    asked.push(Date.now());
    if (asked.length > 1) return response.writeHead(204).end();
    return response.writeHead(429, { 'retry-after': '2' }).end();
  };
  const first = await create();
  await until(() => receiver.received.length === 1, 'the first attempt');
  const listed = await ask('GET', '/admin/changeSubscriptions?app=app-a', hub.token({ admin: true }));
  const [shown] = listed.json.value;
  assert.deepEqual([shown.id, shown.appId, shown.waiting], [id, 'app-a', 1]);
  assert.equal(shown.endpointHost, new URL(receiver.url).host);
  const failing = async () => {
    const { json } = await ask('GET', '/admin/changeSubscriptions', hub.token({ admin: true }));
    return json.value[0].lastAnswer === '429' && json.value[0].attempts === 1;
  };
  await until(failing, 'operators see that it fails');
  const databaseUrl = (await placeOf(hub.dataDir)).settings['database-url'];
  const place = { dataDir: hub.dataDir, databaseUrl: databaseUrl === undefined ? null : String(databaseUrl) };
  const [finding] = await checkWebhooks(hub.registry, place);
  assert.equal(finding?.status, 'warn');
  assert.match(finding.message, /: 429, 1 attempts – /);
  const second = await create();
  const told = await receiver.told(2);
  assert.deepEqual(
    told.map((each) => each.resourceData.id),
    [first, second],
  );
  const [before, again] = receiver.received;
  assert.equal(before?.json.value[0].id, again?.json.value[0].id);
  assert.ok((asked[1] ?? 0) - (asked[0] ?? 0) >= 2000);
  await ask('DELETE', `${path}/${id}`, alice);
});
