// Places of a real browser where nothing may be stored, at a real hub: a sandboxed frame, which has no origin, and a profile
// whose cookies are blocked.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { chromiumArgs } from '@carillon/testing/machine/chromium.ts';
import { needs, programOf } from '@carillon/testing/machine/needs.ts';
import { type BrowserContext, chromium, type Frame } from 'playwright-core';
import type { TabControls } from './pages/tab.ts';
import { serveSite, type TestSite } from './support/site.ts';

declare const tab: TabControls;

// bound: a browser on a busy machine; what never comes true fails its test with a name
const browserMaxMs = 30_000;
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
  const read = (frame: Frame | undefined) =>
    frame?.evaluate(() => (typeof tab === 'undefined' ? null : tab.read())).catch(() => null);
  const worksIn = async (frame: Frame | undefined): Promise<void> => {
    await until(async () => (await read(frame))?.phase === 'live', 'the live feed', browserMaxMs);
    assert.equal((await read(frame))?.reason, 'memoryOnly');
    const token = hub.token({ user: 'alice' });
    const body = post({ payload: { visualContent: { title: 'Denied' } } });
    const { json } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
    await until(async () => (await read(frame))?.titles[0] === 'Denied', 'the new one', browserMaxMs);
    await frame?.evaluate(() => tab.dismiss('Denied'));
    const stateAt = async () =>
      (await hub.request('GET', `/v1.0/me/notifications/${json.id}`, { token })).json.userActionState;
    await until(async () => (await stateAt()) === 'dismissed', 'the dismissal', browserMaxMs);
  };
  const openProfile = (folder: string): Promise<BrowserContext> =>
    chromium.launchPersistentContext(folder, { executablePath, headless: true, args: [...chromiumArgs] });

  test('a feed in a sandboxed frame is live and says so', async () => {
    await using profile = await openProfile(newFolder());
    const page = await profile.newPage();
    await page.goto(`${site.origin}/blank.html`);
    await page.evaluate((src) => {
      const frame = Object.assign(document.createElement('iframe'), { src });
      frame.setAttribute('sandbox', 'allow-scripts');
      document.body.append(frame);
    }, `${site.origin}/classic-tab.html?${settings()}`);
    await until(() => page.frames().length > 1, 'the frame', browserMaxMs);
    await worksIn(page.frames()[1]);
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
    await worksIn(page.mainFrame());
  });
});
