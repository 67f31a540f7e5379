// The service worker in real Chromium against a real hub.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { post, startHub, type TestHub, until } from '../../hub/test/support/hub.ts';
import type { LiveControls } from './pages/live.ts';
import { startChromium, type TestChromium } from './support/chromium.ts';
import { openPushPage, type PushPage } from './support/push-page.ts';
import { serveSite, type TestSite } from './support/site.ts';

declare const live: LiveControls;

const feed = '/v1.0/me/notifications';

describe('a push in the service worker', () => {
  let hub: TestHub;
  let site: TestSite;
  let chromium: TestChromium;
  let token: string;
  before(async () => {
    hub = await startHub();
    token = hub.token({ user: 'alice' });
    site = await serveSite(join(import.meta.dirname, 'pages'));
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await hub?.close();
  });

  const open = async (more: { hubUrl?: string; token?: string; path?: string } = {}): Promise<PushPage> => {
    const profile = await chromium.openProfile({ notificationsFor: site.origin });
    return openPushPage({ profile, site, hubUrl: hub.baseUrl, token, ...more });
  };
  const send = async (title: string, more: Record<string, unknown> = {}) => {
    const body = post({ payload: { visualContent: { title, body: `${title}?` } }, ...more });
    const { json } = await hub.request('POST', feed, { token, body });
    return json.id as string;
  };
  const read = async (id: string) => (await hub.request('GET', `${feed}/${id}`, { token })).json;
  const patch = (id: string, body: object) => hub.request('PATCH', `${feed}/${id}`, { token, body });
  const visual = (notificationId: string, title: string, more: object = {}) => ({
    ...{
      v: 1,
      kind: 'visual',
      notificationId,
      title,
      body: `${title}?`,
      tag: notificationId,
      unreadCount: 1,
    },
    ...more,
  });
  const tap = (notificationId: string, more: object = {}) => ({
    ...{ v: 1, kind: 'tap', notificationId, unreadCount: 1 },
    ...more,
  });

  test('with content shows at once, without any network', async () => {
    const device = await open({ hubUrl: 'http://127.0.0.1:9' });
    await device.push(visual('n-1', 'Lunch'));
    await device.shows('Lunch');
    const [shown] = await device.shown();
    assert.equal(shown?.tag, 'n-1');
    assert.equal(shown?.body, 'Lunch?');
  });

  test('without content shows what the hub says', async () => {
    const device = await open();
    const id = await send('From the hub');
    await device.push(tap(id));
    await device.shows('From the hub');
    assert.equal((await device.shown())[0]?.data.carillon?.contentVersion, 1);
  });

  test('that comes twice shows once, also after it was closed', async () => {
    const device = await open();
    const id = await send('Once');
    await device.push(visual(id, 'Once'));
    await device.push(visual(id, 'Once'));
    await device.shows('Once');
    await device.closeByUser(id);
    await until(async () => (await read(id)).userActionState === 'dismissed', 'the dismissal');
    await device.push(visual(id, 'Once'));
    const other = await send('Other');
    await device.push(visual(other, 'Other'));
    await device.shows('Other');
  });

  test('closes what its list names, and what was handled elsewhere meanwhile', async () => {
    const device = await open();
    const [one, two, three] = [await send('One'), await send('Two'), await send('Three')];
    await device.push(visual(one, 'One'));
    await device.push(visual(two, 'Two'));
    await device.shows('One', 'Two');
    await patch(two, { readState: 'read' });
    await device.push(visual(three, 'Three', { close: [one] }));
    await device.shows('Three');
  });

  test('for new content of the same notification replaces the old', async () => {
    const device = await open();
    const id = await send('Draft', { appNotificationId: 'article' });
    await device.push(tap(id));
    await device.shows('Draft');
    await send('Final', { appNotificationId: 'article' });
    await device.push(tap(id));
    await device.shows('Final');
  });

  test('says only that there may be something when the hub can not be asked, and more as soon as it can', async () => {
    const device = await open({ token: '' });
    await device.page.goto('about:blank');
    await device.push(tap('n-2'));
    await device.page.goto(`${site.origin}/blank.html`);
    await device.shows('Sign in to see your notifications');
    await device.push(visual('n-3', 'Better'));
    await device.shows('Better');
  });

  test('that another service sent is left alone', async () => {
    const device = await open();
    await device.push({ from: 'somebody else' });
    await device.push(visual(await send('Ours'), 'Ours'));
    await device.shows('Ours');
  });

  test('a click activates it at the hub, for the content that was seen', async () => {
    const device = await open();
    const id = await send('Click me');
    await device.push(tap(id));
    await device.shows('Click me');
    await device.click(id);
    const { readState } = await until(async () => {
      const notification = await read(id);
      return notification.userActionState === 'activated' && notification;
    }, 'the activation');
    assert.equal(readState, 'read');
    await device.shows();
  });

  test('an action snoozes it for an hour', async () => {
    const device = await open();
    const id = await send('Later');
    await device.push(tap(id));
    await device.shows('Later');
    await device.click(id, 'carillon-snooze');
    await until(async () => (await read(id)).userActionState === 'snoozed', 'the snooze');
  });

  test('closing it dismisses it, and a dismissal of older content changes nothing', async () => {
    const device = await open();
    const id = await send('Old', { appNotificationId: 'report' });
    await device.push(tap(id));
    await device.shows('Old');
    await send('New', { appNotificationId: 'report' });
    await device.closeByUser(id);
    await device.push(tap(id));
    await device.shows('New');
    assert.equal((await read(id)).userActionState, 'noInteraction');
    await device.closeByUser(id);
    await until(async () => (await read(id)).userActionState === 'dismissed', 'the dismissal');
  });

  test('what is done offline is told when there is a network again', async () => {
    const device = await open();
    const id = await send('Offline');
    await device.push(tap(id));
    await device.shows('Offline');
    const profile = device.page.context();
    await profile.setOffline(true);
    await device.closeByUser(id);
    await device.shows();
    assert.equal((await read(id)).userActionState, 'noInteraction');
    await profile.setOffline(false);
    await device.backgroundSync();
    await until(async () => (await read(id)).userActionState === 'dismissed', 'the dismissal');
  });

  test('handled on another device, it closes through the page that is open', async () => {
    const device = await open({ path: '/live.html' });
    await device.page.waitForFunction(() => live?.phase() === 'live');
    const [one, two] = [await send('One'), await send('Two')];
    await device.push(visual(one, 'One'));
    await device.push(visual(two, 'Two'));
    await device.shows('One', 'Two');
    await patch(one, { userActionState: 'dismissed' });
    await device.shows('Two');
    await hub.request('DELETE', `${feed}/${two}`, { token });
    await device.shows();
  });

  test('after a long time offline only the newest ring', async () => {
    const device = await open();
    await device.push(tap(await send('First')));
    await device.shows('First');
    const ids = [];
    for (let number = 1; number <= 12; number += 1) ids.push(await send(`${number}`));
    await device.push(tap(ids[11] as string));
    await device.shows('First', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12');
  });

  test('for the next user takes from the screen what the last one left there', async () => {
    const device = await open();
    const id = await send('Of Alice');
    await device.push(tap(id));
    await device.shows('Of Alice');
    const bob = hub.token({ user: 'bob' });
    const body = post({ payload: { visualContent: { title: 'Of Bob' } } });
    const { json } = await hub.request('POST', feed, { token: bob, body });
    await device.replaceWorker({ token: bob });
    await device.push(visual(json.id, 'Of Bob', { body: undefined }));
    await device.shows('Of Bob');
  });
});
