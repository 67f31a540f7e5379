// The page, the component in it and the hub's sign-in pages in every language: by the browser's, or by the person's choice, which
// is kept. No template has words of its own.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { password, userNames } from '@carillon/testing/hub/hub.ts';
import {
  directionOf,
  languageNames,
  languages,
  type PageMessages,
  type SignInMessages,
} from '@carillon/words';
import * as ar from '@carillon/words/ar';
import * as de from '@carillon/words/de';
import * as en from '@carillon/words/en';
import * as fr from '@carillon/words/fr';
import * as ja from '@carillon/words/ja';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { openPlace } from './support/person.ts';

const catalogues = { en, de, fr, ja, ar };
const { hub, person } = await openPlace();
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function direction(page: Page): Promise<readonly (string | null)[]> {
  const root = page.locator('html');
  return [await root.getAttribute('lang'), await root.getAttribute('dir')];
}

/** Texts of the English catalogue that are shown, in shadow trees too; those that this language shares do not count. */
async function english(page: Page, own: PageMessages | SignInMessages, source: object): Promise<string[]> {
  const others = new Set<string>(Object.values(own));
  const foreign = Object.values(source).filter((text: string) => !others.has(text) && !text.includes('{'));
  const counts = await Promise.all(
    foreign.map((text: string) => page.getByText(text, { exact: true }).count()),
  );
  return foreign.filter((_, index) => counts[index] !== 0);
}

/** A policy forbids scripts in both pages; axe runs beside it. */
async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(axePath, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: Document): Promise<AxeResults> } };
    const { violations } = await axe.run(document);
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  });
}

describe('in the language of the browser', () => {
  for (const tag of languages) {
    test(`${tag}: the way in, the sign-in, the inbox and the devices`, async () => {
      const { page, open, complaints } = await person({ locale: tag });
      const { page: words, signIn, inbox } = catalogues[tag];
      const isRight = [tag, directionOf(tag)];
      await open();
      await page.getByRole('heading', { name: words.inboxTitle }).waitFor();
      assert.deepEqual(await direction(page), isRight);
      assert.deepEqual(await axeFindings(page), []);
      await page.getByRole('button', { name: words.signIn, exact: true }).click();
      await page.getByLabel(signIn.userName).waitFor();
      assert.deepEqual(await direction(page), isRight);
      assert.deepEqual(await axeFindings(page), []);
      if (tag !== 'en') assert.deepEqual(await english(page, signIn, en.signIn), []);
      await page.getByLabel(signIn.userName).fill(userNames.alice);
      await page.getByLabel(signIn.password).fill('wrong');
      await page.getByRole('button', { name: signIn.signIn }).click();
      assert.equal(await page.getByRole('alert').textContent(), signIn.wrong);
      complaints.length = 0;
      await page.getByLabel(signIn.password).fill(password);
      await page.getByRole('button', { name: signIn.signIn }).click();
      await page.locator('carillon-inbox').getByRole('heading', { name: inbox.title }).waitFor();
      await page.getByRole('heading', { name: words.thisDevice }).waitFor();
      assert.deepEqual(await direction(page), isRight);
      if (tag !== 'en') assert.deepEqual(await english(page, words, en.page), []);
      assert.deepEqual(await axeFindings(page), []);
      assert.deepEqual(complaints, []);
    });
  }
});

describe('the choice of a language', () => {
  test('on the page holds at once, over a reload, at the sign-in, and after signing out', async () => {
    const { page, open, signOut } = await person();
    await open();
    await page.getByLabel('Language').selectOption({ label: languageNames.fr });
    await page.getByRole('heading', { name: fr.page.inboxTitle }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: fr.page.signIn }).click();
    await page.getByLabel(fr.signIn.userName).fill(userNames.bob);
    await page.getByLabel(fr.signIn.password).fill(password);
    await page.getByRole('button', { name: fr.signIn.signIn }).click();
    await page.getByRole('heading', { name: fr.page.thisDevice }).waitFor();
    // English again, from the account's menu: the html element is in English, the browser too.
    await page.getByRole('button', { name: userNames.bob }).click();
    await page.getByLabel(fr.page.language).selectOption({ label: languageNames.ja });
    await page.locator('carillon-inbox').getByRole('heading', { name: ja.inbox.title }).waitFor();
    await page.getByLabel(ja.page.language).selectOption({ label: languageNames.en });
    await page.locator('carillon-inbox').getByRole('heading', { name: en.inbox.title }).waitFor();
    await page.keyboard.press('Escape');
    await signOut();
    assert.deepEqual(await direction(page), ['en', 'ltr']);
  });

  test('on the sign-in page holds there and on the page, without script', async () => {
    const { page, open } = await person({ locale: 'de' });
    await open();
    await page.getByRole('button', { name: de.page.signIn }).click();
    await page.getByRole('link', { name: languageNames.ar }).click();
    await page.getByLabel(ar.signIn.userName).waitFor();
    assert.deepEqual(await direction(page), ['ar', 'rtl']);
    await page.getByLabel(ar.signIn.userName).fill(userNames.alice);
    await page.getByLabel(ar.signIn.password).fill(password);
    await page.getByRole('button', { name: ar.signIn.signIn }).click();
    await page.getByRole('heading', { name: ar.page.thisDevice }).waitFor();
    assert.deepEqual(await direction(page), ['ar', 'rtl']);
  });
});

describe('the provider’s pages over the wire', () => {
  const ended = async (headers: Record<string, string>, query = ''): Promise<string> => {
    const response = await fetch(`${hub.baseUrl}/identity/sign-in/none${query}`, { headers });
    return /<h1>(.*?)<\/h1>/.exec(await response.text())?.[1] ?? '';
  };

  test('take the best of the accepted languages that there is, else English', async () => {
    assert.equal(await ended({ 'accept-language': 'tlh, fr;q=0.5, de-AT;q=0.9' }), de.signIn.endedTitle);
    assert.equal(await ended({ 'accept-language': 'de;q=0, ja' }), ja.signIn.endedTitle);
    assert.equal(await ended({ 'accept-language': `${'x,'.repeat(5000)}de` }), en.signIn.endedTitle);
    assert.equal(await ended({ 'accept-language': 'nonsense;;;q=' }), en.signIn.endedTitle);
  });

  test('prefer what was chosen, now before earlier', async () => {
    const cookie = 'a=b; carillon_language=fr';
    assert.equal(await ended({ 'accept-language': 'de', cookie }), fr.signIn.endedTitle);
    assert.equal(await ended({ 'accept-language': 'de', cookie }, '?lang=ja'), ja.signIn.endedTitle);
    assert.equal(await ended({ cookie: 'carillon_language=xx' }, '?lang=<script>'), en.signIn.endedTitle);
  });
});

test('no template has words of its own', () => {
  const root = join(import.meta.dirname, '..', '..');
  const files = globSync('{web/src,inbox/src}/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$/.test(file),
  );
  assert.ok(files.length > 50);
  for (const file of files) {
    for (const [, template = ''] of readFileSync(join(root, file), 'utf8').matchAll(
      /html`((?:[^`$]|\$(?!\{)|\$\{[^{}]*\})*)`/g,
    )) {
      const text = template
        .replace(/\$\{[^{}]*\}/g, '\u0000')
        .replace(
          /<[^>]*>/g,
          (tag) => (tag.match(/(?:aria-label|title|placeholder|alt)="([^"]*)"/) ?? [])[1] ?? ' ',
        );
      assert.doesNotMatch(text.replace('Carillon', ''), /\p{L}{2,}/u, `${file}: ${template}`);
    }
  }
});
