// The fresh ones of a feed stand in one index of their own. Every read answers the same when the same rows stand in the full
// indexes instead, whatever became of them, and each of those moves leaves the names, ids and sequences that were there.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  alice,
  bob,
  dayMs,
  deleteWrite,
  outcome,
  postWrite,
  startMs,
  stateWrite,
} from '@carillon/testing/feed/writes.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import type { PostWrite } from '../../src/model/write.ts';
import { openFeedStore } from '../../src/store/sqlite/feed/feed-store.ts';
import { freshMost } from '../../src/store/sqlite/feed/fresh.ts';
import type { FeedStore } from '../../src/store/store.ts';

const planner = new URL(import.meta.resolve('@carillon/testing/feed/declared-planner.ts'));

async function openBeside() {
  const folder = tempFolder();
  const path = join(folder.path, 'feed.db');
  const store = await openFeedStore({ path, planner });
  const beside = new DatabaseSync(path, { timeout: 5000 });
  return {
    ...{ store, beside },
    countFresh: () => beside.prepare('SELECT count(*) AS n FROM notification WHERE fresh = 1').get()?.n,
    async [Symbol.asyncDispose]() {
      beside.close();
      await store.close();
      folder.remove();
    },
  };
}

const named = (index: number, more: Parameters<typeof postWrite>[0] = {}) =>
  postWrite({ appNotificationId: `name-${index}`, app: index % 3 === 0 ? 'app-b' : 'app-a', ...more });

const now = startMs + 1;

/** Everything that is read of a feed, by pages small and large. */
async function readAll({ read }: FeedStore, posts: readonly PostWrite[]) {
  const changes = [];
  for (const visibility of [null, 'app-b']) {
    for (const limit of [7, 1000]) {
      for (let after = 0; ; ) {
        const page = await read.changes(alice, visibility, after, limit);
        changes.push(page);
        if (page.scannedTo >= page.head) break;
        after = page.scannedTo;
      }
    }
  }
  const lists = [];
  for (const visibility of [null, 'app-b']) {
    let beforeId: string | null = null;
    for (;;) {
      const rows = await read.list(alice, { visibility, now, limit: 9, beforeId });
      lists.push(rows);
      beforeId = rows.at(-1)?.id ?? null;
      if (rows.length < 9 || beforeId === null) break;
    }
  }
  const single = [];
  for (const { id, app, appNotificationId } of posts) {
    single.push(await read.notification(alice, id), await read.notification(bob, id));
    if (appNotificationId !== null) single.push(await read.named(alice, app, appNotificationId));
  }
  const matching = { visibility: null, now, filter: null };
  const found = [];
  for (const skip of [0, 5, freshMost])
    found.push(await read.search(alice, { ...matching, order: [], after: null, skip, limit: 20 }));
  return {
    ...{ changes, lists, single, found },
    matching: await read.countMatching(alice, matching),
    counts: [await read.count(alice, null, now), await read.count(alice, 'app-b', now)],
    positions: [await read.position(alice, null), await read.position(alice, 'app-b')],
    ofAll: await read.findNotification(posts[0]?.id ?? ''),
    namesakes: await read.namedOfAll('name-1', 10),
    due: await read.dueExpirations(startMs + 30 * dayMs, 1000),
  };
}

test('reads answer the same of fresh ones as of those in all indexes', async () => {
  await using opened = await openBeside();
  const { store, beside, countFresh } = opened;
  const posts = Array.from({ length: freshMost + 40 }, (_, index) => named(index));
  for (let from = 0; from < posts.length; from += 50)
    await store.commit(posts.slice(from, from + 50), startMs);
  const afterPosts = countFresh();
  assert.ok(
    Number(afterPosts) > freshMost - 50 && Number(afterPosts) <= freshMost,
    `${afterPosts} are fresh`,
  );
  const idAt = (index: number) => posts[index]?.id ?? '';
  await store.commit([stateWrite([idAt(3), idAt(4), idAt(freshMost + 10)])], startMs);
  await store.commit(
    [deleteWrite(idAt(8)), named(9, { content: 'another' }), postWrite({ by: 'bob' })],
    startMs,
  );
  const before = await readAll(store, posts);
  beside.exec('UPDATE notification SET fresh = 0');
  assert.deepEqual(await readAll(store, posts), before);
  assert.equal(before.positions[0]?.head, posts.length + 5);
});

test('one that is changed is fresh no more, in the batch of its post or later', async () => {
  await using opened = await openBeside();
  const { store, countFresh } = opened;
  const [first, second, third] = [named(1), named(2), named(4)];
  await store.commit([first, second, stateWrite([second.id])], startMs);
  assert.equal(countFresh(), 1);
  await store.commit([third, deleteWrite(first.id)], startMs);
  assert.equal(countFresh(), 1);
  await store.commit([stateWrite([third.id])], startMs);
  assert.equal(countFresh(), 0);
  const { rows } = await store.read.changes(alice, null, 0, 10);
  assert.deepEqual(
    rows.map(({ id, seq }) => [id, seq]),
    [
      [second.id, 3],
      [first.id, 5],
      [third.id, 6],
    ],
  );
});

test('a name is found among the fresh ones and the others, after it has moved and after it is free', async () => {
  await using opened = await openBeside();
  const { store } = opened;
  const post = async (more: Parameters<typeof postWrite>[0] = {}) => {
    const write = named(1, more);
    const { outcomes } = await store.commit([write], startMs);
    return { id: write.id, result: outcome(outcomes, 0, 'post').result };
  };
  const first = await post();
  assert.equal(first.result, 'created');
  assert.equal((await post()).result, 'repeated');
  assert.equal((await post({ app: 'app-c' })).result, 'created');
  assert.equal((await post({ by: 'bob' })).result, 'created');
  assert.equal((await post({ content: 'another' })).result, 'replaced');
  assert.equal((await post({ content: 'another' })).result, 'repeated');
  await store.commit([deleteWrite(first.id)], startMs);
  assert.equal((await post({ content: 'another' })).result, 'created');
  assert.equal((await post({ content: 'another' })).result, 'repeated');
  // Two of a name in one batch, the first of which is fresh nowhere before its end.
  const twice = [named(5), named(5, { content: 'another' })];
  const { outcomes } = await store.commit(twice, startMs);
  assert.deepEqual(
    [outcome(outcomes, 0, 'post').result, outcome(outcomes, 1, 'post').result],
    ['created', 'replaced'],
  );
  // Of a batch that fails nothing is kept in memory either.
  await assert.rejects(store.commit([named(7), postWrite({ expires: 0.5 })], startMs));
  const { outcomes: after } = await store.commit([named(7)], startMs);
  assert.equal(outcome(after, 0, 'post').result, 'created');
});
