// Deliveries that failed for good, as an operator finds them and has them sent again once the provider takes them:
// a real hub, its real FCM channel, and a provider on this machine.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { serviceAccount } from '@carillon/testing/feed/credentials.ts';
import { post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';

/** Gives tokens, and takes pushes or refuses them, as the test says. */
async function startProvider(context: TestContext) {
  const provider = { takes: false, url: '', pushes: 0 };
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/token') {
      response.end(JSON.stringify({ access_token: 'x', token_type: 'Bearer', expires_in: 3600 }));
      return;
    }
    provider.pushes++;
    const refusal = { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'no' } };
    response.writeHead(provider.takes ? 200 : 400);
    response.end(JSON.stringify(provider.takes ? { name: 'projects/bells-1/messages/1' } : refusal));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

test('failed deliveries are listed without addresses, and a redrive sends them again', async (context) => {
  const provider = await startProvider(context);
  await using hub = await startHub({ settings: { 'allow-private-push': true } });
  const operator = hub.token({ admin: true });
  const admin = (method: string, path: string, body?: unknown) =>
    hub.request(method, `/admin${path}`, { token: operator, ...(body ? { body } : {}) });
  const account = { ...serviceAccount, token_uri: `${provider.url}/token` };
  await admin('PUT', '/apps/app-a/channels/fcm', { serviceAccount: account, baseUrl: provider.url });
  const address = 'an-fcm-token-that-is-a-capability';
  const unsId = await subscribe(hub, { platformType: 'android', channel: { type: 'fcm', token: address } });
  const token = hub.token({ user: 'alice' });
  const posted = [];
  for (const title of ['one', 'two']) {
    const body = post({ payload: { visualContent: { title } } });
    posted.push((await hub.request('POST', '/v1.0/me/notifications', { token, body })).json.id);
  }
  const failed = async (query = '') => (await admin('GET', `/deliveries?status=failed${query}`)).json;
  const { value } = await until(async () => {
    const page = await failed();
    return page.value.length === 2 ? page : null;
  }, 'both deliveries failed');
  assert.deepEqual(
    value.map((each: { notificationId: string }) => each.notificationId).sort(),
    posted.sort(),
  );
  const [first] = value;
  assert.deepEqual(
    [first.appId, first.channel, first.status, first.lastAnswer.status, first.user.name],
    ['app-a', 'fcm', 'failed', 400, 'alice@contoso.example'],
  );
  for (const hidden of [address, unsId]) assert.ok(!JSON.stringify(value).includes(hidden));
  const page = await failed('&app=app-a&$top=1');
  const rest = await hub.request('GET', page['@odata.nextLink'].slice(hub.baseUrl.length), {
    token: operator,
  });
  assert.deepEqual([...page.value, ...rest.json.value], value);
  assert.equal(rest.json['@odata.nextLink'], undefined);
  assert.deepEqual((await failed('&app=app-b')).value, []);
  provider.takes = true;
  const before = provider.pushes;
  const one = await admin('POST', '/deliveries/redrive', { ids: [first.id] });
  assert.deepEqual(one.json, { redrivenCount: 1, more: false });
  await until(() => provider.pushes === before + 1, 'it was sent again');
  const all = await admin('POST', '/deliveries/redrive', { all: true, app: 'app-a' });
  assert.deepEqual(all.json, { redrivenCount: 1, more: false });
  await until(async () => (await failed()).value.length === 0, 'no delivery is failed any more');
  await until(() => provider.pushes === before + 2, 'the other was sent again too');
  const audit = (await admin('GET', '/audit?$top=2')).json.value;
  assert.deepEqual(
    audit.map(({ what, on }: Record<string, string>) => `${what} ${on}`),
    ['redriveDeliveries deliveries (1, all of apps/app-a)', 'redriveDeliveries deliveries (1 of 1 named)'],
  );
});

test('a redrive of many is counted by cause, tried dry, started, watched and in the audit', async (context) => {
  const provider = await startProvider(context);
  await using hub = await startHub({ settings: { 'allow-private-push': true } });
  const admin = (method: string, path: string, body?: unknown, more: object = { admin: true }) =>
    hub.request(method, `/admin${path}`, { token: hub.token(more), ...(body ? { body } : {}) });
  const account = { ...serviceAccount, token_uri: `${provider.url}/token` };
  await admin('PUT', '/apps/app-a/channels/fcm', { serviceAccount: account, baseUrl: provider.url });
  await subscribe(hub, { platformType: 'android', channel: { type: 'fcm', token: 'a-token' } });
  for (let count = 0; count < 3; count++)
    await hub.request('POST', '/v1.0/me/notifications', {
      token: hub.token({ user: 'alice' }),
      body: post(),
    });
  const causes = async () =>
    (await admin('GET', '/deliveries/causes', undefined, { operatorRead: true })).json.value;
  const [cause] = await until(async () => {
    const all = await causes();
    return all[0]?.count === 3 ? all : null;
  }, 'all three failed');
  assert.deepEqual([cause.appId, cause.channel], ['app-a', 'fcm']);
  const selection = { app: cause.appId, channel: cause.channel, reason: cause.reason };
  const ended = (id: string) =>
    until(async () => {
      const { json } = await admin('GET', `/deliveries/redrives/${id}`, undefined, { operatorRead: true });
      return json.endedDateTime === null ? null : json;
    }, 'the redrive ends');
  const dry = await admin('POST', '/deliveries/redrives', { ...selection, dryRun: true });
  assert.equal(dry.status, 201, dry.text);
  const counted = await ended(dry.json.id);
  assert.deepEqual([counted.state, counted.foundCount, counted.redrivenCount], ['done', 3, 0]);
  provider.takes = true;
  const before = provider.pushes;
  const job = await admin('POST', '/deliveries/redrives', selection);
  assert.ok(job.headers.location?.endsWith(`/admin/deliveries/redrives/${job.json.id}`));
  const done = await ended(job.json.id);
  assert.deepEqual([done.state, done.redrivenCount, done.reason], ['done', 3, cause.reason]);
  await until(() => provider.pushes === before + 3, 'all were sent again');
  assert.deepEqual(await causes(), []);
  const list = (await admin('GET', '/deliveries/redrives', undefined, { operatorRead: true })).json.value;
  assert.deepEqual(
    list.map(({ id }: { id: string }) => id),
    [job.json.id, dry.json.id],
  );
  const over = await admin('POST', `/deliveries/redrives/${job.json.id}/cancel`);
  assert.equal(over.json.state, 'done', 'what has ended stays as it is');
  assert.equal((await admin('POST', '/deliveries/redrives', { channel: 'none' })).status, 400);
  assert.equal((await admin('GET', '/deliveries/redrives/none')).status, 404);
  const audit = (await admin('GET', '/audit?what=startRedrive')).json.value;
  assert.deepEqual(
    audit.map(({ on }: Record<string, string>) => on),
    [`deliveries/redrives/${job.json.id}`],
  );
});
