// Places of Firefox where nothing may be stored, at a real hub: a sandboxed frame, a profile whose cookies are blocked, and
// private windows as they are and as they were before they had a database.
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { startFirefox } from '@carillon/testing/machine/firefox/firefox.ts';
import { openSandboxed, worksWithout } from './support/denied-places.ts';
import { serveSite, type TestSite } from './support/site.ts';

describe('where Firefox stores nothing', () => {
  let hub: TestHub;
  let site: TestSite;
  before(async () => {
    hub = await startHub();
    site = await serveSite(join(import.meta.dirname, 'pages'));
  });
  after(async () => {
    await site?.[Symbol.asyncDispose]();
    await hub?.close();
  });
  const settings = () => new URLSearchParams({ hub: hub.baseUrl, token: hub.token({ user: 'alice' }) });

  test('a feed in a sandboxed frame is live and says so', async () => {
    await using firefox = await startFirefox();
    const page = await firefox.browser.newPage();
    await worksWithout('memoryOnly', hub, await openSandboxed(page, site, settings()));
  });

  const places = [
    ['where cookies are blocked', { 'network.cookie.cookieBehavior': 2 }, 'memoryOnly'],
    ['in a private window', { 'browser.privatebrowsing.autostart': true }, null],
    [
      'in a private window without a database',
      { 'browser.privatebrowsing.autostart': true, 'dom.indexedDB.privateBrowsing.enabled': false },
      'memoryOnly',
    ],
  ] as const;
  for (const [where, preferences, reason] of places) {
    test(`a feed ${where} is live and says what it lacks`, async () => {
      await using firefox = await startFirefox(preferences);
      const page = await firefox.browser.newPage();
      await page.goto(`${site.origin}/tab.html?${settings()}`);
      await worksWithout(reason, hub, page.mainFrame());
    });
  }
});
