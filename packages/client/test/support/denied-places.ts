// What holds wherever a browser stores nothing: the feed is live, says what it lacks, shows what arrives, and what is done in it
// reaches the hub.
import assert from 'node:assert/strict';
import { post, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import type { Frame, Page } from 'playwright-core';
import type { TabControls } from '../pages/tab.ts';
import type { TestSite } from './site.ts';

declare const tab: TabControls;

// bound: a browser on a busy machine; what never comes true fails its test with a name
const browserMaxMs = 30_000;

/** A busy machine may be too slow for a storage, which then counts as denied: with null it may lack that or nothing. */
export async function worksWithout(
  reason: string | null,
  hub: TestHub,
  frame: Frame | undefined,
): Promise<void> {
  const read = () =>
    frame?.evaluate(() => (typeof tab === 'undefined' ? null : tab.read())).catch(() => null);
  await until(async () => (await read())?.phase === 'live', 'the live feed', browserMaxMs);
  const said = (await read())?.reason;
  assert.ok(said === reason || (reason === null && said === 'memoryOnly'), `it says ${said}`);
  const token = hub.token({ user: 'alice' });
  const body = post({ payload: { visualContent: { title: 'Denied' } } });
  const { json } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
  await until(async () => (await read())?.titles[0] === 'Denied', 'the new one', browserMaxMs);
  await frame?.evaluate(() => tab.dismiss('Denied'));
  const stateAt = async () =>
    (await hub.request('GET', `/v1.0/me/notifications/${json.id}`, { token })).json.userActionState;
  await until(async () => (await stateAt()) === 'dismissed', 'the dismissal', browserMaxMs);
}

/** A frame without an origin, in a page of the site. */
export async function openSandboxed(
  page: Page,
  site: TestSite,
  settings: URLSearchParams,
): Promise<Frame | undefined> {
  await page.goto(`${site.origin}/blank.html`);
  await page.evaluate((src) => {
    const frame = Object.assign(document.createElement('iframe'), { src });
    frame.setAttribute('sandbox', 'allow-scripts');
    document.body.append(frame);
  }, `${site.origin}/classic-tab.html?${settings}`);
  await until(() => page.frames().length > 1, 'the frame', browserMaxMs);
  return page.frames()[1];
}
