// Signing in and out of the inbox page, in a real browser at a real hub with the embedded provider.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { post, until, userNames } from '@carillon/testing/hub/hub.ts';
import { changeTokens, inboxToken, readToken } from './support/page-tokens.ts';
import { fillSignIn, openPlace, readAllKept, rowOf } from './support/person.ts';

const { hub, person } = await openPlace();

async function send(user: 'alice' | 'bob', title: string): Promise<void> {
  const body = post({ payload: { visualContent: { title } } });
  const { status } = await hub.request('POST', '/v1.0/me/notifications', {
    token: hub.token({ user }),
    body,
  });
  assert.equal(status, 201);
}

suite('signing in with the embedded provider', () => {
  test('shows the inbox, asks for no consent, and leaves no code in the address', async () => {
    const alice = await person();
    await send('alice', 'Sent before');
    await alice.signIn('alice');
    await rowOf(alice.page, 'Sent before').waitFor();
    assert.match(await alice.page.title(), /^\(\d+\) Carillon$/);
    await alice.page.getByRole('button', { name: `Account: ${userNames.alice}` }).waitFor();
    assert.deepEqual(alice.complaints, []);
  });

  test('a wrong password is told, and the right one still gets in', async () => {
    const { page, complaints, open } = await person();
    await open();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await fillSignIn(page, userNames.alice, 'wrong');
    assert.match((await page.getByRole('alert').textContent()) ?? '', /don’t belong together/);
    assert.match(complaints.splice(0).join(), /401/, 'the answer itself, which Chromium logs');
    await fillSignIn(page, userNames.alice, 'correct horse');
    await page.getByRole('button', { name: /^Account/ }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('an answer that this tab has not asked for signs nobody in', async () => {
    const { page } = await person();
    await page.goto(`${hub.baseUrl}/inbox?code=stolen&state=made-up&iss=${hub.baseUrl}/identity`);
    assert.match((await page.getByRole('alert').textContent()) ?? '', /begun elsewhere/);
    assert.equal(page.url(), `${hub.baseUrl}/inbox`);
    assert.doesNotMatch(await readAllKept(page), /accessToken/);
  });
});

test('an expired token is renewed once, however many tabs need it', async () => {
  const alice = await person();
  await alice.signIn('alice');
  const tab = await alice.profile.newPage();
  await tab.goto(`${hub.baseUrl}/inbox`);
  await tab.getByRole('button', { name: /^Account/ }).waitFor();
  // Both leave the page first, of the same origin: one that noticed would ask too, and be cut off by its reload.
  for (const page of [alice.page, tab]) await page.goto(`${hub.baseUrl}/inbox/config.json`);
  // For a file alone Chromium asks for a favicon that is not there.
  alice.complaints.length = 0;
  const before = await readToken(alice.page);
  await changeTokens(alice.page, { expiresAt: 0 });
  let asked = 0;
  alice.profile.on('request', (request) => {
    if (request.url().endsWith('/identity/token')) asked++;
  });
  await Promise.all([alice.page, tab].map((page) => page.goto(`${hub.baseUrl}/inbox`)));
  await until(async () => (await readToken(tab)) !== before, 'another token');
  await send('alice', 'After the renewal');
  for (const page of [alice.page, tab]) await rowOf(page, 'After the renewal').waitFor();
  assert.equal(asked, 1);
  assert.deepEqual(alice.complaints, []);
});

suite('signing out', () => {
  test('leaves nothing of the user behind, and the next user sees nothing of it', async () => {
    const { page, profile, complaints, signIn, signOut } = await person();
    await send('alice', 'For the eyes of Alice');
    await signIn('alice');
    await rowOf(page, 'For the eyes of Alice').waitFor();
    await until(async () => (await subscriptionsOf('alice')).length > 0, 'the device of Alice');
    const token = await readToken(page);
    await signOut();
    const kept = await readAllKept(page);
    for (const trace of ['alice', 'Alice', hub.userIds.alice, token, 'refreshToken'])
      assert.ok(!kept.includes(trace), `${trace} is still kept: ${kept}`);
    assert.ok(!(await profile.cookies()).some(({ name }) => name === 'carillon_session'));
    await signIn('bob');
    await page.getByRole('button', { name: `Account: ${userNames.bob}` }).waitFor();
    assert.equal(await rowOf(page, 'For the eyes of Alice').count(), 0);
    assert.deepEqual(complaints, []);
  });

  test('leaves nothing behind also where neither the hub nor the issuer answers', async () => {
    const { page, profile, signIn, signOut } = await person();
    await send('alice', 'Not for who comes next');
    await signIn('alice');
    await rowOf(page, 'Not for who comes next').waitFor();
    await page
      .getByText(/^Chrome on/)
      .first()
      .waitFor();
    // Requests that are never answered.
    await profile.route(/\/(notificationSubscriptions|identity)\//, () => {});
    await signOut();
    const kept = await readAllKept(page);
    for (const trace of ['Not for who comes next', hub.userIds.alice, 'refreshToken'])
      assert.ok(!kept.includes(trace), `${trace} is still kept`);
  });

  test('ends the device’s registration, and other tabs show the way in', async () => {
    const alice = await person();
    const known = new Set((await subscriptionsOf('alice')).map(({ id }) => id));
    await alice.signIn('alice');
    const own = await until(
      async () => (await subscriptionsOf('alice')).find(({ id }) => !known.has(id)),
      'the device',
    );
    const tab = await alice.profile.newPage();
    await tab.goto(`${hub.baseUrl}/inbox`);
    await tab.getByRole('button', { name: /^Account/ }).waitFor();
    await alice.signOut();
    await tab.getByRole('heading', { name: 'Your inbox' }).waitFor();
    assert.ok(!(await subscriptionsOf('alice')).some(({ id }) => id === own.id));
  });
});

async function subscriptionsOf(user: 'alice' | 'bob'): Promise<readonly { readonly id: string }[]> {
  const token = await inboxToken(hub, user);
  const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
  return json.value;
}

test('who signs in after a sign-in that ended by itself finds nothing of the one before', async () => {
  const shared = await person();
  await send('alice', 'For Alice alone');
  await shared.signIn('alice');
  await rowOf(shared.page, 'For Alice alone').waitFor();
  await shared.page
    .getByText(/^Chrome on/)
    .first()
    .waitFor();
  await until(async () => (await readAllKept(shared.page)).includes('For Alice alone'), 'the stored copy');
  await changeTokens(shared.page, { accessToken: 'revoked', refreshToken: 'revoked', expiresAt: 0 });
  await shared.page.reload();
  await shared.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await shared.profile.clearCookies();
  shared.complaints.length = 0;
  await shared.signIn('bob');
  await shared.page
    .getByText(/^Chrome on/)
    .first()
    .waitFor();
  const kept = await readAllKept(shared.page);
  for (const trace of ['For Alice alone', hub.userIds.alice])
    assert.ok(!kept.includes(trace), `${trace} is still kept`);
  assert.deepEqual(shared.complaints, [], 'not one request with the device of Alice');
});
