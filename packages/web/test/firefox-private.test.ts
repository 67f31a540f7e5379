// The inbox page in a private window of Firefox: what it keeps is gone with the window, and until then all works as elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { post } from '@carillon/testing/hub/hub.ts';
import { startFirefox } from '@carillon/testing/machine/firefox/firefox.ts';
import { openPlace, rowOf } from './support/person.ts';

const { hub, person } = await openPlace({}, () =>
  startFirefox({ 'browser.privatebrowsing.autostart': true }),
);

async function send(title: string): Promise<void> {
  const body = post({ payload: { visualContent: { title } } });
  await hub.request('POST', '/v1.0/me/notifications', { token: hub.token({ user: 'bob' }), body });
}

test('signs in, shows what arrives, and keeps both over a reload', async () => {
  const { page, complaints, signIn } = await person();
  await signIn('bob');
  await send('For my eyes');
  await rowOf(page, 'For my eyes').waitFor();
  await page.reload();
  await rowOf(page, 'For my eyes').waitFor();
  await send('After the reload');
  const row = rowOf(page, 'After the reload');
  await row.waitFor();
  await row.hover();
  await row.getByRole('button', { name: /dismiss/i }).click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(complaints, []);
});
