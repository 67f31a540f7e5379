// Turns push on and off in this browser, and says whether it is available and why not, in words for a person. What a user
// may run into is a state; nothing is thrown for it.
import type { NotificationType, Subscription, SubscriptionPost } from '@carillon/protocol';
import { type Clock, systemClock } from '../clock.ts';
import { defer, within } from '../deferred.ts';
import { HubError } from '../requests/hub-error.ts';
import { channelOf } from './channel.ts';
import type { PushRecord, PushRegistration } from './push-record.ts';
import { hubTime, readPushRecord, withPushStore } from './push-store.ts';

/** A worker whose files do not arrive. */
const installMaxMs = 20_000;

export { HubClock } from '../clock.ts';
export { closeHandled, closeWhatIsHandled, forgetNotifications } from './handled.ts';

/** `on`: this browser is registered. The others say why it is not, or that it can be. */
export type WebPushStateName =
  | 'on'
  | 'off'
  | 'notAsked'
  | 'denied'
  | 'needsSecureContext'
  | 'needsInstall'
  | 'unsupported'
  | 'pushServiceFailed'
  | 'hubFailed';

export interface WebPushState {
  readonly state: WebPushStateName;
  /** In English, for a person: what it means, and what helps. Other languages go by `state`. */
  readonly reason: string;
  /** The message of the browser or of the hub; null unless something failed. */
  readonly detail: string | null;
  /** UNS-ID while it is on. */
  readonly subscriptionId: string | null;
}

export const webPushReasons = {
  on: 'This browser receives new notifications, also when this page is closed.',
  off: 'Push is off in this browser.',
  notAsked: 'Push is off. Turning it on asks for your permission first.',
  denied: 'Notifications from this site are blocked. Allow them in the browser’s settings for this site.',
  needsSecureContext: 'Push works only over HTTPS, or on localhost.',
  needsInstall: 'On this device push works after the page was added to the home screen.',
  unsupported: 'This browser has no push.',
  pushServiceFailed: 'The browser could not register with its push service.',
  hubFailed: 'The hub did not take this browser’s registration.',
} as const satisfies Record<WebPushStateName, string>;

/** The part of a `Hub` that this needs. */
export interface PushHub {
  vapidPublicKey(): Promise<string>;
  subscribe(post: SubscriptionPost): Promise<Subscription>;
  unsubscribe(id: string): Promise<void>;
}

/** The part of a `Hub` that says what it has. */
export interface SubscriptionsHub {
  subscriptions(): Promise<readonly Subscription[]>;
}

export interface EnableOptions {
  readonly hub: PushHub;
  readonly registration: ServiceWorkerRegistration;
  /** A verified host name of the app. */
  readonly targetHostName: string;
  /** Stable for this browser: registering again replaces, and keeps the UNS-ID. */
  readonly installationId: string;
  /** What the user's list of devices calls it. */
  readonly displayName?: string;
  /** Default: with payload, so that it shows without network. `notificationOnly` keeps content out of the push. */
  readonly notificationType?: NotificationType;
  /** The hub's clock, where `connectHub` was given one: the worker begins with what it was corrected by. */
  readonly clock?: Clock;
}

/**
 * A registration of null: the page has no service worker yet. With the hub it asks whether that still has the subscription,
 * which another device or the push service may have ended; a hub that can't be reached changes nothing.
 */
export async function webPushState(
  registration: ServiceWorkerRegistration | null,
  hub?: SubscriptionsHub,
): Promise<WebPushState> {
  const lacking = whatIsLacking();
  if (lacking) return stateOf(lacking);
  if (Notification.permission === 'denied') return stateOf('denied');
  const subscription = (await registration?.pushManager.getSubscription()) ?? null;
  const stored = await readPushRecord();
  const { registration: known } = stored;
  const isOn =
    Notification.permission === 'granted' &&
    subscription &&
    known &&
    (await isAtHub(known, hub, hubTime(stored)));
  if (isOn) return stateOf('on', { subscriptionId: known.subscriptionId });
  return stateOf(Notification.permission === 'granted' ? 'off' : 'notAsked');
}

/** Call it from a click: browsers ask for permission only then. */
export async function enableWebPush(options: EnableOptions): Promise<WebPushState> {
  const lacking = whatIsLacking();
  if (lacking) return stateOf(lacking);
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') return stateOf(permission === 'denied' ? 'denied' : 'notAsked');
  const key = await options.hub.vapidPublicKey().catch(failed);
  if (key instanceof Error) return stateOf('hubFailed', { detail: wordsOf(key) });
  const subscription = await untilActive(options.registration)
    .then(() => subscribeBrowser(options.registration, key))
    .catch(failed);
  if (subscription instanceof Error) return stateOf('pushServiceFailed', { detail: wordsOf(subscription) });
  const post = postOf(options);
  const answer = await options.hub.subscribe({ ...post, channel: channelOf(subscription) }).catch(failed);
  if (answer instanceof Error) return stateOf('hubFailed', { detail: wordsOf(answer) });
  const { id: subscriptionId, expirationDateTime } = answer;
  const registered = { subscriptionId, post, leaseUntil: Date.parse(expirationDateTime) };
  // Without the record the worker asks the hub before it shows anything.
  await record(registered, options.clock?.offsetMs).catch(() => {});
  return stateOf('on', { subscriptionId });
}

/** Ends it at the hub and in the browser. If the hub can't be reached, its lease expires and its pushes are refused. */
export async function disableWebPush({
  hub,
  registration,
}: Pick<EnableOptions, 'hub' | 'registration'>): Promise<WebPushState> {
  const { registration: known } = await readPushRecord();
  const ended = known ? await hub.unsubscribe(known.subscriptionId).catch(failed) : null;
  const subscription = await registration.pushManager.getSubscription();
  await subscription?.unsubscribe();
  const forgotten = (record: PushRecord) => ({ ...record, registration: null, renew: false });
  await withPushStore((store) => store.change(forgotten)).catch(() => {});
  const isOver = !(ended instanceof HubError) || ended.kind === 'notFound';
  return isOver ? stateOf('off') : stateOf('off', { detail: wordsOf(ended) });
}

/** Without an answer of the hub: as long as the lease. */
async function isAtHub(
  { subscriptionId, leaseUntil }: PushRegistration,
  hub: SubscriptionsHub | undefined,
  now: number,
): Promise<boolean> {
  const own = (await hub?.subscriptions().catch(() => null)) ?? null;
  if (own === null) return leaseUntil > now;
  return own.some(({ id, channel }) => id === subscriptionId && channel !== null);
}

/** Browsers refuse a subscription before the worker runs, and a page's first visit is when it is installed. */
async function untilActive({ active, installing, waiting }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting;
  if (active || !worker) return;
  const { promise, resolve } = defer();
  worker.addEventListener('statechange', () => {
    if (worker.state === 'activated' || worker.state === 'redundant') resolve();
  });
  await within(systemClock, installMaxMs, promise);
}

function whatIsLacking(): WebPushStateName | null {
  if (!globalThis.isSecureContext) return 'needsSecureContext';
  const hasPush = 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;
  if (hasPush) return null;
  // Safari on iOS and iPadOS has it only in pages of the home screen, and `standalone` is its own.
  return 'standalone' in navigator && navigator.standalone === false ? 'needsInstall' : 'unsupported';
}

/** A subscription for another hub's key can't be used, and a worker has only one: it is replaced. */
async function subscribeBrowser(
  { pushManager }: ServiceWorkerRegistration,
  key: string,
): Promise<PushSubscription> {
  const current = await pushManager.getSubscription();
  if (current && keyOf(current) !== key) await current.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function keyOf({ options }: PushSubscription): string | null {
  const bytes = options.applicationServerKey;
  if (!bytes) return null;
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function postOf(options: EnableOptions): PushRegistration['post'] {
  const { targetHostName, installationId, displayName = null } = options;
  const { notificationType = 'notificationWithPayload' } = options;
  return { targetHostName, installationId, displayName, platformType: 'webPush', notificationType };
}

/** Another subscription is another user or app: what was stored for the last one is removed. */
async function record(registration: PushRegistration, offsetMs: number | undefined): Promise<void> {
  const again = ({ registration: known }: PushRecord) =>
    known?.subscriptionId === registration.subscriptionId;
  const fresh = { account: null, cursor: null, unreadCount: 0, remembered: {}, outbox: [] };
  await withPushStore((store) =>
    store.change((record) => ({
      ...record,
      ...(again(record) ? {} : fresh),
      ...(offsetMs === undefined ? {} : { offsetMs }),
      ...{ signedOut: false, registration, renew: false },
    })),
  );
}

function failed(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function wordsOf({ name, message }: Error): string {
  return name === 'HubError' ? message : `${name}: ${message}`;
}

function stateOf(
  state: WebPushStateName,
  { detail = null, subscriptionId = null }: Partial<Pick<WebPushState, 'detail' | 'subscriptionId'>> = {},
): WebPushState {
  return { state, reason: webPushReasons[state], detail, subscriptionId };
}
