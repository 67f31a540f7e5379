// Stores feeds in the browser's IndexedDB: one database, where each key begins with the account. One transaction writes
// everything of an account, whatever other tabs have open.
import type { Notification } from '@carillon/protocol';
import type { Position } from '../feed/feed-view.ts';
import { answerOf, openDatabase } from './database.ts';
import type { FeedStorage } from './feed-storage.ts';
import type { StoredChange } from './stored-change.ts';

const databaseName = 'carillon';
const version = 1;
const stores = ['positions', 'items', 'changes'] as const;

export function openIndexedDbStorage(factory: IDBFactory = indexedDB): FeedStorage {
  let opening: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> => {
    const onEnd = (): void => {
      opening = null;
    };
    opening ??= openDatabase({ factory, name: databaseName, version, stores, onEnd });
    return opening;
  };
  const change = async (work: (store: (name: string) => IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database()).transaction(stores, 'readwrite');
    work((name) => transaction.objectStore(name));
    // At once: the page may be about to close.
    transaction.commit();
    await endOf(transaction);
  };
  return {
    async read(account) {
      const transaction = (await database()).transaction(stores);
      const [position, items, changes] = await Promise.all([
        answerOf<Position | undefined>(transaction.objectStore('positions').get(account)),
        answerOf<Notification[]>(transaction.objectStore('items').getAll(rangeOf(account))),
        answerOf<StoredChange[]>(transaction.objectStore('changes').getAll(rangeOf(account))),
      ]);
      // Keys grow with time, so their order is that in which the changes were made.
      return { position: position ?? null, items, changes };
    },
    write: (account, { replace, items, changes, position }) =>
      change((store) => {
        if (replace) store('items').delete(rangeOf(account));
        put(store('items'), account, items);
        put(store('changes'), account, changes);
        if (position) store('positions').put(position, account);
      }),
    clear: (account) =>
      change((store) => {
        store('positions').delete(account);
        for (const name of ['items', 'changes']) store(name).delete(rangeOf(account));
      }),
    async close() {
      (await opening?.catch(() => null))?.close();
      opening = null;
    },
  };
}

/** All keys `[account, …]`: an array sorts after every string. */
function rangeOf(account: string): IDBKeyRange {
  return IDBKeyRange.bound([account], [account, []]);
}

function put<T>(store: IDBObjectStore, account: string, written: ReadonlyMap<string, T | null>): void {
  for (const [key, value] of written) {
    if (value === null) store.delete([account, key]);
    else store.put(value, [account, key]);
  }
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
