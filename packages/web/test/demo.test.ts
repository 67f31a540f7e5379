// The page of a hub in development: what "Send myself one" sends comes from an app with a name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPlace } from './support/person.ts';

const { hub, person } = await openPlace({ settings: { dev: 'true' } });

test('what the page of a development hub sends is a row of the demo app, not of an address', async () => {
  const { page, signIn, complaints } = await person();
  await signIn('alice');
  await page.getByRole('button', { name: 'Send myself one' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Lunch is ready' });
  await row.waitFor();
  assert.match((await row.textContent()) ?? '', /demo\.example/);
  assert.doesNotMatch((await row.textContent()) ?? '', /127\.0\.0\.1|localhost/);
  assert.match(await page.title(), /^\(1\) Carillon$/);
  assert.deepEqual(complaints, []);
  const config = await (await fetch(`${hub.baseUrl}/inbox/config.json`)).json();
  assert.equal(config.demoHostName, 'demo.example');
});
