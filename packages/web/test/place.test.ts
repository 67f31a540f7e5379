// What the inbox shows is in the address, and Back leads to a page that lives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { post } from '@carillon/testing/hub/hub.ts';
import { hashOf, placeOf } from '../src/place.ts';
import { openPlace, rowOf } from './support/person.ts';

const { hub, person } = await openPlace();

test('an address has view and filters, and what it can not have is left out', () => {
  const place = { view: 'history', show: 'dismissed', group: 'A & B', text: 'a=b#?' } as const;
  assert.deepEqual(placeOf(hashOf(place)), place);
  assert.equal(hashOf({ view: 'inbox', show: 'all', group: null, text: '' }), '');
  assert.deepEqual(placeOf('#history?show=everything&other=1'), {
    ...{ view: 'history', show: 'all', group: null, text: '' },
  });
  assert.equal(placeOf(`#history?text=${'x'.repeat(5000)}`)?.text.length, 200);
  assert.equal(placeOf('#devices'), null);
});

test('history and filters stand in the address, over a reload and with Back; Back after signing in leads to the inbox', async () => {
  const { page, signIn, complaints } = await person();
  for (const title of ['For the address', 'Something else']) {
    const body = post({ payload: { visualContent: { title } } });
    const token = hub.token({ user: 'bob' });
    assert.equal((await hub.request('POST', '/v1.0/me/notifications', { token, body })).status, 201);
  }
  await signIn('bob');
  await rowOf(page, 'For the address').waitFor();
  await page.getByRole('button', { name: 'History', exact: true }).click();
  await page.getByRole('searchbox').fill('address');
  await rowOf(page, 'Something else').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).hash, '#history?text=address');
  await page.reload();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await rowOf(page, 'For the address').waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'address');
  assert.equal(await rowOf(page, 'Something else').count(), 0);
  await page.goBack();
  await page.getByRole('heading', { name: 'Notifications' }).waitFor();
  await rowOf(page, 'Something else').waitFor();
  assert.equal(new URL(page.url()).hash, '');
  complaints.length = 0;
  // The next one back is the sign-in, which is over.
  await page.goBack();
  await page.getByRole('heading', { name: 'Notifications' }).waitFor();
  assert.equal(page.url(), `${hub.baseUrl}/inbox`);
});
