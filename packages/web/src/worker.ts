// The page's service worker: registered after the page has loaded, so that it does not compete with it for the network, and
// found by every part that needs it.
const options = { scope: 'inbox' };

export function registerWorker(): void {
  addEventListener('load', () => {
    // Not over plain http, and not where the user allows no storage: the page works without.
    navigator.serviceWorker?.register('inbox/service-worker.js', options).catch(() => {});
  });
}

/** Null where there is none, or none yet. */
export async function findWorker(): Promise<ServiceWorkerRegistration | null> {
  return (await navigator.serviceWorker?.getRegistration(options.scope).catch(() => undefined)) ?? null;
}
