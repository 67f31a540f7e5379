// The page's entry: shows it at once, and lets the service worker
// keep it for starts without the network.
import { Page } from './parts/page.ts';
import { start } from './start.ts';

const page = document.querySelector('carillon-page');
if (page instanceof Page) void start(page);

if (import.meta.env.PROD) {
  addEventListener('load', () => {
    navigator.serviceWorker?.register('inbox/service-worker.js', { scope: 'inbox' }).catch(() => {}); // not over plain http
  });
}
