// The push switch of the inbox page in a real browser: what the hub knows of it, and the reason where it can't be turned on.
// Tests reach no vendor's push service, so its success is a stub, and its failure the real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { inboxToken } from './support/page-tokens.ts';
import { openPlace, type Person } from './support/person.ts';
import { stubPush } from './support/push-stub.ts';

const { hub, person } = await openPlace({ settings: { 'allow-private-push': true } });

const stubbed = { endpoint: 'https://127.0.0.1:9/inbox', keys: webPushKeys };

/** Signed in, where notifications are allowed, with the page's worker at work. */
async function openAlice({ pushService }: { readonly pushService: 'stubbed' | 'real' }): Promise<Person> {
  const alice = await person();
  await alice.profile.grantPermissions(['notifications'], { origin: hub.baseUrl });
  if (pushService === 'stubbed') await stubPush(alice.profile, stubbed);
  await alice.signIn('alice');
  await alice.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  return alice;
}

const panelOf = ({ page }: Person) => page.locator('carillon-devices');
const switchOf = (person: Person) => panelOf(person).getByRole('switch', { name: /Ring while closed/ });
const onText = /This browser receives new notifications/;

interface Registered {
  readonly id: string;
  readonly displayName: string | null;
  readonly channel: object | null;
}

async function registered(): Promise<Registered[]> {
  const token = await inboxToken(hub, 'alice');
  return (await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token })).json.value;
}

const summary = (all: readonly Registered[]) =>
  all.map(({ id, displayName, channel }) => [id, displayName, channel]);

/** Waits until the switch has done what it was clicked for. */
async function turn(person: Person, checked: boolean): Promise<void> {
  await switchOf(person).click();
  await panelOf(person).getByRole('switch', { checked, disabled: false }).waitFor();
}

test('turned on, the hub has the address of this browser; turned off, the device without it', async () => {
  const alice = await openAlice({ pushService: 'stubbed' });
  await until(async () => (await registered()).length === 1, 'the device');
  await panelOf(alice)
    .getByRole('button', { name: /^Rename/ })
    .click();
  await panelOf(alice).getByRole('textbox').fill('The one on my desk');
  await panelOf(alice).getByRole('button', { name: 'Save' }).click();
  await panelOf(alice).getByText('The one on my desk').waitFor();
  const [before] = await registered();
  assert.deepEqual([before?.channel, before?.displayName], [null, 'The one on my desk']);
  await turn(alice, true);
  await panelOf(alice).getByText(onText).waitFor();
  await panelOf(alice).getByText('Push on').waitFor();
  const channel = { type: 'webPush', ...stubbed };
  assert.deepEqual(await registered().then(summary), [[before?.id, 'The one on my desk', channel]]);
  await alice.page.reload();
  await panelOf(alice).getByText(onText).waitFor();
  assert.equal((await registered())[0]?.id, before?.id);
  await turn(alice, false);
  await panelOf(alice).getByText('Push is off in this browser.').waitFor();
  await panelOf(alice).getByText('Push on').waitFor({ state: 'detached' });
  assert.deepEqual(await registered().then(summary), [[before?.id, 'The one on my desk', null]]);
  await alice.page.reload();
  await panelOf(alice).getByText('Push is off in this browser.').waitFor();
  assert.deepEqual(alice.complaints, []);
});

test('a device that was removed elsewhere says so, and is told again once it is turned on', async () => {
  const alice = await openAlice({ pushService: 'stubbed' });
  await turn(alice, true);
  const own = (await registered()).find(({ channel }) => channel !== null);
  const path = `/v1.0/me/notificationSubscriptions/${encodeURIComponent(own?.id ?? '')}`;
  assert.equal((await hub.request('DELETE', path, { token: await inboxToken(hub, 'alice') })).status, 204);
  await alice.page.reload();
  await panelOf(alice)
    .getByText(/was removed on another one/)
    .waitFor();
  await panelOf(alice).getByRole('switch', { checked: false, disabled: false }).waitFor();
  await turn(alice, true);
  assert.equal((await registered()).filter(({ channel }) => channel !== null).length, 1);
  await turn(alice, false);
});

test('that the browser can not register with its push service is said with what the browser said', async () => {
  const alice = await openAlice({ pushService: 'real' });
  await switchOf(alice).click();
  await panelOf(alice)
    .getByText(/could not register with its push service\. \(AbortError: Registration failed/)
    .waitFor();
  await panelOf(alice).getByRole('switch', { checked: false, disabled: false }).waitFor();
  assert.ok((await registered()).every(({ channel }) => channel === null));
});

test('signing out ends what was turned on', async () => {
  const alice = await openAlice({ pushService: 'stubbed' });
  await turn(alice, true);
  assert.ok((await registered()).some(({ channel }) => channel !== null));
  await alice.signOut();
  assert.ok((await registered()).every(({ channel }) => channel === null));
  assert.deepEqual(alice.complaints, []);
});
