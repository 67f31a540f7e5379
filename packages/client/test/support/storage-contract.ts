// What every storage of feeds promises, as a suite that runs over each of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyFeed, type FeedStorage, type FeedWrite } from '../../src/storage/feed-storage.ts';
import type { StoredChange } from '../../src/storage/stored-change.ts';
import { notificationOf } from './arbitrary.ts';

export interface StoragePlace {
  /** Opens what is there; again after a close. */
  open(): FeedStorage;
  /** Whether it outlives a close. */
  readonly lasts: boolean;
}

const [first, second] = [notificationOf(1), notificationOf(2)];
const position = { cursor: 'here', unreadCount: 2 };

function change(key: string): StoredChange {
  return { key, id: first.id, wish: { readState: 'read' }, contentVersion: 1, replaces: [] };
}

function writeOf(more: Partial<FeedWrite>): FeedWrite {
  return { replace: false, items: new Map(), changes: new Map(), position: null, ...more };
}

const both = writeOf({
  items: new Map([first, second].map((item) => [item.id, item])),
  changes: new Map([change('1'), change('2')].map((each) => [each.key, each])),
  position,
});

export function storageContract(name: string, place: () => StoragePlace): void {
  describe(`storage: ${name}`, () => {
    test('what was never written is empty', async () => {
      const storage = place().open();
      assert.deepEqual(await storage.read('alice'), emptyFeed);
      await storage.close();
    });

    test('a write is read again, items, changes in their order, and the position', async () => {
      const storage = place().open();
      await storage.write('alice', both);
      const { items, changes, position: at } = await storage.read('alice');
      assert.deepEqual([items.map(({ id }) => id).sort(), at], [[first.id, second.id], position]);
      assert.deepEqual(changes, [change('1'), change('2')]);
      await storage.close();
    });

    test('a later write changes what it names and leaves the rest', async () => {
      const storage = place().open();
      await storage.write('alice', both);
      const read = { ...second, readState: 'read' as const };
      const items = new Map([
        [first.id, null],
        [second.id, read],
      ]);
      await storage.write('alice', writeOf({ items, changes: new Map([['1', null]]) }));
      assert.deepEqual(await storage.read('alice'), { items: [read], changes: [change('2')], position });
      await storage.close();
    });

    test('a replacement leaves no item of before, and every change', async () => {
      const storage = place().open();
      await storage.write('alice', both);
      const later = { cursor: 'later', unreadCount: 0 };
      await storage.write('alice', writeOf({ replace: true, position: later }));
      const { items, changes, position: at } = await storage.read('alice');
      assert.deepEqual([items, changes.length, at], [[], 2, later]);
      await storage.close();
    });

    test('accounts are apart, also those whose names begin alike, and clearing one leaves the other', async () => {
      const storage = place().open();
      const own = writeOf({ items: new Map([[second.id, second]]) });
      await storage.write('alice', both);
      await storage.write('alice2', own);
      await storage.clear('alice');
      assert.deepEqual(await storage.read('alice'), emptyFeed);
      assert.deepEqual((await storage.read('alice2')).items, [second]);
      await storage.close();
    });

    test('writes at the same time are all there', async () => {
      const storage = place().open();
      const items = Array.from({ length: 20 }, (_, index) => notificationOf(index));
      await Promise.all(
        items.map((item) => storage.write('alice', writeOf({ items: new Map([[item.id, item]]) }))),
      );
      assert.equal((await storage.read('alice')).items.length, 20);
      await storage.close();
    });

    test('what lasts is there when it is opened again', async () => {
      const { open, lasts } = place();
      const before = open();
      await before.write('alice', both);
      await before.close();
      const after = open();
      assert.deepEqual((await after.read('alice')).position, lasts ? position : null);
      await after.close();
    });
  });
}
