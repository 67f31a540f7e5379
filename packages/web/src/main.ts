// The page's entry: it shows the page at once and registers the service worker, which starts it without the network.
// start.ts does the rest.
import { showLanguage } from './language.ts';
import { Page } from './parts/page.ts';
import { start } from './start.ts';
import { registered } from './worker.ts';

const page = document.querySelector('carillon-page');
if (page instanceof Page) void showLanguage().then(() => start(page));

// The page works without it.
registered.catch(() => {});
