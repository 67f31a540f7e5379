// Two hubs over one PostgreSQL, without a bus: a device that is registered, seen or removed at one node is so in the list of
// the other.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { OwnDevice } from '@carillon/protocol';
import { allScope, freePort, startHub, subscribe, type TestHub } from '@carillon/testing/hub/hub.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';

const at = '/v1.0/me/notificationDevices';
const port = String(await freePort());
const publicUrl = `http://127.0.0.1:${port}`;
const { settings, environment } = postgresAt(await (await sharedPostgres()).createDatabase());
const start = (more: object): Promise<TestHub> =>
  startHub({ settings: { ...settings, 'public-url': publicUrl, ...more }, environment });
const one = await start({ port });
const other = await start({});
after(() => Promise.all([one.close(), other.close()]));

test('the list of a person is the same at both nodes', async () => {
  const token = one.token({ user: 'alice', client: 'carillon-inbox', scopes: [allScope] });
  const list = async ({ request }: TestHub): Promise<readonly OwnDevice[]> =>
    (await request('GET', at, { token })).json.value;
  const id = await subscribe(one, { displayName: 'Laptop' });
  const [found] = await list(other);
  assert.deepEqual([found?.displayName, found?.lastSeenDateTime], ['Laptop', null]);
  const headers = { 'x-uns-id': id };
  await other.request('GET', '/v1.0/me/notifications', { token: other.token({ user: 'alice' }), headers });
  assert.notEqual((await list(one))[0]?.lastSeenDateTime, null);
  assert.deepEqual(await list(one), await list(other));
  assert.equal((await other.request('DELETE', `${at}/${found?.id}`, { token })).status, 204);
  assert.deepEqual(await list(one), []);
});
