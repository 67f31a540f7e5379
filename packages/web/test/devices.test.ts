// The devices beside the inbox: told apart, followed while the page is open, and handled by keyboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { hosts, subscribe, until, userNames } from '@carillon/testing/hub/hub.ts';
import { tokensBySignIn } from '@carillon/testing/hub/identity.ts';
import type { AxeResults } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { nameAmong } from '../src/this-device.ts';
import { openPlace } from './support/person.ts';

const { hub, person } = await openPlace();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const panelOf = (page: Page) => page.locator('carillon-devices');
const names = (page: Page): Promise<string[]> => panelOf(page).locator('li strong').allTextContents();

async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: Document): Promise<AxeResults> } };
    return (await axe.run(document)).violations.map(({ id }) => id);
  });
}

/** How old the list may be while the page is seen; its timer is driven, where a person would wait. */
const refreshMs = 20_000;

/** bound: beyond a heartbeat of a device, 25 s, on a machine that does much else */
const shownMaxMs = 120_000;

/** Lets the time of the page pass, from one look at its list to the next, until it shows that. */
function untilShown(page: Page, shown: Locator): Promise<unknown> {
  const look = async () => {
    const looked = page.waitForResponse((response) => response.url().endsWith('/notificationDevices'));
    await page.clock.fastForward(refreshMs);
    await looked;
    return shown.isVisible();
  };
  return until(look, 'a later look shows it', shownMaxMs);
}

/** The label of what has the focus, through shadow trees. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
  });
}

test('a device appears on the others without a reload, under a name of its own, with what tells it apart', async () => {
  const [one, two] = [await person(), await person()];
  await one.page.clock.install();
  await one.signIn('bob');
  await panelOf(one.page).locator('li strong').first().waitFor();
  const [own = ''] = await names(one.page);
  await two.signIn('bob');
  await panelOf(two.page).getByText(`${own} (2)`, { exact: true }).waitFor();
  await untilShown(one.page, panelOf(one.page).getByText(`${own} (2)`, { exact: true }));
  const facts = panelOf(one.page).locator('li small').last();
  // It asks under its registration from its next start on; one that stays open is seen with its next heartbeat.
  await two.page.reload();
  await untilShown(one.page, facts.getByText(/seen today/));
  const told = await facts.textContent();
  assert.match(told ?? '', /^Chromium · for Your inbox · added today · seen today · until \w+ \d+$/);
  await panelOf(one.page).getByText('A device that is not opened until then').waitFor();
  await panelOf(two.page)
    .getByRole('button', { name: `Rename ${own} (2)` })
    .click();
  await panelOf(two.page).getByRole('textbox').fill('The one in the kitchen');
  await two.page.keyboard.press('Enter');
  await panelOf(two.page).getByText('The one in the kitchen').waitFor();
  await untilShown(one.page, panelOf(one.page).getByText('The one in the kitchen'));
  assert.deepEqual(await axeFindings(one.page), []);
  assert.deepEqual([...one.complaints, ...two.complaints], []);
});

test('the devices of other apps stand there with their app’s name, and removing one signs it out', async () => {
  const { baseUrl } = hub;
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${baseUrl}/identity${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const app = hub.registry.apps.findById('app-b');
  assert.ok(app);
  await hub.registry.apps.put({ ...app, displayName: 'Kitchen' });
  const alice = await person();
  await alice.page.clock.install();
  await alice.signIn('alice');
  const panel = panelOf(alice.page);
  await panel.locator('li strong').first().waitFor();
  const scope = 'openid Notifications.ReadWrite.CreatedByApp';
  const client = { clientId: 'app-b-phone', redirectUri: 'http://localhost/in' };
  const phone = await tokensBySignIn(
    { publicUrl: baseUrl, post },
    { user: userNames.alice, scope, ...client },
  );
  const token = phone.access_token;
  await subscribe(hub, { token, targetHostName: hosts['app-b'], displayName: 'Fridge', installationId: 'f' });
  const row = panel.getByRole('listitem').filter({ hasText: 'Fridge' });
  await untilShown(alice.page, row.getByText(/for Kitchen · added today · never seen · until/));
  await row.getByRole('button', { name: 'Remove Fridge' }).click();
  await row.getByText('It is signed out at once').waitFor();
  assert.deepEqual(await axeFindings(alice.page), []);
  await row.getByRole('button', { name: 'Remove', exact: true }).last().click();
  await row.waitFor({ state: 'detached' });
  const list = '/v1.0/me/notificationSubscriptions';
  assert.equal((await hub.request('GET', list, { token })).status, 401);
  assert.deepEqual(alice.complaints, []);
});

test('the focus goes into the form of a name and the question, and back to what opened them', async () => {
  const [one, two] = [await person(), await person()];
  await one.signIn('alice');
  await two.signIn('alice');
  const { page } = two;
  const panel = panelOf(page);
  const rename = panel.getByRole('button', { name: /^Rename/ }).first();
  await rename.click();
  assert.equal(await focused(page), 'Name of the device');
  await page.keyboard.press('Escape');
  await panel.getByRole('textbox').waitFor({ state: 'detached' });
  assert.match(await focused(page), /^Rename/);
  await rename.click();
  await panel.getByRole('textbox').fill('Desk');
  await page.keyboard.press('Enter');
  await panel.getByText('Desk', { exact: true }).waitFor();
  await panel.getByRole('textbox').waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Rename Desk');
  const remove = panel.getByRole('button', { name: /^Remove/ }).first();
  await remove.click();
  assert.equal(await focused(page), 'Keep');
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press('Enter');
  assert.match(await focused(page), /^Remove/);
});

test('a page that was opened offline has its devices once the network is back', async () => {
  const alice = await person();
  await alice.signIn('alice');
  await panelOf(alice.page).locator('li strong').first().waitFor();
  await alice.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await alice.profile.setOffline(true);
  await alice.page.reload();
  await alice.page.getByRole('button', { name: /^Account/ }).waitFor();
  assert.deepEqual(await names(alice.page), []);
  await alice.profile.setOffline(false);
  await panelOf(alice.page).locator('li strong').first().waitFor();
});

test('the push switch and its knob are visible in forced colours', async () => {
  const { page, signIn } = await person({ forcedColors: 'active' });
  await signIn('alice');
  const colours = await panelOf(page)
    .getByRole('switch')
    .evaluate((button) => {
      const { borderTopColor, backgroundColor } = getComputedStyle(button);
      const knob = getComputedStyle(button.querySelector('i')!).backgroundColor;
      return { borderTopColor, backgroundColor, knob };
    });
  assert.notEqual(colours.borderTopColor, colours.backgroundColor);
  assert.notEqual(colours.knob, colours.backgroundColor);
});

test('a name that another device has gets the next number', () => {
  const named = (...given: string[]) => given.map((displayName) => ({ displayName }));
  assert.equal(nameAmong([], 'Chrome on Linux'), 'Chrome on Linux');
  assert.equal(
    nameAmong(named('Chrome on Linux', 'Chrome on Linux (3)'), 'Chrome on Linux'),
    'Chrome on Linux (2)',
  );
});
