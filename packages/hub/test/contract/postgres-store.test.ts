import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';
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
import { countedBytes, type StorePlace, storageContract } from './store-storage.ts';

test('what a hub of a version without the count has changed is counted anew', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const store = await openFeedStore({ url, planner: planBatch });
  const { id, content } = postWrite();
  const bytes = Buffer.byteLength(content);
  await store.commit([postWrite({ id }), postWrite()], startMs);
  assert.equal(await countedBytes(store, 'app-a', startMs), 2 * bytes);
  const remove = `UPDATE notification SET removed = 1, content = '', seq = 3 WHERE id = '${id}'`;
  await server.query(url, `${remove}; UPDATE feed SET head = 3; UPDATE feed_app SET head = 3`);
  assert.equal(await countedBytes(store, 'app-a', startMs), bytes);
  await store.close();
});

test('a name that a hub of a version without folded names wrote is found, at once as SQL folds it, and folded after a start', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const store = await openFeedStore({ url, planner: planBatch });
  const write = postWrite({ owner: { issuer: 'https://issuer.example', subject: 'alice', name: 'x' } });
  await store.commit([write], startMs);
  const by = async (name: string, of = store) =>
    (await of.read.findOwner('https://issuer.example', name))?.subject ?? null;
  for (const key of ['x', null]) {
    await server.query(
      url,
      `UPDATE feed SET name = 'Alice', name_key = ${key === null ? 'NULL' : `'${key}'`}`,
    );
    assert.deepEqual([await by('ALICE'), await by('x')], ['alice', null]);
  }
  await server.query(url, "UPDATE feed SET name = E'JOSE\\u0301'");
  const again = await openFeedStore({ url, planner: planBatch });
  assert.equal(await by('jos\u00E9', again), 'alice');
  await again.close();
  await store.close();
});

async function open(): Promise<OpenedStore> {
  const server = await sharedPostgres();
  const store = await openFeedStore({ url: await server.createDatabase(), planner: planBatch });
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

storeContract('PostgreSQL', open);
storeReadsContract('PostgreSQL', open);
deliveriesContract('PostgreSQL', open);
addressesContract('PostgreSQL', open);
clockContract('PostgreSQL', open);
namesContract('PostgreSQL', open);
preferencesContract('PostgreSQL', open);
questionsContract('PostgreSQL', open);
searchContract('PostgreSQL', open);
const openPlace = async (): Promise<StorePlace> => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const openAgain = () => openFeedStore({ url, planner: planBatch });
  return { open: openAgain, [Symbol.asyncDispose]: async () => {} };
};
storageContract('PostgreSQL', openPlace);
orderContract('PostgreSQL', openPlace);
erasureContract('PostgreSQL', open);
