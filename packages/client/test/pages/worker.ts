// A page's worker as an app writes it: what it needs, it finds in the address that it was registered under.
/// <reference lib="webworker" />
import { serveNotifications } from '../../src/service-worker/index.ts';

const scope = self as unknown as ServiceWorkerGlobalScope;
const settings = new URL(scope.location.href).searchParams;

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
