// The inbox page in Firefox ESR at a real hub: signing in, live rows, the worker, reloads, tabs, and what old versions lack.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newerApis, removalOf } from '@carillon/testing/engines/newer-apis.ts';
import { post, until, userNames } from '@carillon/testing/hub/hub.ts';
import { startFirefox } from '@carillon/testing/machine/firefox/firefox.ts';
import type { Page } from 'playwright-core';
import { openPlace, rowOf } from './support/person.ts';

const { hub, person } = await openPlace({}, startFirefox);
/** What the page uses where it is there: Firefox 115 has no popovers, some windows have no workers. */
const usedWhereThere = [
  ...['popover', 'showPopover', 'hidePopover'].map((member) => ({ object: 'HTMLElement.prototype', member })),
  { object: 'Navigator.prototype', member: 'serviceWorker' },
];
const feedPath = '/v1.0/me/notifications';

async function send(title: string): Promise<string> {
  const body = post({ payload: { visualContent: { title } } });
  const token = hub.token({ user: 'alice' });
  const { status, json } = await hub.request('POST', feedPath, { token, body });
  assert.equal(status, 201);
  return json.id;
}

async function dismiss(page: Page, title: string): Promise<void> {
  const row = rowOf(page, title);
  await row.hover();
  await row.getByRole('button', { name: /dismiss/i }).click();
  await row.waitFor({ state: 'detached' });
}

/** The worker has taken over: what the page loads next comes through it. */
async function workerOf(page: Page): Promise<string | null> {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state !== 'activated')
      await new Promise((resolve) => active?.addEventListener('statechange', resolve, { once: true }));
    return active?.state ?? null;
  });
}

suite('the inbox page in Firefox', () => {
  test('signs in, shows what arrives, and settles what another device has dismissed', async () => {
    const [one, two] = [await person(), await person()];
    await Promise.all([one, two].map((each) => each.signIn('alice')));
    await one.page.getByRole('button', { name: `Account: ${userNames.alice}` }).waitFor();
    const id = await send('Seen twice');
    await Promise.all([one, two].map(({ page }) => rowOf(page, 'Seen twice').waitFor()));
    await dismiss(one.page, 'Seen twice');
    await rowOf(two.page, 'Seen twice').waitFor({ state: 'detached' });
    const { json } = await hub.request('GET', `${feedPath}/${id}`, { token: hub.token({ user: 'alice' }) });
    assert.equal(json.userActionState, 'dismissed');
    assert.deepEqual([...one.complaints, ...two.complaints], []);
  });

  test('is named as what it is among the devices', async () => {
    const { page, signIn } = await person();
    await signIn('alice');
    await page
      .getByText(/^Firefox on Linux/)
      .first()
      .waitFor();
  });

  test('has a worker that starts it without the network, with what was here last', async () => {
    const alice = await person();
    await send('Kept for the tunnel');
    await alice.signIn('alice');
    await rowOf(alice.page, 'Kept for the tunnel').waitFor();
    assert.equal(await workerOf(alice.page), 'activated');
    await alice.profile.setOffline(true);
    await alice.page.reload();
    await rowOf(alice.page, 'Kept for the tunnel').waitFor();
    await alice.page.getByText(/^Offline/).waitFor();
    assert.ok(await alice.page.evaluate(() => navigator.serviceWorker.controller !== null));
    await dismiss(alice.page, 'Kept for the tunnel');
    await alice.page.getByText('1 change waits to be sent').waitFor();
    await alice.profile.setOffline(false);
    await alice.page.getByText('waits to be sent').waitFor({ state: 'detached' });
    await send('Back in daylight');
    await rowOf(alice.page, 'Back in daylight').waitFor();
  });

  test('keeps the feed and the sign-in over a reload', async () => {
    const alice = await person();
    await alice.signIn('alice');
    await send('Here before the reload');
    await rowOf(alice.page, 'Here before the reload').waitFor();
    await alice.page.reload();
    await rowOf(alice.page, 'Here before the reload').waitFor();
    await send('Here after it');
    await rowOf(alice.page, 'Here after it').waitFor();
    assert.deepEqual(alice.complaints, []);
  });

  test('shares one stream among its tabs, which show what is done in each', async () => {
    await until(() => hub.hub.fanOut.open === 0, 'no stream of the tests before');
    const alice = await person();
    await alice.signIn('alice');
    const tab = await alice.profile.newPage();
    await tab.goto(`${hub.baseUrl}/inbox`);
    await send('In both tabs');
    for (const page of [alice.page, tab]) await rowOf(page, 'In both tabs').waitFor();
    assert.equal(hub.hub.fanOut.open, 1);
    await dismiss(tab, 'In both tabs');
    await rowOf(alice.page, 'In both tabs').waitFor({ state: 'detached' });
    await alice.page.close();
    await send('In the tab that stayed');
    await rowOf(tab, 'In the tab that stayed').waitFor();
  });

  test('says why push can not be turned on where the push service is out of reach', async () => {
    const { page, signIn } = await person({ permissions: ['notifications'] });
    await signIn('alice');
    const panel = page.locator('carillon-devices');
    await panel.getByText('Push is off in this browser.').waitFor();
    await panel.getByRole('switch').click();
    await panel.getByText('The browser could not register with its push service.').waitFor();
  });

  test('works without a worker, without popovers and without what Firefox 115 lacks besides', async () => {
    const { page, profile, complaints, signIn } = await person();
    await profile.addInitScript(removalOf([...newerApis, ...usedWhereThere]));
    await signIn('alice');
    await send('In an old one');
    await rowOf(page, 'In an old one').waitFor();
    await dismiss(page, 'In an old one');
    await page.getByText('This browser has no push.').waitFor();
    await page.reload();
    await send('After a reload');
    await rowOf(page, 'After a reload').waitFor();
    assert.deepEqual(complaints, []);
  });
});
