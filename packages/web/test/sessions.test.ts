// Where a person is signed in, on the inbox page in a real browser: each session beside the devices, signed out from here,
// in the languages of the inbox, at both widths, and without a finding of axe.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { password, userNames } from '@carillon/testing/hub/hub.ts';
import type { AxeResults } from 'axe-core';
import { openPlace } from './support/person.ts';

const { hub, person } = await openPlace();
// As text, since the page's content policy takes no script of another place.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const panelOf = 'carillon-sessions';

test('another browser is signed out from here, and shows the way in', async () => {
  const [here, lost] = [await person(), await person()];
  await here.signIn('bob');
  await lost.signIn('bob');
  await here.page.reload();
  const panel = here.page.locator(panelOf);
  await panel.getByRole('listitem').nth(1).waitFor();
  await panel.getByText('This browser').waitFor();
  await panel.getByRole('button', { name: /^Sign out: / }).click();
  await panel.getByRole('button', { name: 'Sign out', exact: true }).click();
  await panel.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
  await lost.page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.deepEqual(here.complaints, []);
});

const titles = {
  en: 'Where you are signed in',
  de: 'Wo Sie angemeldet sind',
  fr: 'Vos connexions',
  ja: 'サインイン中の場所',
  ar: 'أماكن تسجيل دخولك',
} as const;

// Her session is listed wherever she signs in later, though its browser is closed.
const elsewhere = await person();
await elsewhere.signIn('alice');

for (const [locale, title] of Object.entries(titles)) {
  test(`the sessions are in the language of the browser, fit, and axe finds nothing: ${locale}`, async () => {
    const { page, profile, signIn } = await person();
    await signIn('alice');
    await profile.addCookies([{ name: 'carillon_language', value: locale, url: hub.baseUrl }]);
    await page.reload();
    const panel = page.locator(panelOf);
    await panel.getByRole('heading', { name: title }).waitFor();
    await panel.getByRole('button').first().click();
    await page.evaluate(axe);
    for (const [width, hash] of [
      [1440, ''],
      [360, '#devices'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await panel.getByRole('heading', { name: title }).waitFor();
      const shots = process.env.SCREENSHOTS;
      if (shots) await page.screenshot({ path: `${shots}/sessions-${locale}-${width}.png` });
      const { scrollWidth, clientWidth } = await page.evaluate(() => {
        const { scrollWidth: all, clientWidth: shown } = document.documentElement;
        return { scrollWidth: all, clientWidth: shown };
      });
      assert.ok(scrollWidth <= clientWidth, `${scrollWidth} of ${clientWidth}`);
      const findings = await page.evaluate(async (name) => {
        const { axe: own } = globalThis as unknown as { axe: { run(context: Element): Promise<AxeResults> } };
        const element = document.querySelector('carillon-page')?.shadowRoot?.querySelector(name);
        if (!element) throw new Error('there is no panel');
        const { violations } = await own.run(element);
        return violations.map(({ id, help }) => `${id}: ${help}`);
      }, panelOf);
      assert.deepEqual(findings, []);
    }
  });
}

test('a person saves the own data, and changes the password, which ends the sign-in', async () => {
  const { page, signIn, complaints } = await person();
  await signIn('bob');
  await page.getByRole('button', { name: /^Account: / }).click();
  const shots = process.env.SCREENSHOTS;
  if (shots) await page.screenshot({ path: `${shots}/account.png` });
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download your data' }).click();
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .trimEnd()
    .split('\n');
  assert.deepEqual(
    [JSON.parse(lines[0] ?? '').id, JSON.parse(lines.at(-1) ?? '')],
    [hub.userIds.bob, { type: 'end' }],
  );
  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('link', { name: 'Change your password' }).click();
  const chosen = 'four words and a bit';
  await page.getByLabel('User name').fill(userNames.bob);
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password').fill(chosen);
  await page.getByLabel('The same again').fill(chosen);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  );
  if (shots) await page.screenshot({ path: `${shots}/change-password.png` });
  await page.getByRole('button', { name: 'Change your password' }).click();
  await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
  await page.goto(`${hub.baseUrl}/inbox`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.deepEqual(
    complaints.filter((each) => !/40[01]/.test(each)),
    [],
  );
});
