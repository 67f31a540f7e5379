// People with a browser of their own each at a hub's inbox page: they sign in as people do, and keep what the page
// complained of. Who was opened in a test leaves after it.
//   const { hub, person } = await openPlace();
//   const alice = await person();
//   await alice.signIn('alice');
import assert from 'node:assert/strict';
import { after, afterEach } from 'node:test';
import { password, startHub, type TestHub, type TestUser, userNames } from '@carillon/testing/hub/hub.ts';
import { startChromium, type TestBrowser } from '@carillon/testing/machine/chromium.ts';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { buildPage } from '../../build.ts';

export interface Person {
  readonly profile: BrowserContext;
  readonly page: Page;
  /** Console errors, violations of the content policy among them, and uncaught exceptions. */
  readonly complaints: string[];
  open(): Promise<void>;
  signIn(user: TestUser): Promise<void>;
  signOut(): Promise<void>;
}

interface PersonOptions {
  readonly context: BrowserContextOptions;
  readonly hub: TestHub;
  readonly browser: TestBrowser;
}

/** The first opening of the feed on a machine that does much else. bound: a page that never shows fails its test */
const shownMaxMs = 60_000;

/** Firefox says of a stream that a reload cuts off that it failed. */
const isCutOff = /^(?:Error: )?(Firefox can’t establish a connection|The connection) to .*\bwss?:/;

/** A hub with the built page, for a whole test file. */
export async function openPlace(
  overrides: Parameters<typeof startHub>[0] = {},
  startBrowser: () => Promise<TestBrowser> = startChromium,
) {
  await buildPage({ always: false });
  const hub = await startHub(overrides);
  const browser = await startBrowser();
  const people: Person[] = [];
  after(async () => {
    await browser[Symbol.asyncDispose]();
    await hub.close();
  });
  afterEach(async () => {
    for (const { profile } of people.splice(0)) await profile.close();
  });
  const person = async (context: BrowserContextOptions = {}): Promise<Person> => {
    const opened = await openPerson({ hub, browser, context });
    people.push(opened);
    return opened;
  };
  return { hub, person };
}

async function openPerson({ hub, browser, context }: PersonOptions): Promise<Person> {
  const profile = await browser.openProfile({ viewport: { width: 1440, height: 900 }, ...context });
  profile.setDefaultTimeout(shownMaxMs);
  const complaints: string[] = [];
  const complain = (text: string): void => {
    if (!isCutOff.test(text)) complaints.push(text);
  };
  profile.on('console', (message) => message.type() === 'error' && complain(message.text()));
  profile.on('weberror', (error) => complain(String(error.error())));
  const page = await profile.newPage();
  const open = async (): Promise<void> => {
    await page.goto(`${hub.baseUrl}/inbox`);
  };
  return {
    ...{ profile, page, complaints, open },
    async signIn(user) {
      await open();
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await fillSignIn(page, userNames[user], password);
      await page.getByText(`You’re all caught up`).or(page.getByRole('listitem').first()).first().waitFor();
      assert.equal(page.url(), `${hub.baseUrl}/inbox`);
    },
    async signOut() {
      await page.getByRole('button', { name: /^Account/ }).click();
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.getByRole('heading', { name: 'Your inbox' }).waitFor();
    },
  };
}

/** The notification with this title in the list. */
export function rowOf(page: Page, title: string): Locator {
  return page.getByRole('listitem').filter({ hasText: title });
}

export async function fillSignIn(page: Page, name: string, secret: string): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Everything that the page's origin keeps in this browser, as one text. */
export function readAllKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const kept: unknown[] = [{ ...localStorage }, { ...sessionStorage }];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of database.objectStoreNames) {
        const request = database.transaction(store).objectStore(store).getAll();
        kept.push(
          name,
          store,
          await new Promise((resolve) => {
            request.onsuccess = () => resolve(request.result);
          }),
        );
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) kept.push(request.url);
    }
    return JSON.stringify(kept);
  });
}
