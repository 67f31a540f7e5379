// An erasure that kill -9 cuts off goes on when it is asked for again, and ends with nothing left.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { postWrite } from '@carillon/testing/feed/writes.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, send, until, userNames } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { seedData, serve } from '@carillon/testing/hub/served.ts';
import { builtInPlanner } from '../../src/hub/open-data.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { userKey } from '../../src/model/principal.ts';
import { openFeedStore } from '../../src/store/sqlite/feed/feed-store.ts';
import { openReader } from '../../src/store/sqlite/feed/reader.ts';

const posts = 20_000;

test('an erasure that is killed on its way goes on when it is asked for again', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'feed.db');
  const port = String(await freePort());
  const baseUrl = `http://127.0.0.1:${port}`;
  await seedData(folder.path, baseUrl);
  const owner = { issuer: `${baseUrl}/identity`, subject: 'alice', name: userNames.alice };
  const user = userKey(owner.issuer, owner.subject);
  const store = await openFeedStore({ path, planner: builtInPlanner });
  for (let made = 0; made < posts; made += 500) {
    const writes = Array.from({ length: 500 }, () => postWrite({ user, owner }));
    await store.commit(writes, systemClock.now());
  }
  await store.close();
  const reader = openReader(path);
  context.after(() => reader.close());
  const count = () => reader.count(user, null, 0);
  assert.equal(await count(), posts);
  const { run } = commandLine(context, folder.path);
  const token = run(['token', '--admin', '--public-url', baseUrl]).stdout.trim();
  const served = serve(folder.path, ['--port', port, '--throttle', 'off', '--log-level', 'error']);
  context.after(() => served.process.kill('SIGKILL'));
  await served.ready;
  const erased = send(`${baseUrl}/admin/users/alice`, 'DELETE', { token }).catch(() => null);
  await until(async () => (await count()) < posts, 'the first step of the erasure');
  served.process.kill('SIGKILL');
  await served.ended;
  assert.equal(await erased, null);
  assert.ok((await count()) > 0, 'it was cut off');
  const again = run(['user', 'delete', userNames.alice, '--yes', '--public-url', baseUrl]);
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual([await count(), await reader.owner(user)], [0, null]);
  assert.equal(run(['user', 'show', userNames.alice]).status, 1);
});
