// The sweep of timers over the store: one that the store can't take holds up no other.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { alice, postWrite, questionWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openCommitter } from '../../../src/feed/commit.ts';
import { openSweeper } from '../../../src/feed/expire.ts';
import { openPublisher } from '../../../src/feed/publish.ts';
import { uuidToBytes } from '../../../src/lib/ids.ts';
import { openFeedStore } from '../../../src/store/sqlite/feed/feed-store.ts';

test('what the store can not take fails alone: the others that are due are settled, and the other timers fire', async (t) => {
  const folder = tempFolder();
  t.after(folder.remove);
  const path = join(folder.path, 'feed.db');
  const planner = new URL('../../../src/hub/plan-batch.ts', import.meta.url);
  const store = await openFeedStore({ path, planner });
  t.after(() => store.close());
  const clock = new ManualClock(startMs);
  const committer = openCommitter({ store, clock, publisher: openPublisher() });
  const asked = Array.from({ length: 300 }, (_, index) =>
    questionWrite({ by: `user ${index % 7}`, respondBy: startMs + 1 }),
  );
  await store.commit(asked, startMs);
  const broken = asked[150]?.id as string;
  const db = new DatabaseSync(path);
  db.prepare("UPDATE notification SET content = '' WHERE id = ?").run(uuidToBytes(broken));
  db.close();
  const sweeper = openSweeper({ read: store.read, committer, clock });
  t.after(() => sweeper.close());
  const ends = postWrite({ expires: startMs + 1 });
  await store.commit([ends], startMs);
  clock.advance(2);
  await assert.rejects(sweeper.sweep(), { kind: 'generalException' });
  assert.ok(sweeper.isBehind);
  const open = await store.read.dueDeadlines(startMs + 2, 1000);
  assert.deepEqual(
    open.map(({ id }) => id),
    [broken],
  );
  assert.equal((await store.read.notification(alice, ends.id))?.removed, 'expired');
});
