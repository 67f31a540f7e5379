// A push that waits for its turn on a connection, or for an access token, and whose notification is handled meanwhile: it
// rings nowhere.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, subscribe, type TestUser, until } from '@carillon/testing/hub/hub.ts';

test('dismissed, deleted or replaced while it waits for a connection, a push is taken back', async () => {
  const held: ServerResponse[] = [];
  const seen: string[] = [];
  let holds = false;
  const service = createServer((request, response) => {
    request.resume().once('end', () => {
      seen.push(request.url as string);
      if (holds) held.push(response);
      else response.writeHead(201).end();
    });
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const { port } = service.address() as { port: number };
  await using hub = await startHub({ settings: { 'allow-private-push': true } });
  const register = (user: TestUser, name: string) => {
    const channel = { type: 'webPush', endpoint: `http://127.0.0.1:${port}/${name}`, keys: webPushKeys };
    const token = hub.token({ user });
    return subscribe(hub, { installationId: name, platformType: 'webPush', channel, token });
  };
  const ask = (method: string, path: string, user: TestUser, body?: object) =>
    hub.request(method, `/v1.0/me/${path}`, { token: hub.token({ user }), ...(body ? { body } : {}) });
  const create = async (user: TestUser) =>
    (await ask('POST', 'notifications', user, post({}))).json.id as string;
  const statuses = async (id: string, user: TestUser) => {
    const { json } = await ask('GET', `notifications/${id}/deliveries`, user);
    return (json.value as { status: string }[]).map(({ status }) => status);
  };

  // Addresses that were good may all be under way, and then are never answered: they take the service's four connections.
  for (let index = 0; index < 4; index++) await register('bob', `bob-${index}`);
  const first = await create('bob');
  await until(async () => (await statuses(first, 'bob')).every((status) => status === 'accepted'));
  holds = true;
  await create('bob');
  await until(() => held.length === 4);
  await register('alice', 'alice');
  const dismissed = await create('alice');
  const deleted = await create('alice');
  const patch = { userActionState: 'dismissed' };
  assert.equal((await ask('PATCH', `notifications/${dismissed}`, 'alice', patch)).status, 200);
  assert.equal((await ask('DELETE', `notifications/${deleted}`, 'alice')).status, 204);
  const next = await create('alice');
  assert.deepEqual(await statuses(dismissed, 'alice'), ['withdrawn']);
  // When the rows are read again, their attempts end.
  const { dispatcher } = hub.hub;
  await until(() => dispatcher?.inFlight === 5, 'only the next one waits beside those that hang');
  holds = false;
  for (const response of held) response.writeHead(201).end();
  await until(async () => (await statuses(next, 'alice'))[0] === 'accepted');
  assert.equal(seen.filter((path) => path === '/alice').length, 1, 'only the living one rings');
  service.closeAllConnections();
  service.close();
});
