// Places of a real browser where nothing may be stored, at a real hub: a sandboxed frame, which has no origin, and a profile
// whose cookies are blocked.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { chromiumArgs } from '@carillon/testing/machine/chromium.ts';
import { needs, programOf } from '@carillon/testing/machine/needs.ts';
import { type BrowserContext, chromium } from 'playwright-core';
import { openSandboxed, worksWithout } from './support/denied-places.ts';
import { serveSite, type TestSite } from './support/site.ts';

const executablePath = programOf(needs.chromium);

describe('where a browser stores nothing', () => {
  let hub: TestHub;
  let site: TestSite;
  before(async () => {
    hub = await startHub();
    site = await serveSite(join(import.meta.dirname, 'pages'));
  });
  const folders: { readonly path: string; remove(): void }[] = [];
  const newFolder = (): string => {
    const folder = tempFolder();
    folders.push(folder);
    return folder.path;
  };
  after(async () => {
    for (const folder of folders) folder.remove();
    await site?.[Symbol.asyncDispose]();
    await hub?.close();
  });

  const settings = () => new URLSearchParams({ hub: hub.baseUrl, token: hub.token({ user: 'alice' }) });
  const openProfile = (folder: string): Promise<BrowserContext> =>
    chromium.launchPersistentContext(folder, { executablePath, headless: true, args: [...chromiumArgs] });

  test('a feed in a sandboxed frame is live and says so', async () => {
    await using profile = await openProfile(newFolder());
    const page = await profile.newPage();
    await worksWithout('memoryOnly', hub, await openSandboxed(page, site, settings()));
  });

  test('a feed where cookies are blocked is live and says so', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'Default'));
    const profileSettings = { profile: { default_content_setting_values: { cookies: 2 } } };
    writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(profileSettings));
    await using profile = await openProfile(folder);
    const page = await profile.newPage();
    await page.goto(`${site.origin}/tab.html?${settings()}`);
    const isBlocked = await page.evaluate(() => {
      try {
        return localStorage === null;
      } catch {
        return true;
      }
    });
    assert.ok(isBlocked, 'the browser blocks cookies');
    await worksWithout('memoryOnly', hub, page.mainFrame());
  });
});
