// A page's worker as an app writes it: what it needs, it finds in the address that it was registered under.
/// <reference lib="webworker" />
import { serveNotifications } from '../../src/service-worker/index.ts';

const scope = self as unknown as ServiceWorkerGlobalScope;
const settings = new URL(scope.location.href).searchParams;

// A test looks only when an event is over: Chromium drops what is being shown while the list of what is shown is read.
const counted = Object.assign(scope, { handledEvents: 0 });
const { waitUntil } = ExtendableEvent.prototype;
ExtendableEvent.prototype.waitUntil = function (promise) {
  void Promise.resolve(promise).finally(() => {
    counted.handledEvents += 1;
  });
  waitUntil.call(this, promise);
};

scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
serveNotifications(scope, {
  baseUrl: settings.get('hub') ?? '',
  async token() {
    const token = settings.get('token');
    if (!token) throw new Error('nobody is signed in');
    return token;
  },
  openUrl: ({ id }) => `/blank.html?notification=${id}`,
});
