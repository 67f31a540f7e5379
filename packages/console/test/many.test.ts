// The console in Chromium at a hub with 200 000 deliveries, by each role: every view answers, pages go on, and no answer that
// the page gets holds a secret of an app or a device, nor what a notification says.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { apns, given, heartOf, wns } from '@carillon/testing/feed/credentials.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { consoleTexts as en } from '@carillon/words/console/en';
import type { Locator, Page } from 'playwright-core';
import {
  deliveriesMade,
  fillMany,
  firstNotification,
  firstPerson,
  secretTitle,
  secretToken,
} from './support/many-deliveries.ts';
import { openConsole } from './support/operator.ts';

const folder = tempFolder();
after(() => folder.remove());
const dataDir = join(folder.path, 'data');
assert.equal(deliveriesMade, 200_000);
await fillMany(dataDir);
const { hub, operator } = await openConsole({ dataDir });
const { apps, users, credentials, audit } = hub.registry;
/** More than a page of each list. */
for (let index = 0; index < 60; index++) {
  const name = String(index).padStart(2, '0');
  const clients = [{ clientId: `z${name}`, public: true, secretHash: null, redirectUris: [] }];
  await apps.put({ id: `z${name}`, hosts: [`z${name}.example`], blocked: false, clients });
  const id = `0f000000-0000-4000-8000-0000000000${name}`;
  await users.put({ id, name: `user${name}@contoso.example`, passwordHash: '', operator: false });
  const entry = { at: hub.clock.now(), who: id, from: null, what: 'signedIn', on: `users/${id}` };
  await audit.note([{ ...entry, kind: 'access', count: 1 }]);
}
for (const [kind, values] of Object.entries({ apns, wns }))
  await credentials.put('app-a', kind, given(kind, values), hub.clock.now());
const secrets = [
  secretTitle,
  secretToken,
  heartOf(apns.privateKey),
  wns.clientSecret,
  'secretHash',
  'passwordHash',
];

async function goesOn(page: Page, rows: Locator): Promise<void> {
  const before = await rows.count();
  await page.locator('main').getByRole('button', { name: en.showMore }).first().click();
  await rows.nth(before).waitFor();
}

/** What each view must show, and its rows where there is more than a page of them. */
const views: readonly { readonly hash: string; readonly shows: string; readonly rows?: string }[] = [
  { hash: '#overview', shows: en.health },
  { hash: '#people', shows: 'user00@contoso.example', rows: 'main .rows > li' },
  { hash: `#people/${hub.userIds.alice}`, shows: en.maySignIn },
  { hash: `#search?q=${firstNotification}`, shows: 'Devices reached: ' },
  { hash: '#search?q=many000', shows: firstPerson },
  { hash: '#apps', shows: 'z00.example', rows: 'main .rows > li' },
  { hash: '#apps/app-a', shows: en.hosts },
  { hash: '#apps/app-a/channels/apns', shows: apns.keyId },
  { hash: '#apps/app-a/channels/wns', shows: wns.clientId },
  { hash: '#webhooks', shows: en.webhooksNone },
  { hash: '#audit', shows: 'signedIn', rows: 'main .rows > li' },
  { hash: '#compose', shows: en.preview },
  { hash: '#start', shows: en.stepRegister },
];

suite('at 200 000 deliveries every view answers and goes on', () => {
  for (const who of ['olga', 'rita'] as const) {
    test(`to ${who}, without a secret`, async () => {
      const { page, signIn, show } = await operator();
      const got: Promise<string>[] = [];
      page.on('response', (response) => {
        if (/\/(admin|metrics)/.test(response.url())) got.push(response.text().catch(() => ''));
      });
      await signIn(who, '#nodes');
      await page.getByRole('heading', { level: 1 }).waitFor();
      for (const { hash, shows, rows } of views) {
        await show(hash);
        await page.locator('main').getByText(shows).first().waitFor();
        assert.equal(await page.locator('main .blank[role=alert]').count(), 0, hash);
        if (rows) await goesOn(page, page.locator(rows));
      }
      await show('#failed');
      const cause = page.getByRole('button', { name: /^HTTP 40\d FCM · app-a$/ });
      await cause.nth(3).waitFor();
      await cause.first().click();
      const deliveries = page.locator('main .inside li');
      await deliveries.first().waitFor();
      await goesOn(page, deliveries);
      const answers = await Promise.all(got);
      assert.ok(answers.length > views.length, `${answers.length} answers`);
      for (const secret of secrets) {
        const holds = answers.findIndex((each) => each.includes(secret));
        assert.equal(holds, -1, `${secret} is in ${answers[holds]?.slice(0, 300)}`);
      }
    });
  }
});
