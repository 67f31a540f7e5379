// What can't be taken back asks again in the console, and says what it will do to how many, as the hub counts it. Escape does
// nothing, and afterwards it is done.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { apns, given } from '@carillon/testing/feed/credentials.ts';
import { post, subscribe } from '@carillon/testing/hub/hub.ts';
import { openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { consoleTexts as en } from '@carillon/words/console/en';
import type { Page } from 'playwright-core';
import { axeFindings } from './support/axe.ts';
import { openConsole } from './support/operator.ts';

const { hub, operator } = await openConsole({ settings: { 'allow-private-push': true, dev: true } });
await hub.registry.credentials.put('app-b', 'apns', given('apns', apns), hub.clock.now());
const token = hub.token({ app: 'app-b', user: 'bob' });
const host = { targetHostName: 'b.example' };
const channel = { type: 'apns', token: 'a'.repeat(64), topic: 'example.b', environment: 'production' };
await subscribe(hub, { ...host, token, platformType: 'ios', channel });

/** Opens the question, leaves it by Escape, opens it again and does it. */
async function askedTwice(page: Page, button: string, does: string | RegExp): Promise<void> {
  const open = page.locator('main').getByRole('button', { name: button });
  const dialog = page.getByRole('dialog');
  await open.first().click();
  await dialog.getByText(does).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await open.first().click();
  await dialog.locator('button.main').click();
  await dialog.waitFor({ state: 'detached' });
}

suite('asks again', () => {
  test('before a webhook is deleted, with how much waits for it', async () => {
    await using receiver = await openReceiver();
    receiver.answer = (response) => response.writeHead(500).end();
    const watch = await hub.request('POST', '/v1.0/subscriptions', { token, body: watchOf(receiver.url) });
    assert.equal(watch.status, 201, watch.text);
    const sent = await hub.request('POST', '/v1.0/me/notifications', { token, body: post(host) });
    assert.equal(sent.status, 201, sent.text);
    const { page, signIn } = await operator({ colorScheme: 'dark' });
    await signIn('olga', '#webhooks');
    await askedTwice(
      page,
      en.deleteWebhookAsk.replace('{host}', new URL(receiver.url).host),
      'that wait and are forgotten: 1.',
    );
    await page.getByText(en.webhookDeletedSaid).waitFor();
    await page.getByText(en.webhooksNone).waitFor();
  });

  test('before credentials are removed, with how many deliveries wait', async () => {
    const { page, signIn } = await operator();
    await signIn('olga', '#apps/app-b/channels/apns');
    await askedTwice(page, en.removeCredentials, 'Waiting now: 1.');
    await page.getByText(en.nothingStored).waitFor();
    assert.deepEqual(hub.registry.credentials.list('app-b'), []);
  });

  test('before an app is blocked, with how many webhooks end, and before it is let in again', async () => {
    await using receiver = await openReceiver();
    const watch = await hub.request('POST', '/v1.0/subscriptions', { token, body: watchOf(receiver.url) });
    assert.equal(watch.status, 201, watch.text);
    const { page, signIn } = await operator();
    await signIn('olga', '#apps/app-b');
    await askedTwice(page, en.block, 'Webhooks that end for good: 1.');
    await page.locator('main').getByText(en.blocked, { exact: true }).waitFor();
    assert.equal(hub.registry.apps.findById('app-b')?.blocked, true);
    await askedTwice(page, en.unblock, en.unblockWill);
    await page.locator('main').getByRole('button', { name: en.block, exact: true }).waitFor();
    assert.equal(hub.registry.apps.findById('app-b')?.blocked, false);
  });
});
