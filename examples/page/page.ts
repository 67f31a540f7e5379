import { connectHub } from '@carillon/client';
import '@carillon/inbox';

// Your sign-in gives the token; here serve.ts does, as Alice's. `refresh` says that the last one was refused.
const token = async ({ refresh }: { readonly refresh: boolean }): Promise<string> =>
  (await fetch('/token', { cache: refresh ? 'reload' : 'default' })).text();

const inbox = document.querySelector('carillon-inbox');
if (!inbox) throw new Error('the page has no <carillon-inbox>');
const hub = connectHub({ baseUrl: inbox.dataset.hub ?? '', token });
inbox.feed = hub.feed();
