// What a browser gives to a service worker, in Node: the events, a screen, a push subscription, a badge. The store is a real
// IndexedDB (in memory), and requests go to the hub by Node's own fetch, while the network is on.
import { Network } from './network.ts';
/// <reference lib="webworker" />

export interface WorkerScope {
  readonly scope: ServiceWorkerGlobalScope;
  readonly network: Network;
  /** What the browser was told to put on the app's icon, in order; 0 where it was cleared. */
  readonly badges: number[];
  /** The tags that Background Sync was asked for. */
  readonly syncs: string[];
  /** The keys that the browser was asked to subscribe with. */
  readonly subscribedWith: string[];
  /** Null: the browser has none. */
  endpoint: string | null;
  /** What is on the screen. */
  titles(): readonly string[];
  /** Resolves when the worker is done with it. */
  dispatch(type: string, more?: object): Promise<void>;
}

export interface WorkerScopeOptions {
  readonly keys: { readonly p256dh: string; readonly auth: string };
  /** Whether this browser puts numbers on icons. Default: it does. */
  readonly hasBadges?: boolean;
}

export function openWorkerScope({ keys, hasBadges = true }: WorkerScopeOptions): WorkerScope {
  const network = new Network();
  const screen = openScreen();
  const [badges, syncs, subscribedWith]: [number[], string[], string[]] = [[], [], []];
  const subscription = () =>
    opened.endpoint === null ? null : { toJSON: () => ({ endpoint: opened.endpoint, keys }) };
  const pushManager = {
    getSubscription: async () => subscription(),
    async subscribe({ applicationServerKey }: { applicationServerKey: string }) {
      subscribedWith.push(applicationServerKey);
      opened.endpoint = 'https://127.0.0.1:9/anew';
      return subscription();
    },
  };
  const sync = { register: async (tag: string) => void syncs.push(tag) };
  const badge = {
    setAppBadge: async (count: number) => void badges.push(count),
    clearAppBadge: async () => void badges.push(0),
  };
  const scope = Object.assign(new EventTarget(), {
    registration: { scope: 'https://app.example/', pushManager, sync, ...screen.registration },
    clients: { matchAll: async () => [], openWindow: async () => null },
    navigator: hasBadges ? badge : {},
    fetch: network.fetch,
  });
  const opened: WorkerScope = {
    ...{ network, badges, syncs, subscribedWith, titles: screen.titles },
    scope: scope as unknown as ServiceWorkerGlobalScope,
    endpoint: null,
    async dispatch(type, more = {}) {
      const awaited: Promise<unknown>[] = [];
      const waitUntil = (promise: Promise<unknown>) => void awaited.push(promise);
      scope.dispatchEvent(Object.assign(new Event(type), { waitUntil }, more));
      await Promise.all(awaited);
    },
  };
  return opened;
}

interface OnScreen {
  readonly title: string;
  readonly tag: string;
  readonly data: unknown;
  close(): void;
}

/** One for each tag, as the Notifications API has it. */
function openScreen() {
  const shown = new Map<string, OnScreen>();
  return {
    titles: () => [...shown.values()].map(({ title }) => title),
    registration: {
      async showNotification(title: string, { tag = '', data = null }: NotificationOptions = {}) {
        shown.set(tag, { title, tag, data, close: () => void shown.delete(tag) });
      },
      getNotifications: async () => [...shown.values()],
    },
  };
}
