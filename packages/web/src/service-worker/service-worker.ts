// The page's service worker: it starts the page without the network, and shows pushes while no page is open. It caches the
// files of one build, whose names the build inserts, and nothing of a user.
import { HubClock, serveNotifications } from '@carillon/client/service-worker';
import { openSession } from '../sign-in/session.ts';
import { openVault } from '../sign-in/vault.ts';

declare const self: ServiceWorkerGlobalScope;
/** Inserted by the build: the files of the page by their path below it, and a hash of them all. */
declare const SHELL: { readonly version: string; readonly files: readonly string[] };

const cacheName = `carillon-page-${SHELL.version}`;
const below = new URL('./', self.location.href);
const pageUrl = below.href.replace(/\/$/, '');
const pagePath = new URL(pageUrl).pathname;
/** After this long the cached page is shown; the feed shows the state of the connection. */
const answerMaxMs = 4000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      const requests = [pageUrl, ...SHELL.files.map((file) => new URL(file, below).href)];
      await cache.addAll(requests.map((url) => new Request(url, { cache: 'reload' })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => /^carillon-page-/.test(name) && name !== cacheName);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === pagePath) event.respondWith(answerPage(request));
  else if (isFile(pathname)) event.respondWith(answerFile(request));
});

function isFile(pathname: string): boolean {
  return pathname.startsWith(below.pathname) && SHELL.files.includes(pathname.slice(below.pathname.length));
}

/** The hub's own where it answers in time, so that a new version shows at once. */
async function answerPage(request: Request): Promise<Response> {
  const cached = await caches.match(pageUrl, { cacheName });
  if (!cached) return fetch(request);
  return fetch(request.url, { signal: AbortSignal.timeout(answerMaxMs) }).then(
    (response) => (response.ok ? response : cached),
    () => cached,
  );
}

async function answerFile(request: Request): Promise<Response> {
  return (await caches.match(request.url, { cacheName })) ?? fetch(request);
}

const clock = new HubClock();
const session = openSession({ vault: openVault(), clock });

serveNotifications(self, {
  baseUrl: pageUrl.replace(/\/inbox$/, ''),
  ...{ token: session.token, clock },
  async account() {
    const signed = await session.current();
    return signed && [signed.issuer, signed.user.subject, signed.clientId].join('|');
  },
  openUrl: ({ url }) => url ?? pageUrl,
});
