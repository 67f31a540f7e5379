// The inbox page in a real browser at a real hub: two browsers of one user, devices, the page without a network.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { startChromium } from '../../client/test/support/chromium.ts';
import { post, startHub, until } from '../../hub/test/support/hub.ts';
import { buildPage } from '../build.ts';
import { openPerson, type Person, rowOf } from './support/person.ts';

await buildPage({ always: false });
const hub = await startHub();
const chromium = await startChromium();
const people: Person[] = [];
after(async () => {
  await chromium[Symbol.asyncDispose]();
  await hub.close();
});
afterEach(async () => {
  for (const { profile } of people.splice(0)) await profile.close();
});

async function person(): Promise<Person> {
  const opened = await openPerson({ hub, chromium });
  people.push(opened);
  return opened;
}

async function send(user: 'alice' | 'bob', title: string): Promise<void> {
  const body = post({ payload: { visualContent: { title } } });
  const { status } = await hub.request('POST', '/v1.0/me/notifications', {
    token: hub.token({ user }),
    body,
  });
  assert.equal(status, 201);
}

test('a send appears in both browsers of a user, and dismissing in one removes it in the other', async () => {
  const [one, two] = [await person(), await person()];
  await Promise.all([one.signIn('bob'), two.signIn('bob')]);
  await send('bob', 'Seen twice');
  await Promise.all([one, two].map(({ page }) => rowOf(page, 'Seen twice').waitFor()));
  const row = rowOf(one.page, 'Seen twice');
  await row.hover();
  await row.getByRole('button', { name: /dismiss/i }).click();
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

test('outside of development there is no button that sends', async () => {
  const { page, signIn } = await person();
  await signIn('alice');
  assert.equal(await page.getByRole('button', { name: /Send myself/ }).count(), 0);
});
