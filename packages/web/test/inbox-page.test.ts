// The inbox page in a real browser at a real hub: two browsers of one user, devices, the page without a network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { post, until } from '@carillon/testing/hub/hub.ts';
import type { Page } from 'playwright-core';
import { openPlace, readAllKept, rowOf } from './support/person.ts';

const { hub, person } = await openPlace();

const feedPath = '/v1.0/me/notifications';

async function send(user: 'alice' | 'bob', title: string): Promise<string> {
  const body = post({ payload: { visualContent: { title } } });
  const { status, json } = await hub.request('POST', feedPath, { token: hub.token({ user }), body });
  assert.equal(status, 201);
  return json.id;
}

/** What has been done with it, as the hub has it. */
async function stateOf(user: 'alice' | 'bob', id: string): Promise<string> {
  return (await hub.request('GET', `${feedPath}/${id}`, { token: hub.token({ user }) })).json.userActionState;
}

async function dismiss(page: Page, title: string): Promise<void> {
  const row = rowOf(page, title);
  await row.hover();
  await row.getByRole('button', { name: /dismiss/i }).click();
  await row.waitFor({ state: 'detached' });
}

test('a send appears in both browsers of a user, and dismissing in one removes it in the other', async () => {
  const [one, two] = [await person(), await person()];
  await Promise.all([one.signIn('bob'), two.signIn('bob')]);
  await send('bob', 'Seen twice');
  await Promise.all([one, two].map(({ page }) => rowOf(page, 'Seen twice').waitFor()));
  await dismiss(one.page, 'Seen twice');
  await rowOf(two.page, 'Seen twice').waitFor({ state: 'detached' });
  assert.deepEqual([...one.complaints, ...two.complaints], []);
});

test('a device is renamed, and another one removed', async () => {
  const [one, two] = [await person(), await person()];
  await one.signIn('bob');
  await two.signIn('bob');
  const panel = one.page.locator('carillon-devices');
  await one.page.reload();
  await panel
    .getByRole('button', { name: /^Rename/ })
    .first()
    .click();
  await panel.getByRole('textbox').fill('The one on my desk');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('The one on my desk').waitFor();
  const left = await panel.getByRole('button', { name: /^Remove/ }).count();
  await panel
    .getByRole('button', { name: /^Remove/ })
    .first()
    .click();
  await panel.getByRole('button', { name: 'Remove', exact: true }).last().click();
  await until(
    async () => (await panel.getByRole('button', { name: /^Remove / }).count()) < left,
    'one device less',
  );
  assert.deepEqual(one.complaints, []);
});

test('push that can not be turned on says why', async () => {
  const { page, signIn } = await person();
  await signIn('alice');
  const panel = page.locator('carillon-devices');
  // Headless Chromium denies what nobody granted.
  await panel.getByText(/blocked|Turning it on asks/).waitFor();
});

test('the page starts without the network, with what was here last', async () => {
  const alice = await person();
  await send('alice', 'Kept for the tunnel');
  await alice.signIn('alice');
  await rowOf(alice.page, 'Kept for the tunnel').waitFor();
  await alice.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await alice.profile.setOffline(true);
  await alice.page.reload();
  await rowOf(alice.page, 'Kept for the tunnel').waitFor();
  await alice.page.getByText(/^Offline/).waitFor();
  await alice.profile.setOffline(false);
  await send('alice', 'Back in daylight');
  await rowOf(alice.page, 'Back in daylight').waitFor();
});

test('what is done offline stays done over a reload, and reaches the hub and the other browser with the network', async () => {
  const titles = ['Done in the tunnel', 'Done there too', 'Left for later'] as const;
  const ids = [];
  for (const title of titles) ids.push(await send('alice', title));
  const [first, second, later] = ids as [string, string, string];
  const [one, two] = [await person(), await person()];
  await Promise.all([one, two].map((each) => each.signIn('alice')));
  for (const { page } of [one, two]) for (const title of titles) await rowOf(page, title).waitFor();
  await one.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await one.profile.setOffline(true);
  for (const title of titles.slice(0, 2)) await dismiss(one.page, title);
  await one.page.getByText('2 changes wait to be sent').waitFor();
  const isKept = async () => (await readAllKept(one.page)).match(/"wish":\{[^}]*"dismissed"/g)?.length === 2;
  await until(isKept, 'both kept');
  await one.page.reload();
  await one.page.getByText(/^Offline.* 2 changes wait to be sent/).waitFor();
  await rowOf(one.page, titles[2]).waitFor();
  for (const title of titles.slice(0, 2)) assert.equal(await rowOf(one.page, title).count(), 0, title);
  assert.deepEqual(await Promise.all([first, second].map((id) => stateOf('alice', id))), [
    'noInteraction',
    'noInteraction',
  ]);
  await one.profile.setOffline(false);
  for (const id of [first, second])
    await until(async () => (await stateOf('alice', id)) === 'dismissed', 'the dismissal at the hub', 30_000);
  for (const title of titles.slice(0, 2)) await rowOf(two.page, title).waitFor({ state: 'detached' });
  await one.page.getByText('wait to be sent').waitFor({ state: 'detached' });
  for (const { page } of [one, two]) assert.equal(await rowOf(page, titles[2]).count(), 1);
  assert.equal(await stateOf('alice', later), 'noInteraction');
});

test('outside of development there is no button that sends', async () => {
  const { page, signIn } = await person();
  await signIn('alice');
  assert.equal(await page.getByRole('button', { name: /Send myself/ }).count(), 0);
});
