// The weeks that deliveries are kept in: made ahead, and dropped whole once nothing is left in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dayMs,
  deleteWrite,
  postWrite,
  startMs,
  subscribeWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import type { Write } from '../../src/model/write.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';

const weekMs = 7 * dayMs;
const content = '{"payload":{"visualContent":{"title":"x"}},"targetPolicy":{"platformTypes":["android"]}}';

/** A hub that runs for as long as its writes take. */
async function runHub(url: string, writes: readonly Write[], now: number): Promise<void> {
  const store = await openFeedStore({ url, planner: planBatch });
  await store.commit(writes, now);
  await store.close();
}

async function weeksOf(url: string): Promise<unknown[]> {
  const sql = `SELECT relname AS name FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY relname`;
  const rows = await (await sharedPostgres()).query(url, sql);
  return rows.map(({ name }) => name);
}

const always = ['delivery_clear', 'delivery_other'];

test('three weeks are there from the first commit, and the next one is made before it begins', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  await runHub(url, [subscribeWrite({ channel: { type: 'fcm', token: 'x' } })], startMs);
  const write = postWrite({ content });
  await runHub(url, [write], startMs);
  const week = Math.floor(startMs / weekMs);
  const weeks = [week, week + 1, week + 2].map((each) => `delivery_w${each}`);
  assert.deepEqual(await weeksOf(url), [...always, ...weeks]);
  const kept = await server.query(url, 'SELECT tableoid::regclass::text AS name FROM delivery');
  assert.deepEqual(kept, [{ name: weeks[0] }]);
  await runHub(url, [postWrite()], startMs + weekMs);
  assert.deepEqual(await weeksOf(url), [...always, ...weeks, `delivery_w${week + 3}`]);
});

test('a week goes when its last delivery is purged, however late, and takes none with it', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  await runHub(url, [subscribeWrite({ channel: { type: 'fcm', token: 'x' } })], startMs);
  const write = postWrite({ content });
  await runHub(url, [write, deleteWrite(write.id)], startMs);
  const name = `delivery_w${Math.floor(startMs / weekMs)}`;
  const later = startMs + 12 * weekMs;
  await runHub(url, [subscribeWrite()], later);
  assert.ok((await weeksOf(url)).includes(name));
  await runHub(url, [timerWrite('purge', write.id)], later);
  await runHub(url, [subscribeWrite()], later);
  const left = await weeksOf(url);
  assert.ok(!left.includes(name));
  assert.equal(left.length, always.length + 3);
});
