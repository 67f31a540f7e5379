// The page's service worker: registered after the page has loaded, so that it does not compete with it for the network, and
// found by every part that needs it.
const options = { scope: 'inbox' };

/** Rejects where there can be none: over plain http, or where the user allows no storage. The page works without. */
export const registered: Promise<unknown> = new Promise((resolve, reject) => {
  addEventListener('load', () => {
    const { serviceWorker } = navigator;
    if (serviceWorker) serviceWorker.register('inbox/service-worker.js', options).then(resolve, reject);
    else reject(new Error('There are no workers here.'));
  });
});

/** Null where there is none, or none yet. */
export async function findWorker(): Promise<ServiceWorkerRegistration | null> {
  return (await navigator.serviceWorker?.getRegistration(options.scope).catch(() => undefined)) ?? null;
}
