// What a person does with shown notifications, in real Chromium against a real hub. Headless, nothing can be clicked: the
// worker gets the events that the browser would send.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { until } from '@carillon/testing/hub/hub.ts';
import { type PushTests, startPushTests, tapPush } from './support/push-tests.ts';

describe('a notification that the service worker shows', () => {
  let tests: PushTests;
  before(async () => {
    tests = await startPushTests();
  });
  afterEach(() => tests.closeProfiles());
  after(() => tests?.[Symbol.asyncDispose]());

  test('a click activates it at the hub, for the content that was seen', async () => {
    const device = await tests.open();
    const id = await tests.send('Click me');
    await device.push(tapPush(id));
    await device.shows('Click me');
    await device.click(id);
    const { readState } = await until(async () => {
      const notification = await tests.read(id);
      return notification.userActionState === 'activated' && notification;
    }, 'the activation');
    assert.equal(readState, 'read');
    await device.shows();
  });

  test('an action snoozes it for an hour', async () => {
    const device = await tests.open();
    const id = await tests.send('Later');
    await device.push(tapPush(id));
    await device.shows('Later');
    await device.click(id, 'carillon-snooze');
    await until(async () => (await tests.read(id)).userActionState === 'snoozed', 'the snooze');
  });

  test('closing it dismisses it, and a dismissal of older content changes nothing', async () => {
    const device = await tests.open();
    const id = await tests.send('Old', { appNotificationId: 'report' });
    await device.push(tapPush(id));
    await device.shows('Old');
    await tests.send('New', { appNotificationId: 'report' });
    await device.closeByUser(id);
    await device.push(tapPush(id));
    await device.shows('New');
    assert.equal((await tests.read(id)).userActionState, 'noInteraction');
    await device.closeByUser(id);
    await until(async () => (await tests.read(id)).userActionState === 'dismissed', 'the dismissal');
  });

  test('what is done offline is told when there is a network again', async () => {
    const device = await tests.open();
    const id = await tests.send('Offline');
    await device.push(tapPush(id));
    await device.shows('Offline');
    const profile = device.page.context();
    await profile.setOffline(true);
    await device.closeByUser(id);
    await device.shows();
    assert.equal((await tests.read(id)).userActionState, 'noInteraction');
    await profile.setOffline(false);
    await device.backgroundSync();
    await until(async () => (await tests.read(id)).userActionState === 'dismissed', 'the dismissal');
  });
});
