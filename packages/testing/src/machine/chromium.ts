// Debian's Chromium, headless, driven by playwright-core: the real engine with its service workers, storage, locks and
// notifications (headless Chromium keeps what a worker shows: `registration.getNotifications()` answers it).
//   await using chromium = await startChromium();
//   const profile = await chromium.openProfile({ notificationsFor: site.origin });
//   const page = await profile.newPage();
// Each profile is a person's browser of its own: storage, workers and permissions are not shared.
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { needs, programOf } from './needs.ts';

/** This one, or the Firefox of firefox/firefox.ts. */
export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser;
  openProfile(options?: ProfileOptions): Promise<BrowserContext>;
}

export type TestChromium = TestBrowser;

export interface ProfileOptions extends BrowserContextOptions {
  /** The origin that may show notifications; without it nobody was asked yet. */
  readonly notificationsFor?: string;
}

/** Nothing but the test talks to the network, and no sandbox: tests run as root in containers too. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startChromium(): Promise<TestChromium> {
  const browser = await chromium.launch({
    executablePath: programOf(needs.chromium),
    headless: true,
    args: [...chromiumArgs],
  });
  return {
    browser,
    async openProfile({ notificationsFor, ...options } = {}) {
      const profile = await browser.newContext(options);
      if (notificationsFor) await profile.grantPermissions(['notifications'], { origin: notificationsFor });
      return profile;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
