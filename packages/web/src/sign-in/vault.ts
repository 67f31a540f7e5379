// The storage of the page and its service worker for what outlives a tab: tokens, the hub's configuration, this device's name.
// One IndexedDB database with one store of named values; sign-out empties it.
const databaseName = 'carillon-page';
const storeName = 'kept';

export interface Vault {
  /** Null when nothing is stored under that name. */
  read<T>(name: string): Promise<T | null>;
  write(name: string, value: unknown): Promise<void>;
  remove(...names: readonly string[]): Promise<void>;
}

export function openVault(): Vault {
  let opening: Promise<IDBDatabase> | null = null;
  const open = (): Promise<IDBDatabase> => {
    opening ??= openDatabase(() => {
      opening = null;
    });
    return opening;
  };
  return {
    async read<T>(name: string) {
      const store = (await open()).transaction(storeName).objectStore(storeName);
      const value: T | undefined = await settled(store.get(name));
      return value ?? null;
    },
    async write(name, value) {
      const transaction = (await open()).transaction(storeName, 'readwrite');
      transaction.objectStore(storeName).put(value, name);
      await committed(transaction);
    },
    async remove(...names) {
      const transaction = (await open()).transaction(storeName, 'readwrite');
      for (const name of names) transaction.objectStore(storeName).delete(name);
      await committed(transaction);
    },
  };
}

async function openDatabase(onClosed: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  const database = await settled(request);
  // Another tab that signs out deletes the database, and must not wait for this one.
  database.onversionchange = () => {
    database.close();
    onClosed();
  };
  database.onclose = onClosed;
  return database;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
