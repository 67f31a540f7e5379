// The storage of a user and app from outside: a post that does not fit takes the place of the oldest handled ones, which
// every stream and delta learns of, and without any it is 507 under both versions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, startHub } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';
const large = (more: Readonly<Record<string, unknown>> = {}) =>
  post({ payload: { rawContent: 'x'.repeat(8 * 1024) }, ...more });
const full = { status: 507, code: 'quotaLimitReached', message: /20480 bytes/ };

test('a full storage is 507 quotaLimitReached under both versions, and a handled notification makes room', async (context) => {
  const hub = await startHub({ settings: { 'user-storage': '20KiB' } });
  context.after(hub.close);
  const token = hub.token({ user: 'alice' });
  const create = (version = 'v1.0', more = {}) =>
    hub.request('POST', `/${version}/me/notifications`, { token, body: large(more) });
  const first = await create();
  const second = await create('beta', { appNotificationId: 'second' });
  assert.deepEqual([first.status, second.status], [201, 201]);
  for (const version of ['beta', 'v1.0']) {
    assertError(await create(version), full);
  }
  assert.equal((await create('v1.0', { appNotificationId: 'second' })).status, 200);
  const batch = large({ payload: { rawContent: 'y'.repeat(16) } });
  assert.equal((await hub.request('POST', feed, { token, body: batch })).status, 201);
  assert.equal(
    (await hub.request('POST', feed, { token: hub.token({ user: 'bob' }), body: large() })).status,
    201,
  );

  const start = await hub.request('GET', `${feed}/delta`, { token });
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  await reader.next('ready');
  const handled = { userActionState: 'dismissed' };
  assert.equal(
    (await hub.request('PATCH', `${feed}/${first.json.id}`, { token, body: handled })).status,
    200,
  );
  await reader.next('change');
  assert.equal((await create()).status, 201);
  assert.deepEqual((await reader.next('change', 2)).value, {
    id: first.json.id,
    '@removed': { reason: 'deleted' },
  });
  reader.leave();
  const delta = await hub.request('GET', start.json['@odata.deltaLink'], { token });
  assert.deepEqual(
    delta.json.value.map((each: Record<string, unknown>) => '@removed' in each),
    [true, false],
  );
  assert.equal((await hub.request('GET', `${feed}/${first.json.id}`, { token })).status, 404);
  assertError(await create(), full);
});
