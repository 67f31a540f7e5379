import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import { answerOf, openDatabase } from '../storage/database.ts';
import { emptyRecord, enqueue } from './push-record.ts';
import { openPushStore } from './push-store.ts';

test('a record of the first version is read, and what is written keeps its names', async () => {
  const factory = new IDBFactory();
  const names = { name: 'carillon-push', version: 1, stores: ['kept'] };
  const database = await openDatabase({ factory, ...names, onEnd: () => {} });
  const first = { key: 1, kind: 'state', id: 'n-1', patch: { readState: 'read' } };
  const { outbox: _, ...rest } = emptyRecord;
  const written = database.transaction('kept', 'readwrite').objectStore('kept');
  await answerOf(written.put({ ...rest, owed: [first], nextKey: 2 }, 'record'));

  const store = openPushStore(factory);
  assert.deepEqual((await store.read()).outbox, [first]);
  await store.change((record) => enqueue(record, { kind: 'state', id: 'n-2', patch: { readState: 'read' } }));
  await store.close();

  const read = database.transaction('kept').objectStore('kept');
  const second = { key: 2, kind: 'state', id: 'n-2', patch: { readState: 'read' } };
  assert.deepEqual(await answerOf(read.get('record')), { ...rest, owed: [first, second], nextKey: 3 });
  database.close();
});
