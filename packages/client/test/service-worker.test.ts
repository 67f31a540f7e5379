// Pushes to the service worker in real Chromium against a real hub: what they show and what they close.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { post, until } from '@carillon/testing/hub/hub.ts';
import type { LiveControls } from './pages/live.ts';
import { feedPath, type PushTests, startPushTests, tapPush, visualPush } from './support/push-tests.ts';

declare const live: LiveControls;

describe('a push in the service worker', () => {
  let tests: PushTests;
  before(async () => {
    tests = await startPushTests();
  });
  afterEach(() => tests.closeProfiles());
  after(() => tests?.[Symbol.asyncDispose]());

  test('with content shows at once, without any network', async () => {
    const device = await tests.open({ hubUrl: 'http://127.0.0.1:9' });
    await device.push(visualPush('n-1', 'Lunch'));
    await device.shows('Lunch');
    const [shown] = await device.shown();
    assert.equal(shown?.tag, 'n-1');
    assert.equal(shown?.body, 'Lunch?');
  });

  test('without content shows what the hub says', async () => {
    const device = await tests.open();
    const id = await tests.send('From the hub');
    await device.push(tapPush(id));
    await device.shows('From the hub');
    assert.equal((await device.shown())[0]?.data.carillon?.contentVersion, 1);
  });

  test('that names what came before the first one that woke the worker shows it all the same', async () => {
    const device = await tests.open();
    const [one, two] = [await tests.send('One'), await tests.send('Two')];
    await device.push(tapPush(two));
    await device.shows('Two');
    await device.push(tapPush(one));
    await device.shows('One', 'Two');
  });

  test('rings for nothing that the person has muted, now or once the mute is over', async () => {
    const device = await tests.open();
    const first = await tests.send('First');
    await device.push(visualPush(first, 'First'));
    await device.shows('First');
    await tests.mute({ groupName: 'builds' });
    await tests.send('Build failed', { groupName: 'builds' });
    const second = await tests.send('Second');
    await device.push(visualPush(second, 'Second'));
    await device.shows('First', 'Second');
    await tests.mute();
    const third = await tests.send('Third', { groupName: 'builds' });
    await device.push(visualPush(third, 'Third'));
    await device.shows('First', 'Second', 'Third');
  });

  test('that comes twice shows once, also after it was closed', async () => {
    const device = await tests.open();
    const id = await tests.send('Once');
    await device.push(visualPush(id, 'Once'));
    await device.push(visualPush(id, 'Once'));
    await device.shows('Once');
    await device.closeByUser(id);
    await until(async () => (await tests.read(id)).userActionState === 'dismissed', 'the dismissal');
    await device.push(visualPush(id, 'Once'));
    const other = await tests.send('Other');
    await device.push(visualPush(other, 'Other'));
    await device.shows('Other');
  });

  test('closes what its list names, and what was handled elsewhere meanwhile', async () => {
    const device = await tests.open();
    const [one, two, three] = [await tests.send('One'), await tests.send('Two'), await tests.send('Three')];
    await device.push(visualPush(one, 'One'));
    await device.push(visualPush(two, 'Two'));
    await device.shows('One', 'Two');
    await tests.patch(two, { readState: 'read' });
    await device.push(visualPush(three, 'Three', { close: [one] }));
    await device.shows('Three');
  });

  test('for new content of the same notification replaces the old', async () => {
    const device = await tests.open();
    const id = await tests.send('Draft', { appNotificationId: 'article' });
    await device.push(tapPush(id));
    await device.shows('Draft');
    await tests.send('Final', { appNotificationId: 'article' });
    await device.push(tapPush(id));
    await device.shows('Final');
  });

  test('says only that there may be something when the hub can not be asked, and more as soon as it can', async () => {
    const device = await tests.open({ token: '' });
    await device.page.goto('about:blank');
    await device.push(tapPush('n-2'));
    await device.shows('Sign in to see your notifications');
    await device.push(visualPush('n-3', 'Better'));
    await device.shows('Better');
  });

  test('that another service sent is left alone', async () => {
    const device = await tests.open();
    await device.pushForeign({ from: 'somebody else' });
    await device.push(visualPush(await tests.send('Ours'), 'Ours'));
    await device.shows('Ours');
  });

  test('handled on another device, it closes through the page that is open', async () => {
    const device = await tests.open({ path: '/live.html' });
    await device.page.waitForFunction(() => live?.phase() === 'live');
    const [one, two] = [await tests.send('One'), await tests.send('Two')];
    await device.push(visualPush(one, 'One'));
    await device.push(visualPush(two, 'Two'));
    await device.shows('One', 'Two');
    await tests.patch(one, { userActionState: 'dismissed' });
    await device.shows('Two');
    await tests.hub.request('DELETE', `${feedPath}/${two}`, { token: tests.token });
    await device.shows();
  });

  test('after a long time offline only the newest ring', async () => {
    const device = await tests.open();
    await device.push(tapPush(await tests.send('First')));
    await device.shows('First');
    const ids = [];
    for (let number = 1; number <= 12; number += 1) ids.push(await tests.send(`${number}`));
    await device.push(tapPush(ids[11] as string));
    await device.shows('First', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12');
  });

  test('for the next user takes from the screen what the last one left there', async () => {
    const device = await tests.open();
    const id = await tests.send('Of Alice');
    await device.push(tapPush(id));
    await device.shows('Of Alice');
    const bob = tests.hub.token({ user: 'bob' });
    const body = post({ payload: { visualContent: { title: 'Of Bob' } } });
    const { json } = await tests.hub.request('POST', feedPath, { token: bob, body });
    await device.replaceWorker({ token: bob });
    await device.push(visualPush(json.id, 'Of Bob', { body: undefined }));
    await device.shows('Of Bob');
  });

  test("a worker of Microsoft's web SDK reads by it what a push is about", async () => {
    const device = await tests.open({ worker: '/compat-worker.js' });
    await device.page.evaluate(async (token) => {
      const { active } = await navigator.serviceWorker.ready;
      const { port1, port2 } = new MessageChannel();
      const taken = new Promise((resolve) => {
        port1.onmessage = resolve;
      });
      active?.postMessage({ token }, [port2]);
      await taken;
    }, tests.token);
    await device.push(tapPush(await tests.send('By the old SDK')));
    await device.shows('By the old SDK');
  });
});
