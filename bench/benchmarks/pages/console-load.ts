// The console as its operator meets it: what the browser fetches until the first view is there, and how soon that is, signed out
// and signed in, in a profile that has never seen the page.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Browser, Page, Response } from 'playwright-core';
import { buildConsole } from '../../../packages/console/build.ts';
import { hashPassword } from '../../../packages/hub/src/auth/provider/sign-in/passwords.ts';
import { openRegistry } from '../../../packages/hub/src/hub/open-hub.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import { openBrowser, reloadEmpty, usableAfter } from '../../setup/inbox-browsers.ts';
import { makeDataDir, publicUrl } from '../../setup/world.ts';

const loads = 11;
const name = 'olga@contoso.example';
const password = 'correct horse battery';

export const consoleLoad: Benchmark = {
  name: 'console-load',
  about:
    `Debian's Chromium, headless, at the console of a hub of this machine. First load: until the button to sign in can be used, in ` +
    `a profile that has never seen the page; then, signed in and with an empty cache, until the overview has its heading, ${loads} ` +
    `times each. Bytes: every file that came until then, each compressed with gzip.`,
  async run() {
    await buildConsole({ always: false });
    const dataDir = makeDataDir();
    await addOperator(dataDir);
    const hub = await startHub({ dataDir });
    const browser = await openBrowser(hub.port);
    const signIn: number[] = [];
    for (let load = 0; load < loads; load++) {
      const page = await openPage(browser);
      signIn.push(await usableAfter(page, 'sign-in'));
      await page.context().close();
    }
    const page = await openPage(browser);
    await signInAt(page);
    const bytes = countBytes(page);
    const view = await reloadEmpty(page, { loads: 1, until: 'view' });
    const fetched = await bytes();
    view.push(...(await reloadEmpty(page, { loads: loads - 1, until: 'view' })));
    await browser.close();
    await hub.stop();
    return [
      figure({ what: 'files until the first view, gzip', runs: [fetched], unit: 'bytes', atMost: 122_880 }),
      figure({ what: 'first load to usable, signed out', runs: signIn, unit: 'ms', atMost: 700 }),
      figure({ what: 'load to the first view, empty cache', runs: view, unit: 'ms', atMost: 700 }),
    ];
  },
};

async function addOperator(dataDir: string): Promise<void> {
  const registry = await openRegistry({ dataDir });
  const passwordHash = await hashPassword(password);
  await registry.users.put({ id: randomUUID(), name, passwordHash, operator: true });
  await registry.close();
}

async function openPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${publicUrl}/console`);
  return page;
}

async function signInAt(page: Page): Promise<void> {
  await page.locator('.outside button.main').click();
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await usableAfter(page, 'view');
}

/** Of the page's own files, of what comes from now on; answers of the API are no part of them. */
function countBytes(page: Page): () => Promise<number> {
  const bodies: Promise<Buffer>[] = [];
  const keep = (response: Response): void => {
    const { pathname } = new URL(response.url());
    if (/^\/console($|\/assets\/)/.test(pathname)) bodies.push(response.body());
  };
  page.on('response', keep);
  return async () => {
    // A body that comes once the page is closed is none.
    page.off('response', keep);
    const all = await Promise.all(bodies);
    return all.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
  };
}
