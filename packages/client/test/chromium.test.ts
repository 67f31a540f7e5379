import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startChromium } from '@carillon/testing/machine/chromium.ts';
import { serveSite } from './support/site.ts';

const pages = join(import.meta.dirname, 'pages');

test('two profiles of one browser share nothing, and each may show notifications where it was allowed', async () => {
  await using site = await serveSite(pages);
  await using chromium = await startChromium();
  const one = await chromium.openProfile({ notificationsFor: site.origin });
  const two = await chromium.openProfile();
  const [first, second] = [await one.newPage(), await two.newPage()];
  for (const page of [first, second]) await page.goto(`${site.origin}/blank.html`);
  await first.evaluate(() => localStorage.setItem('whose', 'one'));
  assert.equal(await second.evaluate(() => localStorage.getItem('whose')), null);
  assert.equal(await first.evaluate(() => Notification.permission), 'granted');
  assert.notEqual(await second.evaluate(() => Notification.permission), 'granted');
  assert.equal(await first.evaluate(() => isSecureContext), true);
});
