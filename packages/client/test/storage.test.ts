import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import { systemClock } from '../src/clock.ts';
import type { FeedStorage } from '../src/storage/feed-storage.ts';
import { openFileStorage } from '../src/storage/file.ts';
import { openIndexedDbStorage } from '../src/storage/indexed-db.ts';
import { StorageWriter } from '../src/storage/writer.ts';
import { notificationOf } from './support/arbitrary.ts';
import { openMemoryStorage } from './support/memory-storage.ts';
import { storageContract } from './support/storage-contract.ts';

const root = mkdtempSync(join(tmpdir(), 'carillon-storage-'));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(folders++));

storageContract('memory', () => ({ open: openMemoryStorage, lasts: false }));

storageContract('IndexedDB', () => {
  const factory = new IDBFactory();
  return { open: () => openIndexedDbStorage(factory), lasts: true };
});

storageContract('files', () => {
  const folder = newFolder();
  return { open: () => openFileStorage({ folder }), lasts: true };
});

const openWriter = (storage: FeedStorage, onFailed = () => {}) =>
  new StorageWriter({ storage, account: 'alice', clock: systemClock, onFailed });

const step = {
  type: 'replace',
  items: [notificationOf(1)],
  position: { cursor: 'here', unreadCount: 1 },
} as const;

test('files are for the user of the process alone, and none is left half written', async () => {
  const folder = newFolder();
  const storage = openFileStorage({ folder });
  const writer = openWriter(storage);
  writer.base(step);
  await writer.flushed();
  const [name = '', ...others] = readdirSync(folder);
  assert.deepEqual(others, []);
  assert.equal(statSync(join(folder, name)).mode & 0o077, 0);
  // A crash between the two leaves what was begun beside it.
  writeFileSync(join(folder, `${name}.new`), '{"position"');
  await storage.close();
  assert.equal((await storage.read('alice')).items.length, 1);
});

test('a file that is no feed is a copy that was lost', async () => {
  const folder = newFolder();
  const storage = openFileStorage({ folder });
  await storage.write('alice', { replace: true, items: new Map(), changes: new Map(), position: null });
  await storage.close();
  writeFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'not JSON');
  assert.deepEqual((await storage.read('alice')).items, []);
});

test('what comes while a write runs becomes one write, whole and in order', async () => {
  const storage = openMemoryStorage();
  const writes: number[] = [];
  const counted = {
    ...storage,
    write: async (...args: Parameters<typeof storage.write>) => {
      writes.push(args[1].items.size);
      await storage.write(...args);
    },
  };
  const writer = openWriter(counted);
  writer.base(step);
  await Promise.resolve();
  for (let index = 0; index < 5; index++) {
    const position = { cursor: `at ${index}`, unreadCount: index };
    writer.base({ type: 'values', values: [notificationOf(index)], position });
  }
  await writer.flushed();
  assert.deepEqual(writes, [1, 5]);
  assert.deepEqual((await storage.read('alice')).position, { cursor: 'at 4', unreadCount: 4 });
});

test('a storage that fails is given up, and nobody waits for it', async () => {
  let tries = 0;
  const storage = {
    ...openMemoryStorage(),
    write: async () => {
      tries++;
      throw new Error('the disk is full');
    },
  };
  const writer = openWriter(storage);
  writer.base(step);
  await writer.flushed();
  writer.base(step);
  await writer.flushed();
  assert.equal(tries, 1);
});
