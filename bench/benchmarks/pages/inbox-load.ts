// The inbox page as its user meets it: what the browser must fetch, how soon it can be used, and how soon a notification
// that a service sends is seen in two browsers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from '../../../packages/web/build.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import {
  addReader,
  openBrowser,
  openInbox,
  reloadEmpty,
  shownAt,
  tokenOfReader,
  usableAfter,
} from '../../setup/inbox-browsers.ts';
import { hostName, makeDataDir, publicUrl } from '../../setup/world.ts';

const loads = 11;
const sends = 50;
const assets = new URL('../../../packages/web/dist/assets/', import.meta.url).pathname;

export const inboxLoad: Benchmark = {
  name: 'inbox-load',
  about:
    `Debian's Chromium, headless, at a hub of this machine. First load: in a profile that has never seen the page, until ` +
    `it can be used (the button to sign in; then, signed in and with an empty cache, the list), ${loads} times each. ` +
    `Then ${sends} notifications are posted one after another, each timed until the frame that shows it in both browsers ` +
    `of its user.`,
  async run() {
    await buildPage({ always: false });
    const dataDir = makeDataDir();
    await addReader(dataDir);
    const token = await tokenOfReader(dataDir);
    const hub = await startHub({ dataDir });
    const browser = await openBrowser(hub.port);
    const signIn: number[] = [];
    for (let load = 0; load < loads; load++) {
      const profile = await browser.newContext();
      const page = await profile.newPage();
      await page.goto(`${publicUrl}/inbox`);
      signIn.push(await usableAfter(page, 'sign-in'));
      await profile.close();
    }
    const pages = [await openInbox(browser), await openInbox(browser)] as const;
    const inbox = await reloadEmpty(pages[0], { loads, until: 'inbox' });
    const seen: number[] = [];
    for (let sent = 0; sent < sends; sent++) {
      const title = `Notification ${sent}`;
      const watched = pages.map((page) => shownAt(page, title));
      const at = performance.timeOrigin + performance.now();
      await post(hub.port, token, title);
      seen.push(Math.max(...(await Promise.all(watched))) - at);
    }
    await browser.close();
    await hub.stop();
    return [
      figure({
        what: 'JavaScript of the first load, gzip',
        runs: [javaScriptKiB()],
        digits: 1,
        unit: 'KiB',
        atMost: 60,
      }),
      figure({ what: 'first load to usable, signed out', runs: signIn, unit: 'ms', atMost: 500 }),
      figure({ what: 'load to usable list, empty cache', runs: inbox, unit: 'ms', atMost: 500 }),
      figure({ what: 'send to seen in both browsers', runs: seen, digits: 1, unit: 'ms', atMost: 50 }),
    ];
  },
};

async function post(port: number, token: string, title: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1.0/me/notifications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ targetHostName: hostName, payload: { visualContent: { title } } }),
  });
  if (response.status !== 201) throw new Error(`the post answered ${response.status}`);
  await response.text();
}

function javaScriptKiB(): number {
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js.gz'));
  const bytes = scripts.map((name) => readFileSync(join(assets, name)).length);
  return bytes.reduce((sum, each) => sum + each, 0) / 1024;
}
