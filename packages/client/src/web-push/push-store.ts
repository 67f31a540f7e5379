// The push record in an IndexedDB database of its own, which the page and the worker share. The names on disk are those of
// the first version and stay: a page and a worker of different versions read the same record.
import { systemClock } from '../clock.ts';
import { within } from '../deferred.ts';
import { answerOf, openDatabase } from '../storage/database.ts';
import { bounded, emptyRecord, type PushRecord } from './push-record.ts';

export interface PushStore {
  read(): Promise<PushRecord>;
  /** One transaction, so that a page and a worker never overwrite each other. Answers the record that was written. */
  change(change: (record: PushRecord) => PushRecord): Promise<PushRecord>;
  close(): Promise<void>;
}

/** As it is on disk. */
type StoredRecord = Omit<PushRecord, 'outbox'> & { readonly owed: PushRecord['outbox'] };

/** How long a push waits for it: an IndexedDB that has not answered by then has failed. */
export const storeMaxMs = 1_000;

const databaseName = 'carillon-push';
const storeName = 'kept';
const recordKey = 'record';

export function openPushStore(factory: IDBFactory = indexedDB): PushStore {
  let opening: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> => {
    const onEnd = (): void => {
      opening = null;
    };
    opening ??= openDatabase({ factory, name: databaseName, version: 1, stores: [storeName], onEnd });
    return opening;
  };
  return {
    async read() {
      return readFrom((await database()).transaction(storeName).objectStore(storeName));
    },
    async change(change) {
      const store = (await database()).transaction(storeName, 'readwrite').objectStore(storeName);
      const changed = bounded(change(await readFrom(store)));
      await answerOf(store.put(toStored(changed), recordKey));
      return changed;
    },
    async close() {
      (await opening?.catch(() => null))?.close();
      opening = null;
    },
  };
}

/** For one use of it by a page. */
export async function withPushStore<T>(use: (store: PushStore) => Promise<T>): Promise<T> {
  const store = openPushStore();
  try {
    return await within(systemClock, storeMaxMs, use(store));
  } finally {
    void store.close();
  }
}

/** Where the browser stores nothing, nothing is registered. */
export function readPushRecord(): Promise<PushRecord> {
  return withPushStore((store) => store.read()).catch(() => emptyRecord);
}

/** The hub's time, as far as the last exchange with it says. */
export function hubTime({ offsetMs }: Pick<PushRecord, 'offsetMs'>): number {
  return systemClock.now() + offsetMs;
}

async function readFrom(store: IDBObjectStore): Promise<PushRecord> {
  const stored = await answerOf<Partial<StoredRecord> | undefined>(store.get(recordKey));
  const { owed = [], ...rest } = stored ?? {};
  return { ...emptyRecord, ...rest, outbox: owed };
}

function toStored({ outbox: owed, ...rest }: PushRecord): StoredRecord {
  return { ...rest, owed };
}
