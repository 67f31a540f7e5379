import { connectHub } from '@carillon/client';
import '@carillon/inbox';

// Your sign-in gives the token; here serve.ts does, as Alice's. `refresh` says that the last one was refused.
const token = async ({ refresh }: { readonly refresh: boolean }): Promise<string> =>
  (await fetch('/token', { cache: refresh ? 'reload' : 'default' })).text();

const hub = connectHub({ baseUrl: 'http://127.0.0.1:4280', token });
const inbox = document.querySelector('carillon-inbox');
if (inbox) inbox.feed = hub.feed();
