// The entry of the package: one object for one hub and one signed-in user. It opens the feed at its first use and composes
// the parts: requests, storage, transports, tabs.
import type {
  Receipt,
  ReceiptsAnswer,
  Subscription,
  SubscriptionPatch,
  SubscriptionPost,
} from '@carillon/protocol';
import { type Clock, HubClock, type Random, systemRandom } from './clock.ts';
import type { Feed, Transport } from './feed/feed.ts';
import { Lacks } from './feed/lacks.ts';
import { LiveFeed, type LiveFeedOptions } from './live-feed.ts';
import { HubError } from './requests/hub-error.ts';
import { Requests } from './requests/requests.ts';
import { type AskToken, accountOf } from './requests/token.ts';
import type { FeedStorage } from './storage/feed-storage.ts';
import { openIndexedDbStorage } from './storage/indexed-db.ts';
import { noStorage } from './storage/none.ts';
import { isHidden, watchSurroundings } from './surroundings.ts';
import type { OpenLink } from './transports/link.ts';
import { pollingTransport } from './transports/polling.ts';
import { openSse } from './transports/sse.ts';
import { type WebSocketClass, webSocketTransport } from './transports/web-socket.ts';

export interface HubOptions {
  /** The hub's public URL. */
  readonly baseUrl: string;
  /**
   * Returns a delegated token. Called again with `refresh: true` when the hub refuses the last one, and a minute before the
   * `exp` of a JWT. A rejection means that nobody is signed in.
   */
  readonly token: AskToken;
  /**
   * Separates the stored copies of accounts. Default: the token's issuer, user and client; the stored copy then shows only
   * once there is a token. Set it where tokens are opaque.
   */
  readonly account?: string;
  /** Where the copy is stored. Default: IndexedDB where it exists, else memory. For Node: `@carillon/client/node`. */
  readonly storage?: 'indexedDB' | 'memory' | FeedStorage;
  /** UNS-ID of this device, from its subscription. */
  readonly device?: string | null;
  /** The hub no longer has that device, and changes are sent without it. Register again and call `useDevice`. */
  readonly onDeviceRefused?: () => void;
  /** In the order they are tried. Default: WebSocket, SSE, polling. */
  readonly transports?: readonly Transport[];
  /** The interval of polling, where no stream stays open. Default: 30. */
  readonly pollSeconds?: number;
  /** Whether all tabs of this browser share one stream. Default: where the copy is in IndexedDB. */
  readonly shareTabs?: boolean;
  /** The registration of the page's service worker, where it has one: when it fails, `status.reason` says `noWorker`. */
  readonly worker?: Promise<unknown>;
  /** Default: the device's, corrected by the hub's. */
  readonly clock?: Clock;
  readonly random?: Random;
  readonly fetch?: typeof fetch;
  /** Null where there is none. */
  readonly WebSocket?: WebSocketClass | null;
  /** Whether `WebSocket` takes `{ headers }` as its second argument, which saves a request. Default: in Node. */
  readonly webSocketTakesHeaders?: boolean;
}

export interface Hub {
  /** One for the hub, opened at the first call. */
  feed(): Feed;
  /** Registers this installed place; its `id` is the UNS-ID for `useDevice`. */
  subscribe(post: SubscriptionPost): Promise<Subscription>;
  subscriptions(): Promise<readonly Subscription[]>;
  updateSubscription(id: string, patch: SubscriptionPatch): Promise<Subscription>;
  unsubscribe(id: string): Promise<void>;
  /** The `applicationServerKey` for `PushManager.subscribe`. */
  vapidPublicKey(): Promise<string>;
  receipts(receipts: readonly Receipt[]): Promise<ReceiptsAnswer>;
  /** Which subscription acts from now on; null for none. */
  useDevice(unsId: string | null): void;
  /** Closes the feed; changes that were not sent stay stored. */
  close(): Promise<void>;
  /** Closes, and removes everything that is stored of this account, in all tabs. Changes that were not sent are lost. */
  signOut(): Promise<void>;
}

export function connectHub(options: HubOptions): Hub {
  const { onDeviceRefused = () => {}, clock = new HubClock() } = options;
  const requests = new Requests({ ...options, clock, onDeviceRefused });
  let open: { readonly feed: LiveFeed; readonly unwatch: () => void } | null = null;
  const opened = () => {
    open ??= openFeed({ ...options, clock }, requests);
    return open;
  };
  return {
    feed: () => opened().feed,
    subscribe: (post) => requests.subscribe(post),
    subscriptions: () => requests.subscriptions(),
    updateSubscription: (id, patch) => requests.updateSubscription(id, patch),
    unsubscribe: (id) => requests.unsubscribe(id),
    vapidPublicKey: () => requests.vapidPublicKey(),
    receipts: (receipts) => requests.receipts(receipts),
    useDevice(unsId) {
      if (requests.device === unsId) return;
      requests.device = unsId;
      open?.feed.wake(true);
    },
    async close() {
      open?.unwatch();
      await open?.feed.close();
    },
    async signOut() {
      const { feed, unwatch } = opened();
      unwatch();
      await feed.signOut();
    },
  };
}

function openFeed(options: HubOptions & Required<Pick<HubOptions, 'clock'>>, requests: Requests) {
  const { clock, random = systemRandom } = options;
  const lacks = new Lacks();
  const indexedDb = indexedDbOf(options);
  const storage = typeof options.storage === 'object' ? options.storage : null;
  const sharing = sharingFor(options, indexedDb !== null);
  const feed = new LiveFeed({
    ...{ requests, clock, random },
    account: accountFor(options, requests),
    storage: storage ?? (indexedDb ? openIndexedDbStorage(indexedDb) : noStorage),
    transports: transportsFor(options),
    ...{ sharing: sharing ?? null, lacks },
  });
  if (options.storage !== 'memory' && !storage && !indexedDb) lacks.set('memoryOnly', true);
  if (sharing === undefined) lacks.set('unshared', true);
  options.worker?.catch(() => lacks.set('noWorker', true));
  const unwatch = watchSurroundings({
    clock,
    onWake: (mayBeDead) => feed.wake(mayBeDead),
    onFreeze: () => feed.freeze(),
    onResume: () => feed.resume(),
  });
  return { feed, unwatch };
}

async function accountFor({ account }: HubOptions, requests: Requests): Promise<string> {
  const known = account ?? accountOf(await requests.token());
  if (known !== null) return known;
  const cause = new Error('The token names no user: pass `account` to connectHub.');
  // The message is what a person reads in `status.reason`.
  throw new HubError('invalidRequest', 'This page can not use your sign-in.', { cause });
}

/** Null where the app wants another storage, or the browser has none. Where cookies are blocked, even asking may throw. */
function indexedDbOf({ storage = 'indexedDB' }: HubOptions): IDBFactory | null {
  try {
    return storage === 'indexedDB' ? (globalThis.indexedDB ?? null) : null;
  } catch {
    return null;
  }
}

/** Null where the app doesn't share; undefined where the browser can't. */
function sharingFor({ shareTabs }: HubOptions, isStored: boolean): LiveFeedOptions['sharing'] | undefined {
  if (!(shareTabs ?? isStored)) return null;
  try {
    const { locks } = navigator;
    if (locks && BroadcastChannel) return { locks, openChannel: (name) => new BroadcastChannel(name) };
  } catch {
    // As where there is none.
  }
  return undefined;
}

const defaultOrder: readonly Transport[] = ['webSocket', 'sse', 'polling'];

function transportsFor(options: HubOptions): (readonly [Transport, OpenLink])[] {
  const { transports = defaultOrder, pollSeconds = 30 } = options;
  const { WebSocket = globalThis.WebSocket } = options;
  const { webSocketTakesHeaders: takesHeaders = isNode() } = options;
  const openers: Readonly<Record<Transport, OpenLink | null>> = {
    webSocket: WebSocket ? webSocketTransport({ WebSocket, takesHeaders }) : null,
    sse: openSse,
    polling: pollingTransport({ pollSeconds, isHidden }),
  };
  return transports.flatMap((name) => {
    const open = openers[name];
    return open ? [[name, open] as const] : [];
  });
}

function isNode(): boolean {
  return globalThis.process?.versions?.node !== undefined;
}
