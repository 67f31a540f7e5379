// Mutes and quiet hours on the inbox page, in a real browser: from the menu of a row and from the account, by keyboard, in every
// language, at both widths, and without a finding of axe. What is set is set at the hub, for all devices.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { allScope, post, type TestUser, until, userNames } from '@carillon/testing/hub/hub.ts';
import { languages } from '@carillon/words';
import * as ar from '@carillon/words/ar';
import * as de from '@carillon/words/de';
import * as en from '@carillon/words/en';
import * as fr from '@carillon/words/fr';
import * as ja from '@carillon/words/ja';
import { preferences } from '@carillon/words/preferences';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { openPlace } from './support/person.ts';

const catalogues = { en, de, fr, ja, ar };
const { hub, person } = await openPlace();
// As text, since the page's content policy takes no script of another place.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const path = '/v1.0/me/notificationPreferences';
const words = preferences.en;

const inbox = (user: TestUser) => hub.token({ user, scopes: [allScope] });

async function read(user: TestUser) {
  return (await hub.request('GET', path, { token: inbox(user) })).json;
}

async function send(user: TestUser, more: object = {}): Promise<void> {
  const body = post({
    payload: { visualContent: { title: 'Build 17 failed' } },
    groupName: 'builds',
    ...more,
  });
  const { status, text } = await hub.request('POST', '/v1.0/me/notifications', {
    token: hub.token({ user }),
    body,
  });
  assert.equal(status, 201, text);
}

async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: own } = globalThis as unknown as { axe: { run(context: Document): Promise<AxeResults> } };
    const { violations } = await own.run(document);
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  });
}

test('a group is muted from the menu of a row by keyboard, is listed, and unmuted', async () => {
  const { page, signIn, complaints } = await person();
  await send('alice');
  await signIn('alice');
  const row = page.getByRole('listitem').filter({ hasText: 'Build 17 failed' });
  await row.hover();
  await row.getByRole('button', { name: en.inbox.mute }).press('Enter');
  const dialog = page.getByRole('dialog', { name: words.mute });
  await dialog.getByRole('radio', { name: 'Only the group builds' }).waitFor();
  assert.equal(await dialog.getByRole('radio', { name: 'Only the group builds' }).isChecked(), true);
  await dialog.getByRole('button', { name: words.hour }).press('Enter');
  const settings = page.getByRole('dialog', { name: words.title });
  const unmute = settings.getByRole('button', { name: 'Unmute: builds · a.example' });
  await unmute.waitFor();
  const [mute] = (await read('alice')).mutes;
  assert.deepEqual([mute.groupName, mute.subscriptionId], ['builds', null]);
  assert.ok(mute.untilDateTime);
  await unmute.press('Enter');
  await settings.getByText(words.nothingMuted).waitFor();
  assert.deepEqual((await read('alice')).mutes, []);
  await page.keyboard.press('Escape');
  await settings.waitFor({ state: 'hidden' });
  assert.deepEqual(complaints, []);
});

test('quiet hours are set from the account, and what another device sets is shown while it is open', async () => {
  const { page, signIn } = await person({ timezoneId: 'Asia/Tokyo' });
  await signIn('bob');
  await page.getByRole('button', { name: userNames.bob }).click();
  await page.getByRole('button', { name: en.page.preferences }).click();
  const dialog = page.getByRole('dialog', { name: words.title });
  await dialog.getByLabel(words.isQuiet).check();
  await dialog.getByLabel(words.from).fill('23:15');
  await dialog.getByLabel(words.highPriority).check();
  await dialog.getByRole('button', { name: words.save }).click();
  await dialog.getByText(words.saved).waitFor();
  assert.deepEqual((await read('bob')).quietHours, {
    ...{ timeZone: 'Asia/Tokyo', startTime: '23:15', endTime: '07:00' },
    passes: ['critical', 'highPriority'],
  });
  const body = { mutes: [{ appId: 'app-a', lasts: 'forGood' }], quietHours: null };
  assert.equal((await hub.request('PATCH', path, { token: inbox('bob'), body })).status, 200);
  await dialog.getByRole('button', { name: 'Unmute: a.example' }).waitFor();
  await until(async () => !(await dialog.getByLabel(words.isQuiet).isChecked()), 'the quiet hours to end');
});

for (const tag of languages) {
  test(`in ${tag} both dialogs fit at 360 and 1440 pixels, and axe finds nothing`, async () => {
    const { page, profile, signIn } = await person();
    await send('alice');
    const token = inbox('alice');
    const mutes = [{ appId: 'app-a', groupName: 'deploys', lasts: 'hour' }, { appId: 'app-b' }];
    const quietHours = { timeZone: 'Europe/Berlin', startTime: '22:00', endTime: '07:00' };
    assert.equal((await hub.request('PATCH', path, { token, body: { mutes, quietHours } })).status, 200);
    await signIn('alice');
    await profile.addCookies([{ name: 'carillon_language', value: tag, url: hub.baseUrl }]);
    await page.reload();
    const { inbox: inboxWords, page: pageWords } = catalogues[tag];
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      const look = async (name: string): Promise<void> => {
        const dialog = page.getByRole('dialog', { name, exact: true });
        await dialog.getByRole('button').nth(1).waitFor();
        const shots = process.env.SCREENSHOTS;
        if (shots) await page.screenshot({ path: `${shots}/preferences-${name}-${tag}-${width}.png` });
        const isWide = await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
        assert.equal(isWide, false);
        assert.deepEqual(await axeFindings(page), []);
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'hidden' });
      };
      await page.getByRole('button', { name: userNames.alice }).click();
      await page.getByRole('button', { name: pageWords.preferences }).click();
      await look(preferences[tag].title);
      const row = page.getByRole('listitem').filter({ hasText: 'Build 17 failed' }).first();
      await row.hover();
      await row.getByRole('button', { name: inboxWords.mute }).click();
      await look(preferences[tag].mute);
    }
  });
}
