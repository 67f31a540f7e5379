// The tabs of a real browser at a real hub: how many streams they open there, and what becomes of them when the leading one
// goes: closed, reloaded, left for another page.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { startChromium, type TestChromium } from '@carillon/testing/machine/chromium.ts';
import type { BrowserContext, Page } from 'playwright-core';
import type { TabControls } from './pages/tab.ts';
import { serveSite, type TestSite } from './support/site.ts';

declare const tab: TabControls;

// bound: a browser on a busy machine; what never comes true fails its test with a name
const browserMaxMs = 30_000;
const feedPath = '/v1.0/me/notifications';

describe('the tabs of a browser', () => {
  let hub: TestHub;
  let site: TestSite;
  let chromium: TestChromium;
  const profiles: BrowserContext[] = [];
  before(async () => {
    site = await serveSite(join(import.meta.dirname, 'pages'));
    chromium = await startChromium();
  });
  beforeEach(async () => {
    hub = await startHub();
  });
  afterEach(async () => {
    for (const profile of profiles.splice(0)) await profile.close();
    await hub.close();
  });
  after(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const openProfile = async (): Promise<BrowserContext> => {
    const profile = await chromium.openProfile();
    profiles.push(profile);
    return profile;
  };
  const read = (page: Page) =>
    page.evaluate(() => (typeof tab === 'undefined' ? null : tab.read())).catch(() => null);
  const isLive = (page: Page) =>
    until(async () => (await read(page))?.phase === 'live', 'the live tab', browserMaxMs);
  const openTab = async (profile: BrowserContext): Promise<Page> => {
    const page = await profile.newPage();
    await page.goto(
      `${site.origin}/tab.html?${new URLSearchParams({ hub: hub.baseUrl, token: hub.token({ user: 'alice' }) })}`,
    );
    await isLive(page);
    return page;
  };
  const send = async (title: string): Promise<string> => {
    const body = post({ payload: { visualContent: { title } } });
    const { json } = await hub.request('POST', feedPath, { token: hub.token({ user: 'alice' }), body });
    return json.id;
  };
  /** Waits until the tab shows exactly these, the newest first. */
  const shows = async (page: Page, ...titles: string[]): Promise<void> => {
    const seen = async () => (await read(page))?.titles ?? null;
    const isSo = async () => JSON.stringify(await seen()) === JSON.stringify(titles);
    await until(isSo, 'the titles', browserMaxMs).catch(async () => assert.deepEqual(await seen(), titles));
  };
  const streams = () => hub.hub.fanOut.open;
  const hasStreams = (count: number) =>
    until(() => streams() === count, 'the streams', browserMaxMs).catch(() => assert.equal(streams(), count));
  const transportsOf = async (...pages: Page[]) =>
    (await Promise.all(pages.map(read))).map((state) => state?.transport ?? null);
  const isState = (id: string, state: string) =>
    until(async () => {
      const { json } = await hub.request('GET', `${feedPath}/${id}`, { token: hub.token({ user: 'alice' }) });
      return json.userActionState === state;
    }, `${state} at the hub`);

  test('share one stream, and another browser of the same user has its own', async () => {
    const profile = await openProfile();
    const [one, two] = [await openTab(profile), await openTab(profile)];
    assert.equal(streams(), 1);
    assert.deepEqual(await transportsOf(one, two), ['webSocket', null]);
    await send('For both');
    await Promise.all([one, two].map((page) => shows(page, 'For both')));
    const three = await openTab(await openProfile());
    await shows(three, 'For both');
    assert.equal(streams(), 2);
    assert.deepEqual(await transportsOf(one, two, three), ['webSocket', null, 'webSocket']);
    await send('For all');
    await Promise.all([one, two, three].map((page) => shows(page, 'For all', 'For both')));
    assert.equal(streams(), 2);
  });

  test('show each what is done in the other, and the hub has it', async () => {
    const profile = await openProfile();
    const [leader, follower] = [await openTab(profile), await openTab(profile)];
    const first = await send('First');
    await send('Second');
    await Promise.all([leader, follower].map((page) => shows(page, 'Second', 'First')));
    await follower.evaluate(() => tab.dismiss('First'));
    await isState(first, 'dismissed');
    await leader.evaluate(() => tab.markRead('Second'));
    for (const page of [leader, follower]) {
      await shows(page, 'Second');
      await until(async () => {
        const state = await read(page);
        return state?.unreadCount === 0 && state.pending === 0;
      }, 'nothing unread, nothing waiting');
    }
    assert.equal(streams(), 1);
  });

  test('go on when the leading one is closed, without losing what is posted and done meanwhile', async () => {
    const profile = await openProfile();
    const [leader, follower] = [await openTab(profile), await openTab(profile)];
    const before = await send('Before');
    await shows(follower, 'Before');
    const closing = leader.close();
    await Promise.all([closing, send('Meanwhile'), follower.evaluate(() => tab.dismiss('Before'))]);
    await shows(follower, 'Meanwhile');
    await isState(before, 'dismissed');
    await until(
      async () => (await transportsOf(follower))[0] === 'webSocket',
      'the tab that leads now',
      browserMaxMs,
    );
    await hasStreams(1);
    await send('After');
    await shows(follower, 'After', 'Meanwhile');
  });

  test('lead in turns when the leading one is reloaded, or left for another page and returned to', async () => {
    const profile = await openProfile();
    const [one, two] = [await openTab(profile), await openTab(profile)];
    await one.reload();
    await isLive(one);
    assert.deepEqual(await transportsOf(one, two), [null, 'webSocket']);
    await hasStreams(1);
    await two.goto(`${site.origin}/blank.html`);
    await until(
      async () => (await transportsOf(one))[0] === 'webSocket',
      'the tab that stayed',
      browserMaxMs,
    );
    await send('While away');
    await shows(one, 'While away');
    await two.goBack();
    await shows(two, 'While away');
    await send('Back');
    await Promise.all([one, two].map((page) => shows(page, 'Back', 'While away')));
    await isLive(two);
    assert.deepEqual(await transportsOf(one, two), ['webSocket', null]);
    await hasStreams(1);
  });
});
