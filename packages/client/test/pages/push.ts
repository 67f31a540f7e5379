// A page that turns push on and off for a test: `push.enable()`. Where a test asks for it, `PushManager.subscribe` answers
// a subscription as a browser's push service would, since tests reach none.
import { Requests } from '../../src/requests/requests.ts';
import {
  disableWebPush,
  enableWebPush,
  forgetNotifications,
  webPushState,
} from '../../src/web-push/web-push.ts';

const settings = new URL(location.href).searchParams;
const hub = new Requests({
  baseUrl: settings.get('hub') ?? '',
  token: async () => settings.get('token') ?? '',
});

let stubbed: object | null = null;

function stubSubscription(endpoint: string, keys: { p256dh: string; auth: string }): void {
  const subscription = {
    toJSON: () => ({ endpoint, keys }),
    options: { applicationServerKey: null },
    async unsubscribe() {
      stubbed = null;
      return true;
    },
  };
  PushManager.prototype.getSubscription = async () => stubbed as PushSubscription | null;
  PushManager.prototype.subscribe = async () => {
    stubbed = subscription;
    return subscription as unknown as PushSubscription;
  };
}

/** Where a page is no secure context there is no worker at all. */
const enableWithoutWorker = () =>
  enableWebPush({
    ...{ hub, targetHostName: 'a.example', installationId: 'this browser' },
    registration: null as unknown as ServiceWorkerRegistration,
  });

const ready = () => navigator.serviceWorker.ready;

/** A browser refuses a subscription while its worker is not active. */
async function enableWhileInstalling(endpoint: string, keys: { p256dh: string; auth: string }) {
  const url = `/worker.js?installing&classic&${settings}`;
  const registration = await navigator.serviceWorker.register(url, { scope: '/installing/' });
  stubSubscription(endpoint, keys);
  const { subscribe } = PushManager.prototype;
  PushManager.prototype.subscribe = async function (options) {
    if (!registration.active) throw new DOMException('no active Service Worker', 'AbortError');
    return subscribe.call(this, options);
  };
  const wasActive = registration.active !== null;
  const place = { targetHostName: 'a.example', installationId: 'installing' };
  const { state, detail } = await enableWebPush({ hub, registration, ...place });
  return { wasActive, state, detail };
}

const push = {
  enableWhileInstalling,
  stubSubscription,
  enableWithoutWorker,
  state: async () => webPushState((await navigator.serviceWorker.getRegistration()) ?? null),
  stateAtHub: async () => webPushState((await navigator.serviceWorker.getRegistration()) ?? null, hub),
  enable: async () =>
    enableWebPush({
      hub,
      registration: await ready(),
      targetHostName: 'a.example',
      installationId: 'this browser',
      displayName: 'Chromium',
    }),
  disable: async () => disableWebPush({ hub, registration: await ready() }),
  forget: async () => forgetNotifications(await ready()),
};

export type PushControls = typeof push;
Object.assign(globalThis, { push });
