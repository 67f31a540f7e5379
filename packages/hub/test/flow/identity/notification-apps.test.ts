// GET /me/notificationApps: whom an inbox may name as a sender, and by which name, icon and host names.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { allScope, hosts, startHub } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);
const path = '/v1.0/me/notificationApps';
const own = hub.token({ user: 'alice' });
const { apps } = hub.registry;
const appB = apps.findById('app-b');
assert.ok(appB);
const inboxClient = {
  clientId: 'inbox',
  public: true,
  secretHash: null,
  redirectUris: [],
  scopes: [allScope],
};
await apps.put({ ...appB, clients: [...appB.clients, inboxClient] });
const inbox = hub.token({ user: 'alice', app: 'app-b', client: 'inbox', scopes: [allScope] });
const list = (token: string, query = '') => hub.request('GET', path + query, { token });

const plain = (id: keyof typeof hosts) => ({
  id,
  displayName: null,
  iconUrl: null,
  hostNames: [hosts[id]],
});

test('a token of one app is told that app, as an OData collection', async () => {
  const { status, json } = await list(own);
  assert.equal(status, 200);
  assert.match(json['@odata.context'], /\$metadata#users\('alice%40contoso\.example'\)\/notificationApps$/);
  assert.deepEqual(json.value, [plain('app-a')]);
});

test('an inbox is told all apps of the issuer, page by page, with what their operators have named', async () => {
  const shown = { displayName: 'Kantine', iconUrl: 'https://a.example/icon.png' };
  const appA = apps.findById('app-a');
  assert.ok(appA);
  await apps.put({ ...appA, ...shown, hosts: ['a.example', 'b.a.example'] });
  const elsewhere = { id: 'app-c', hosts: ['c.example'], blocked: false, clients: [] };
  await apps.put({ ...elsewhere, issuers: ['https://other.example'] });
  const { json: first } = await list(inbox, '?$top=1');
  assert.deepEqual(first.value, [{ id: 'app-a', ...shown, hostNames: ['a.example', 'b.a.example'] }]);
  const { pathname, search } = new URL(first['@odata.nextLink']);
  const { json: second } = await hub.request('GET', pathname + search, { token: inbox });
  assert.deepEqual(second.value, [plain('app-b')]);
  assert.equal(second['@odata.nextLink'], undefined);
  assertError(await hub.request('GET', pathname + search, { token: hub.token({ user: 'bob' }) }), {
    status: 400,
    target: '$skiptoken',
  });
});

test('anything else than its options is refused', async () => {
  for (const query of ['?$top=0', '?$top=1001', '?$filter=x', '?$skiptoken=x'])
    assertError(await list(own, query), { status: 400 });
  assertError(await hub.request('POST', path, { token: own, body: {} }), { status: 405 });
  assertError(await list(hub.token()), { status: 403 });
});
