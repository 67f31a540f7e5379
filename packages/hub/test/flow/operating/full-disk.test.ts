import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { post, startHub } from '@carillon/testing/hub/hub.ts';
import { smallDisk } from '@carillon/testing/machine/small-disk.ts';

const feed = '/me/notifications';

test('with its disk full the hub stays up: writes are refused as busy, reads and streams go on, room heals it', async (context) => {
  const disk = smallDisk(context, 4 * 1024 * 1024);
  if (disk === null) return context.skip('this process may not mount a file system');
  await using hub = await startHub({ dataDir: disk });
  const token = hub.token({ user: 'alice' });
  const body = post({ payload: { rawContent: 'x'.repeat(30_000) } });
  const create = (version = 'v1.0') => hub.request('POST', `/${version}${feed}`, { token, body });
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  assert.equal((await create()).status, 201);
  const ballast = join(disk, 'ballast');
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024, 1)), /ENOSPC/);
  let created = 1;
  let refused = await create();
  for (; refused.status === 201; refused = await create()) created++;
  assert.deepEqual([refused.status, refused.json.error.code], [503, 'serviceNotAvailable']);
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal((await create('beta')).status, 406);
  const { json } = await hub.request('GET', `/v1.0${feed}/delta`, { token });
  assert.deepEqual([json.value.length, json.unreadCount], [created, created]);
  rmSync(ballast);
  assert.equal((await create()).status, 201);
  await reader.next('change', created + 1);
  reader.leave();
});
