// Chromium at the inbox page of a hub under load: its profiles are browsers of one user who signs in as people do. The
// hub has the name that its tokens say, which Chromium is told to find on this machine and to trust as if it had TLS.
import { randomUUID } from 'node:crypto';
import { chromiumArgs } from '@carillon/testing/machine/chromium.ts';
import { needs, programOf } from '@carillon/testing/machine/needs.ts';
import { type Browser, chromium, type Page } from 'playwright-core';
import { mintToken } from '../../packages/hub/src/auth/provider/exchange/mint-token.ts';
import { hashPassword } from '../../packages/hub/src/auth/provider/sign-in/passwords.ts';
import { openRegistry } from '../../packages/hub/src/hub/open-hub.ts';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';
import { appId, publicUrl } from './world.ts';

const name = 'reader@contoso.example';
const password = 'correct horse';

/** Makes the user; before the hub is started. Answers the user's id. */
export async function addReader(dataDir: string): Promise<string> {
  const registry = await openRegistry({ dataDir });
  const id = randomUUID();
  await registry.users.put({ id, name, passwordHash: await hashPassword(password), operator: false });
  await registry.close();
  return id;
}

/** As another device of the user has it. */
export async function tokenOfReader(dataDir: string): Promise<string> {
  const registry = await openRegistry({ dataDir });
  const token = await mintToken({ registry, publicUrl, clock: systemClock, appId, userName: name });
  await registry.close();
  return token;
}

export async function openBrowser(port: number): Promise<Browser> {
  const { hostname } = new URL(publicUrl);
  const own = [
    `--host-resolver-rules=MAP ${hostname}:80 127.0.0.1:${port}`,
    `--unsafely-treat-insecure-origin-as-secure=${publicUrl}`,
  ];
  return chromium.launch({ executablePath: programOf(needs.chromium), args: [...chromiumArgs, ...own] });
}

/** A browser of its own, signed in. */
export async function openInbox(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${publicUrl}/inbox`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await usableAfter(page, 'inbox');
  return page;
}

/** What a page marks as usable: its button to sign in, the list of the inbox, the first view of the console. */
type Usable = 'sign-in' | 'inbox' | 'view';

/** Loads it with an empty cache, and answers after how many milliseconds it could be used each time. */
export async function reloadEmpty(
  page: Page,
  { loads, until }: { readonly loads: number; readonly until: Usable },
): Promise<number[]> {
  const times: number[] = [];
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.setBypassServiceWorker', { bypass: true });
  await protocol.send('Network.enable');
  for (let load = 0; load < loads; load++) {
    await protocol.send('Network.clearBrowserCache');
    await page.reload();
    times.push(await usableAfter(page, until));
  }
  return times;
}

/** Milliseconds from the start of the navigation until the page could be used. */
export async function usableAfter(page: Page, what: Usable): Promise<number> {
  const mark = await page.waitForFunction(
    (wanted) => performance.getEntriesByName(`carillon-${wanted}`)[0]?.startTime,
    what,
  );
  return (await mark.jsonValue()) as number;
}

/** It runs in the page, whose types are not known here; the page's policy lets no text become a function there. */
function findInList(is: string): (wanted: string) => number {
  return new Function(
    'wanted',
    `
  const inside = (host, name) => host?.querySelector(name)?.shadowRoot;
  const list = inside(inside(document, 'carillon-page'), 'carillon-inbox');
  const has = (name) => [...(list?.querySelectorAll(name) ?? [])].some((each) => each.textContent?.trim() === wanted);
  return list && ${is} ? performance.timeOrigin + performance.now() : 0;`,
  ) as (wanted: string) => number;
}

const findShown = findInList("has('.name')");
const findOffered = findInList("has('.choice')");
const findNotOffered = findInList("!has('.choice')");

/** Milliseconds since 1970 when the frame began that shows it. */
export async function shownAt(page: Page, title: string): Promise<number> {
  const at = await page.waitForFunction(findShown, title, { polling: 'raf' });
  return (await at.jsonValue()) as number;
}

/** Milliseconds since 1970 when the frame began that shows this choice of a question. */
export async function offeredAt(page: Page, choice: string): Promise<number> {
  const at = await page.waitForFunction(findOffered, choice, { polling: 'raf' });
  return (await at.jsonValue()) as number;
}

/** And when the one began that shows it no more. */
export async function goneAt(page: Page, choice: string): Promise<number> {
  const at = await page.waitForFunction(findNotOffered, choice, { polling: 'raf' });
  return (await at.jsonValue()) as number;
}
