// Questions on the screen, answered while no page is open, in real Chromium against a real hub. Headless, nothing can be clicked: the
// worker gets the events that the browser would send.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { until } from '@carillon/testing/hub/hub.ts';
import type { PushPage } from './support/push-page.ts';
import { feedPath, type PushTests, startPushTests, tapPush } from './support/push-tests.ts';

const log = 'https://build.example/runs/12/log';
const actions = [
  { id: 'approve', title: 'Approve' },
  { id: 'log', title: 'Read the log', url: log },
];
const asking = (title: string, more: object = {}) => ({
  payload: { visualContent: { title, actions, ...more } },
});

/** Waits for the end of an event: Chromium drops what is being shown while a page reads the list of what is shown. */
async function ends({ worker }: PushPage, act: () => Promise<unknown>): Promise<void> {
  const count = () => worker.evaluate(() => (globalThis as { handledEvents?: number }).handledEvents ?? 0);
  const before = await count();
  await act();
  // bound: a browser on a busy machine
  await until(async () => (await count()) > before, 'the end of the event', 30_000);
}

describe('a question that the service worker shows', () => {
  let tests: PushTests;
  before(async () => {
    tests = await startPushTests();
  });
  afterEach(() => tests.closeProfiles());
  after(() => tests?.[Symbol.asyncDispose]());

  const answered = (id: string, by: string) =>
    until(async () => (await tests.read(id)).response?.actionId === by, `the answer ${by}`);
  const respond = (id: string, actionId: string) =>
    tests.hub.request('POST', `${feedPath}/${id}/respond`, { token: tests.token, body: { actionId } });
  const declared = (id: string, title: string, url = 'https://build.example/runs/12') => ({
    ...{ web_push: 8030, mutable: true, app_badge: 1 },
    notification: {
      ...{ title, navigate: url, tag: id, lang: 'en', dir: 'ltr' },
      actions: actions.map((each) => ({ action: each.id, title: each.title, navigate: each.url ?? url })),
    },
    carillon: { v: 1, kind: 'visual', notificationId: id, unreadCount: 1 },
  });

  test('is answered by its action while the page is closed, opens nothing, and leaves the screen', async () => {
    const device = await tests.open();
    const id = await tests.send('Deploy?', asking('Deploy?'));
    await device.push(tapPush(id));
    await device.shows('Deploy?');
    await device.page.goto('about:blank');
    const pages = device.page.context().pages().length;
    await device.click(id, 'approve');
    await answered(id, 'approve');
    const { userActionState, response } = await tests.read(id);
    assert.deepEqual([userActionState, response.respondedBy], ['activated', 'user']);
    await device.shows();
    assert.equal(device.page.context().pages().length, pages);
  });

  test('is answered as its declarative push shows it, and its link is opened, not answered', async () => {
    const device = await tests.open();
    const [one, other] = [await tests.send('One?', asking('One?')), await tests.send('Two?', asking('Two?'))];
    await device.push(declared(one, 'One?'));
    await device.push(declared(other, 'Two?'));
    await device.shows('One?', 'Two?');
    await device.click(one, 'approve');
    await answered(one, 'approve');
    await device.click(other, 'log');
    await until(async () => (await tests.read(other)).userActionState === 'activated', 'the activation');
    assert.equal((await tests.read(other)).response, null);
    await device.shows();
  });

  test('that another device answers leaves the screen with the next push', async () => {
    const device = await tests.open();
    const id = await tests.send('Home?', asking('Home?'));
    await device.push(declared(id, 'Home?'));
    await device.shows('Home?');
    assert.equal((await respond(id, 'approve')).status, 200);
    await device.push({ v: 1, kind: 'tap', unreadCount: 0, close: [id] });
    await until(async () => !(await device.shown()).some(({ tag }) => tag === id), 'the end of the question');
  });

  test('that is answered offline, and was answered elsewhere first, tells the person what was decided', async () => {
    const device = await tests.open();
    const id = await tests.send('Ship?', {
      payload: { visualContent: { title: 'Ship?', actions: [...actions, { id: 'wait', title: 'Wait' }] } },
    });
    await device.push(tapPush(id));
    await device.shows('Ship?');
    const profile = device.page.context();
    await profile.setOffline(true);
    await ends(device, () => device.click(id, 'approve'));
    await device.shows();
    assert.equal((await respond(id, 'wait')).status, 200);
    await ends(device, async () => {
      await profile.setOffline(false);
      await device.backgroundSync();
    });
    await device.shows('Ship?');
    const [told] = await device.shown();
    assert.deepEqual([told?.body, told?.tag === id], ['Already decided: Wait', false]);
    assert.equal((await tests.read(id)).response.actionId, 'wait');
  });

  test('that asks for a line of text is answered in the page where the platform has no such line', async () => {
    const device = await tests.open();
    const input = { placeholder: 'Why?' };
    const title = 'Reason?';
    const id = await tests.send(title, {
      payload: { visualContent: { title, actions: [{ id: 'no', title: 'No', input }] } },
    });
    await device.push(tapPush(id));
    await device.shows(title);
    await device.click(id, 'no');
    await device.shows();
    const { response, userActionState } = await tests.read(id);
    assert.deepEqual([response, userActionState], [null, 'noInteraction']);
  });
});
