import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  alice,
  bob,
  deleteWrite,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
} from '@carillon/testing/feed/writes.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { smallDisk } from '@carillon/testing/machine/small-disk.ts';
import { openCommitter } from '../../src/feed/commit.ts';
import { openPublisher } from '../../src/feed/publish.ts';
import { builtIn } from '../../src/hub/channels.ts';
import type { HubError } from '../../src/model/errors.ts';
import type { Change } from '../../src/model/write.ts';
import { openApply } from '../../src/store/sqlite/feed/commit/apply.ts';
import { KnownFeeds, openSnapshot } from '../../src/store/sqlite/feed/commit/snapshot.ts';
import { openFeedStore } from '../../src/store/sqlite/feed/feed-store.ts';
import { feedReads } from '../../src/store/sqlite/feed/reader.ts';
import { lookupSql } from '../../src/store/sqlite/feed/reader-lookups.ts';
import { feedMigrations } from '../../src/store/sqlite/feed/schema.ts';
import { openTables } from '../../src/store/sqlite/feed/tables.ts';
import { type FeedStore, StoreError } from '../../src/store/store.ts';
import { type OpenedStore, storeContract } from './store.ts';
import { addressesContract } from './store-addresses.ts';
import { clockContract } from './store-clock.ts';
import { deliveriesContract } from './store-deliveries.ts';
import { erasureContract } from './store-erasure.ts';
import { namesContract } from './store-names.ts';
import { orderContract } from './store-order.ts';
import { preferencesContract } from './store-preferences.ts';
import { questionsContract } from './store-questions.ts';
import { storeReadsContract } from './store-reads.ts';
import { searchContract } from './store-search.ts';
import { type StorePlace, storageContract } from './store-storage.ts';

const planner = new URL(import.meta.resolve('@carillon/testing/feed/declared-planner.ts'));

async function openAt(folder: string): Promise<FeedStore> {
  return openFeedStore({ path: join(folder, 'feed.db'), planner });
}

async function open(): Promise<OpenedStore> {
  const folder = tempFolder();
  const store = await openAt(folder.path);
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      folder.remove();
    },
  };
}

storeContract('SQLite', open);
storeReadsContract('SQLite', open);
deliveriesContract('SQLite', open);
addressesContract('SQLite', open);
clockContract('SQLite', open);
namesContract('SQLite', open);
preferencesContract('SQLite', open);
questionsContract('SQLite', open);
searchContract('SQLite', open);
const openPlace = async (): Promise<StorePlace> => {
  const folder = tempFolder();
  return { open: () => openAt(folder.path), [Symbol.asyncDispose]: async () => folder.remove() };
};
storageContract('SQLite', openPlace);
orderContract('SQLite', openPlace);
erasureContract('SQLite', open);

/** A value that no INTEGER column of a strict table takes. */
const poison = () => postWrite({ expires: 0.5 });

test('a statement that fails undoes its whole batch, and the next one works', async () => {
  await using opened = await open();
  const { store } = opened;
  const batch = store.commit([postWrite(), poison()], startMs);
  await assert.rejects(batch, (error) => error instanceof StoreError && error.fault === 'poison');
  assert.equal((await store.read.position(alice, null)).head, 0);
  const { changes } = await store.commit([postWrite({ app: 'app-new' })], startMs);
  assert.deepEqual(
    changes.map(({ seq }) => seq),
    [1],
  );
});

test('of a batch with poison in it only the poison fails, and the others are published in sequence order', async () => {
  await using opened = await open();
  const published: Change[] = [];
  const publisher = openPublisher();
  publisher.follow((changes) => published.push(...changes));
  const { store } = opened;
  const failures: unknown[] = [];
  const committer = openCommitter({
    store,
    publisher,
    clock: new ManualClock(startMs),
    onFailure: (error) => failures.push(error),
  });
  const writes = Array.from({ length: 50 }, (_, index) => (index % 17 === 3 ? poison() : postWrite()));
  const settled = await Promise.allSettled(writes.map((write) => committer.commit(write)));
  for (const [index, each] of settled.entries()) {
    assert.equal(each.status, index % 17 === 3 ? 'rejected' : 'fulfilled', `write ${index}`);
    if (each.status === 'rejected') assert.equal((each.reason as HubError).kind, 'generalException');
  }
  assert.equal(failures.length, 3);
  assert.deepEqual(
    published.map(({ seq }) => seq),
    Array.from({ length: 47 }, (_, index) => index + 1),
  );
  // What is committed after a later write of the same feed gets a later time, and keeps the random part of its id.
  const randomPart = ({ id }: { readonly id: string }) => id.slice(19);
  assert.deepEqual(
    published.map(({ notification }) => randomPart(notification)).sort(),
    writes
      .filter(({ expires }) => expires !== 0.5)
      .map(randomPart)
      .sort(),
  );
});

test('what was committed is there when the store is opened again', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const first = await openAt(folder.path);
  const write = postWrite();
  await first.commit([write, stateWrite([write.id])], startMs);
  const before = await first.read.changes(alice, null, 0, 10);
  await first.close();
  await using second = {
    store: await openAt(folder.path),
    [Symbol.asyncDispose]: () => second.store.close(),
  };
  assert.deepEqual(await second.store.read.changes(alice, null, 0, 10), before);
});

test('what was claimed when the process ended is due at once when the store is opened again', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const first = await openAt(folder.path);
  const write = postWrite();
  const channel = { type: 'fcm', token: 'one' } as const;
  await first.commit([subscribeWrite({ platform: 'windows', channel }), write], startMs);
  assert.equal((await first.read.deliveries(alice, write.id))[0]?.claimed, true);
  await first.close();
  const second = await openAt(folder.path);
  context.after(() => second.close());
  const claimed = await second.claim({ app: 'app-a', channel: builtIn.fcm.code, now: startMs, limit: 9 });
  assert.deepEqual(
    claimed.map(({ notification }) => notification),
    [write.id],
  );
});

test('a database that a newer version has written is refused by name', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  await (await openAt(folder.path)).close();
  const db = new DatabaseSync(join(folder.path, 'feed.db'));
  db.exec("INSERT INTO migration(name, sha256) VALUES ('0999-later', 'x')");
  db.close();
  await assert.rejects(openAt(folder.path), /written by a newer Carillon \(it has 0999-later\)/);
});

const isUnavailable = (error: unknown) => error instanceof StoreError && error.fault === 'unavailable';

test('on a full disk commits fail as unavailable, reads go on, and with room again so do commits', async (context) => {
  const disk = smallDisk(context, 1024 * 1024);
  if (disk === null) return context.skip('this process may not mount a file system');
  const store = await openAt(disk);
  const content = JSON.stringify({ text: 'x'.repeat(20_000) });
  let committed = 0;
  const fill = async () => {
    for (;;) {
      await store.commit([postWrite({ content })], startMs);
      committed++;
    }
  };
  await assert.rejects(fill, isUnavailable);
  await assert.rejects(store.commit([postWrite({ content })], startMs), isUnavailable);
  assert.equal((await store.read.position(alice, null)).head, committed);
  assert.equal((await store.read.changes(alice, null, 0, 1000)).rows.length, committed);
  assert.equal(spawnSync('mount', ['-o', 'remount,size=8m', disk]).status, 0);
  const { changes } = await store.commit([postWrite({ content })], startMs);
  assert.deepEqual(
    changes.map(({ seq }) => seq),
    [committed + 1],
  );
  await store.close();
});

test('a disk filled by others is the same, and nothing of a failed batch is there afterwards', async (context) => {
  const disk = smallDisk(context, 2 * 1024 * 1024);
  if (disk === null) return context.skip('this process may not mount a file system');
  const store = await openAt(disk);
  const first = postWrite();
  await store.commit([first], startMs);
  const ballast = join(disk, 'ballast');
  assert.throws(() => writeFileSync(ballast, randomBytes(4 * 1024 * 1024)), /ENOSPC/);
  const content = JSON.stringify({ text: 'x'.repeat(50_000) });
  const batch = [stateWrite([first.id]), postWrite({ content }), postWrite({ content })];
  await assert.rejects(store.commit(batch, startMs), isUnavailable);
  assert.equal((await store.read.notification(alice, first.id))?.readState, 'unread');
  writeFileSync(ballast, '');
  const { changes } = await store.commit(batch, startMs);
  assert.deepEqual(
    changes.map(({ seq }) => seq),
    [2, 3, 4],
  );
  await store.close();
});

test('read-only data is refused when it is opened; opened anew when writable, it commits', async (context) => {
  const disk = smallDisk(context, 4 * 1024 * 1024);
  if (disk === null) return context.skip('this process may not mount a file system');
  const remount = (how: string) => assert.equal(spawnSync('mount', ['-o', `remount,${how}`, disk]).status, 0);
  const before = await openAt(disk);
  await before.commit([postWrite()], startMs);
  await before.close();
  remount('ro');
  // A clean stop leaves no log behind, and without one SQLite can't open a file that it may not write beside.
  await assert.rejects(openAt(disk), /unable to open database file|EROFS/);
  remount('rw');
  const after = await openAt(disk);
  assert.equal((await after.commit([postWrite()], startMs)).changes[0]?.seq, 2);
  await after.close();
});

test('while another process holds the write lock commits fail as busy, and reads go on', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const store = await openAt(folder.path);
  await store.commit([postWrite()], startMs);
  const other = new DatabaseSync(join(folder.path, 'feed.db'));
  other.exec('BEGIN IMMEDIATE');
  const blocked = store.commit([postWrite()], startMs);
  await assert.rejects(blocked, (error) => error instanceof StoreError && error.fault === 'busy');
  assert.equal((await store.read.position(alice, null)).head, 1);
  other.exec('ROLLBACK');
  other.close();
  assert.equal((await store.commit([postWrite()], startMs)).changes[0]?.seq, 2);
  await store.close();
});

test('all are counted without those that have expired, few or very many, before the sweep comes', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const store = await openAt(folder.path);
  const expires = startMs + 1000;
  const [read, removed] = [postWrite(), postWrite()];
  const posts = [read, removed, postWrite(), postWrite({ app: 'app-b' }), postWrite({ expires })];
  await store.commit([...posts, stateWrite([read.id]), deleteWrite(removed.id)], startMs);
  const counts = (now: number) =>
    Promise.all([null, 'app-a', 'app-b', 'app-c'].map((app) => store.read.count(alice, app, now)));
  assert.deepEqual(await counts(startMs), [4, 3, 1, 0]);
  assert.deepEqual(await counts(expires), [3, 2, 1, 0]);
  await store.commit(
    Array.from({ length: 1500 }, () => postWrite({ expires, by: 'bob' })),
    startMs,
  );
  assert.deepEqual(await counts(expires), [3, 2, 1, 0]);
  assert.equal(await store.read.count(bob, null, expires), 0);
  assert.equal(await store.read.count(bob, null, startMs), 1500);
  await store.close();
});

/** All statements that reads and the writer prepare, over an empty database. */
function preparedSql(db: DatabaseSync): Set<string> {
  const prepared = new Set<string>();
  const recording = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          prepared.add(sql);
          return target.prepare(sql);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const tables = openTables(recording);
  const known = new KnownFeeds();
  feedReads(recording, tables);
  openSnapshot(recording, tables, known);
  openApply(recording, tables, known);
  return prepared;
}

test('every look at notifications walks an index, and no table', () => {
  const folder = tempFolder();
  const db = new DatabaseSync(join(folder.path, 'feed.db'));
  db.function('fold_name', String);
  for (const { sql } of feedMigrations) db.exec(sql);
  const looks = [...preparedSql(db)].filter((sql) => /\b(?:FROM|JOIN|UPDATE) notification\b/.test(sql));
  assert.ok(looks.length > 20, `${looks.length} statements`);
  for (const sql of [...looks, ...Object.values(lookupSql(['id', 'content']))]) {
    const details = db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail));
    const ofRows = details.filter((detail) => /^(?:SCAN|SEARCH) (?:n|a|notification|account)\b/.test(detail));
    assert.ok(ofRows.length > 0, sql);
    for (const detail of ofRows) assert.match(detail, /^SEARCH/, `${sql}\n${details.join('\n')}`);
  }
  db.close();
  folder.remove();
});
