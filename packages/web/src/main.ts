// The page's entry: shows it at once, and lets the service worker keep it for starts without the network.
// What happens then is in start.ts.
import { Page } from './parts/page.ts';
import { start } from './start.ts';
import { registerWorker } from './worker.ts';

const page = document.querySelector('carillon-page');
if (page instanceof Page) void start(page);

registerWorker();
