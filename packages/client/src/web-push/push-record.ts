// What a service worker keeps between two events, since it may end after each, and what the page tells it about the
// device's subscription: one record in an IndexedDB of its own. No title and no body is ever in it.
import type { Receipt, StatePatch, SubscriptionPost } from '@carillon/protocol';
import { answerOf, openDatabase } from '../storage/database.ts';

/** What this browser has shown of a notification, or knows to be handled. */
export interface Remembered {
  /** Null until the hub has been asked about what a push showed. */
  readonly contentVersion: number | null;
  /** `lastModifiedDateTime` when it was shown. */
  readonly modified: string | null;
  /** Of title and body: the same push twice is known by it. */
  readonly digest: string | null;
  /** When its time in the viewer ends, in milliseconds since 1970. */
  readonly displayUntil: number | null;
  readonly handled: 'no' | 'yes' | 'snoozed';
}

/** Done here, and not at the hub yet. */
export type Owed = { readonly key: number } & (
  | { readonly kind: 'state'; readonly id: string; readonly patch: StatePatch }
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
);

/** The device's subscription at the hub, as it is posted again when the browser renews its own. */
export interface PushRegistration {
  /** UNS-ID. */
  readonly subscriptionId: string;
  readonly post: Omit<SubscriptionPost, 'channel' | 'expirationDateTime'>;
  /** When the lease ends, in milliseconds since 1970. */
  readonly leaseUntil: number;
}

export interface Kept {
  /** Nobody is signed in: what arrives is not shown in words. */
  readonly signedOut: boolean;
  /** Whose the rest is; null until a token told. */
  readonly account: string | null;
  readonly cursor: string | null;
  readonly unreadCount: number;
  readonly remembered: Readonly<Record<string, Remembered>>;
  readonly owed: readonly Owed[];
  readonly nextKey: number;
  readonly registration: PushRegistration | null;
  /** The browser's subscription changed, and the hub does not know yet. */
  readonly renew: boolean;
}

export interface KeptStore {
  read(): Promise<Kept>;
  /** One transaction, so that a page and a worker never overwrite each other. Answers what is kept now. */
  change(change: (kept: Kept) => Kept): Promise<Kept>;
  close(): Promise<void>;
}

export const nothingKept: Kept = {
  signedOut: false,
  account: null,
  cursor: null,
  unreadCount: 0,
  remembered: {},
  owed: [],
  nextKey: 1,
  registration: null,
  renew: false,
};

/** Bounds: what is older is forgotten, since a browser shows no more than that anyway. */
const rememberedMax = 300;
const owedMax = 500;

const databaseName = 'carillon-push';
const storeName = 'kept';
const recordKey = 'record';

export function openKept(factory: IDBFactory = indexedDB): KeptStore {
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
      const store = (await database()).transaction(storeName).objectStore(storeName);
      return withDefaults(await answerOf<Partial<Kept> | undefined>(store.get(recordKey)));
    },
    async change(change) {
      const transaction = (await database()).transaction(storeName, 'readwrite');
      const store = transaction.objectStore(storeName);
      const kept = withDefaults(await answerOf<Partial<Kept> | undefined>(store.get(recordKey)));
      const changed = bounded(change(kept));
      await answerOf(store.put(changed, recordKey));
      return changed;
    },
    async close() {
      (await opening?.catch(() => null))?.close();
      opening = null;
    },
  };
}

/** Adds to what is owed to the hub. */
export function owe(kept: Kept, ...owed: readonly DistributiveOmit<Owed, 'key'>[]): Kept {
  const keyed = owed.map((one, index) => ({ ...one, key: kept.nextKey + index }) as Owed);
  return { ...kept, owed: [...kept.owed, ...keyed], nextKey: kept.nextKey + owed.length };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function withDefaults(stored: Partial<Kept> | undefined): Kept {
  return { ...nothingKept, ...stored };
}

function bounded(kept: Kept): Kept {
  const entries = Object.entries(kept.remembered);
  if (entries.length <= rememberedMax && kept.owed.length <= owedMax) return kept;
  return {
    ...kept,
    remembered: Object.fromEntries(entries.slice(-rememberedMax)),
    owed: kept.owed.slice(-owedMax),
  };
}
