// What a browser gives to a service worker, in Node: the events, a screen, a push subscription, a badge. The store is a real
// IndexedDB (in memory), and requests go to the hub by Node's own fetch, while the network is on. As WebKit it ignores tags
// (iOS), keeps what was just shown, and ends the subscription after three pushes without a showing.
import { type Clock, systemClock } from '../../src/clock.ts';
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
  /** Pushes without a showing; the third one ends the subscription. */
  readonly strikes: number;
  /** What is on the screen. */
  titles(): readonly string[];
  /** Everything that was shown, in order. */
  readonly everShown: readonly string[];
  /** Resolves when the worker is done with it. */
  dispatch(type: string, more?: object): Promise<void>;
}

export interface WorkerScopeOptions {
  readonly keys: { readonly p256dh: string; readonly auth: string };
  /** Whether this browser puts numbers on icons. Default: it does. */
  readonly hasBadges?: boolean;
  /** Default: Chromium. */
  readonly engine?: 'chromium' | 'webKit';
  /** Times what the screen keeps. */
  readonly clock?: Clock;
}

/** What WebKit grants a push's handler, and how long it keeps what was shown. */
const lifetimeMinMs = 30_000;
const strikesMax = 3;

export function openWorkerScope(options: WorkerScopeOptions): WorkerScope {
  const { keys, hasBadges = true, engine = 'chromium', clock = systemClock } = options;
  const network = new Network();
  const screen = openScreen(engine, clock);
  let strikes = 0;
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
    navigator: {
      ...(hasBadges ? badge : {}),
      ...(engine === 'chromium'
        ? { userAgentData: { brands: [{ brand: 'Chromium', version: '156' }] } }
        : {}),
    },
    fetch: network.fetch,
  });
  const opened: WorkerScope = {
    ...{ network, badges, syncs, subscribedWith, titles: screen.titles, everShown: screen.everShown },
    scope: scope as unknown as ServiceWorkerGlobalScope,
    endpoint: null,
    get strikes() {
      return strikes;
    },
    async dispatch(type, more = {}) {
      const awaited: Promise<unknown>[] = [];
      const waitUntil = (promise: Promise<unknown>) => void awaited.push(promise);
      const before = screen.everShown.length;
      scope.dispatchEvent(Object.assign(new Event(type), { waitUntil }, more));
      const ends = await Promise.allSettled(awaited);
      const isStrike = screen.everShown.length === before || ends.some(({ status }) => status === 'rejected');
      if (engine === 'chromium' || type !== 'push') return void (await Promise.all(awaited));
      if (isStrike && ++strikes >= strikesMax) opened.endpoint = null;
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

/** One for each tag, as the Notifications API has it, where the engine follows it. */
function openScreen(engine: 'chromium' | 'webKit', clock: Clock) {
  const shown = new Map<string, OnScreen>();
  const everShown: string[] = [];
  return {
    everShown,
    titles: () => [...shown.values()].map(({ title }) => title),
    registration: {
      async showNotification(title: string, { tag = '', data = null }: NotificationOptions = {}) {
        const [place, at] = [engine === 'chromium' ? tag : `${everShown.length}`, clock.now()];
        const close = () => {
          if (engine === 'chromium' || clock.now() - at >= lifetimeMinMs) shown.delete(place);
        };
        everShown.push(title);
        shown.set(place, { title, tag, data, close });
      },
      getNotifications: async () => [...shown.values()],
    },
  };
}
