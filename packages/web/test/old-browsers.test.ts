// The page's styles in browsers as old as Safari 16.4, Chrome 105 and Firefox 115: they have their colours, light and dark, and
// the focus shows. Chromium stands for them: it is given style sheets in which the newer words are unknown ones.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asReadByOldBrowsers, newerCssIn } from '@carillon/testing/engines/newer-css.ts';
import type { Page } from 'playwright-core';
import { openPlace } from './support/person.ts';

const { person } = await openPlace();
const root = join(import.meta.dirname, '..', '..', '..');

test('newer CSS stands only where the browser says that it reads it', () => {
  const sources = [
    'packages/web/src/**/*.{ts,css}',
    'packages/hub/src/{auth/provider/sign-in,edge/pages}/*.{ts,html}',
  ];
  const paths = globSync(sources, { cwd: root });
  assert.ok(paths.length > 30, `${paths.length} files`);
  const uses = paths.map((path) => [path, newerCssIn(readFileSync(join(root, path), 'utf8'))] as const);
  assert.deepEqual(
    uses.filter(([, found]) => found.length > 0),
    [],
  );
});

async function makeOld(page: Page): Promise<void> {
  await page.route(/\/(inbox|identity)/, async (route) => {
    if (!['document', 'script', 'stylesheet'].includes(route.request().resourceType()))
      return route.continue();
    const response = await route.fetch({ maxRedirects: 0 });
    if (response.status() !== 200) return route.fulfill({ response });
    const { 'content-security-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers, body: asReadByOldBrowsers(await response.text()) });
  });
}

/** Of the page's body, its card, and what has the focus after a key. */
async function looksOf(page: Page): Promise<unknown> {
  await page.keyboard.press('Tab');
  return page.evaluate(() => {
    const host = document.querySelector('carillon-page');
    const inside: Document | ShadowRoot = host?.shadowRoot ?? document;
    const { backgroundColor, color } = getComputedStyle(document.body);
    const field = inside.querySelector<HTMLElement>('button.main, input')!;
    field.focus();
    const card = getComputedStyle(inside.querySelector('main')!);
    return [backgroundColor, color, card.borderTopStyle, getComputedStyle(field).outlineStyle];
  });
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`the way in has its ${colorScheme} colours and its lines, and its focus shows`, async () => {
    const [now, old] = [
      await person({ colorScheme }),
      await person({ colorScheme, serviceWorkers: 'block' }),
    ];
    await makeOld(old.page);
    for (const { page, open } of [now, old]) {
      await open();
      await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    }
    assert.deepEqual(await looksOf(old.page), await looksOf(now.page));
    for (const { page } of [now, old]) {
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByLabel('User name').waitFor();
      // A page behind a redirect is not intercepted.
      await page.reload();
      await page.getByLabel('User name').waitFor();
    }
    assert.deepEqual(await looksOf(old.page), await looksOf(now.page));
  });
