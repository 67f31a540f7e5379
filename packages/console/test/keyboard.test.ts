// The whole way of an operator by keyboard alone in a real browser: sign in, search, a person, a notification, failed deliveries,
// sending them again, the composer, the audit. Focus is seen, kept in dialogs, given back, and put where the content is.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { password, post, subscribe, userNames } from '@carillon/testing/hub/hub.ts';
import { consoleTexts as en } from '@carillon/words/console/en';
import { page as pageTexts } from '@carillon/words/en';
import type { Locator, Page } from 'playwright-core';
import { axeFindings } from './support/axe.ts';
import { openConsole, operators } from './support/operator.ts';
import { startPushService, webPushKeys } from './support/push-service.ts';

const { hub, operator } = await openConsole({ settings: { 'allow-private-push': true } });
const service = await startPushService();
const appNotificationId = 'lunch-of-today';

/** More than any page has to stop at on the way to what is meant. */
const stopsMax = 120;

async function hasFocus(what: Locator): Promise<boolean> {
  if ((await what.count()) === 0) return false;
  return what.first().evaluate((element) => {
    const root = element.getRootNode();
    return (root instanceof ShadowRoot || root instanceof Document) && root.activeElement === element;
  });
}

/** What closed gives the focus back in its own time. bound: the page's, of each wait */
async function getsFocus(page: Page, what: Locator): Promise<void> {
  await page.waitForFunction(
    (element) => {
      const root = element?.getRootNode();
      return root instanceof ShadowRoot && root.activeElement === element;
    },
    await what.first().elementHandle(),
  );
}

async function assertSeen(what: Locator): Promise<void> {
  const outline = await what.first().evaluate((element) => getComputedStyle(element).outlineStyle);
  assert.notEqual(outline, 'none', `the focus is seen on ${what}`);
}

async function tabTo(page: Page, what: Locator): Promise<void> {
  await what.first().waitFor();
  for (let stop = 0; stop < stopsMax; stop++) {
    if (await hasFocus(what)) return assertSeen(what);
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never comes to ${what}`);
}

async function press(page: Page, what: Locator): Promise<void> {
  await tabTo(page, what);
  await page.keyboard.press('Enter');
}

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** What the page is called is in its title, said to who can't see it, and where the focus is now. */
async function arrivedAt(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await page
    .locator('p.sr[role=status]')
    .filter({ hasText: `${name} is shown` })
    .waitFor({ state: 'attached' });
  assert.equal(await page.title(), `${name} – Carillon`);
}

function startsInContent(page: Page): Promise<void> {
  return getsFocus(page, page.locator('#content'));
}

before(async () => {
  await subscribe(hub, {
    ...{ displayName: 'Alice’s browser', installationId: 'browser', platformType: 'webPush' },
    channel: { type: 'webPush', endpoint: `${service.url}/alice`, keys: webPushKeys() },
  });
  const body = post({ appNotificationId });
  const sent = await hub.request('POST', '/v1.0/me/notifications', {
    token: hub.token({ user: 'alice' }),
    body,
  });
  assert.equal(sent.status, 201);
  await service.refused;
});

suite('by keyboard alone', () => {
  test('an operator comes from the sign-in to sending again what failed, and to the audit of it', async () => {
    const { page, open, complaints } = await operator();
    await open();
    await press(page, page.getByRole('button', { name: pageTexts.signIn }));
    await page.locator('input[name=name]').waitFor();
    await tabTo(page, page.locator('input[name=name]'));
    await page.keyboard.type(operators.olga);
    await tabTo(page, page.locator('input[name=password]'));
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await arrivedAt(page, en.overview);

    await search(page, 'alice@');
    await arrivedAt(page, userNames.alice);
    await startsInContent(page);
    await search(page, appNotificationId);
    await arrivedAt(page, appNotificationId);
    await startsInContent(page);
    await press(page, page.getByRole('button', { name: en.showContent }));
    await page.getByText('Lunch is ready').waitFor();

    await press(page, page.locator('nav.rail').getByRole('link', { name: en.failed }));
    await arrivedAt(page, en.failed);
    await startsInContent(page);
    const cause = page.getByRole('button', { name: 'HTTP 400 Web Push · app-a' });
    await press(page, cause);
    await page.locator('main').getByText(userNames.alice).waitFor();
    assert.equal(await cause.getAttribute('aria-expanded'), 'true');
    await sendAgain(page);

    await press(page, page.locator('nav.rail').getByRole('link', { name: en.compose }));
    await arrivedAt(page, en.compose);
    await tabTo(page, page.getByLabel(en.forWhom));
    await page.keyboard.type(userNames.alice);
    await tabTo(page, page.getByLabel(en.titleField));
    await page.keyboard.type('Soup of the day');
    await page.getByText(en.isPushed).waitFor();
    await press(page, page.locator('summary', { hasText: en.request }));
    await page.getByText('"method": "POST"').waitFor();

    await press(page, page.locator('nav.rail').getByRole('link', { name: en.audit }));
    await arrivedAt(page, en.audit);
    await page.locator('main li').filter({ hasText: 'contentViewed' }).first().waitFor();
    await page.goBack();
    await arrivedAt(page, en.compose);
    assert.deepEqual(complaints, []);
  });

  test('the menu of the account opens, keeps its focus in sight, and Escape gives it back', async () => {
    const { page, signIn } = await operator({ viewport: { width: 360, height: 800 } });
    await signIn('olga', '#apps');
    await arrivedAt(page, en.apps);
    const account = page.locator('button.account');
    await press(page, account);
    await tabTo(page, page.getByRole('button', { name: pageTexts.signOut }));
    await page.keyboard.press('Escape');
    await getsFocus(page, account);
    await press(page, page.getByRole('button', { name: en.menu }));
    await press(page, page.locator('#menu').getByRole('link', { name: en.webhooks }));
    await arrivedAt(page, en.webhooks);
    await startsInContent(page);
    assert.equal(await page.locator('#menu').isVisible(), false);
  });
});

/** First asked and left by Escape, then asked and done. */
async function sendAgain(page: Page): Promise<void> {
  const again = page.getByRole('button', { name: en.redrive, exact: true });
  const dialog = page.getByRole('dialog');
  await press(page, again.first());
  await dialog.waitFor();
  const [no, yes] = [
    dialog.getByRole('button', { name: en.cancel }),
    dialog.getByRole('button', { name: en.redrive }),
  ];
  assert.equal(await hasFocus(no), true, 'what does nothing has the focus first');
  assert.deepEqual(await axeFindings(page), []);
  const stops = new Set<boolean>();
  for (let stop = 0; stop < 6; stop++) {
    await page.keyboard.press('Tab');
    stops.add(
      await page
        .locator('main')
        .evaluate((main) => main.contains((main.getRootNode() as ShadowRoot).activeElement)),
    );
  }
  assert.deepEqual([...stops], [false], 'Tab stays out of the page below');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await getsFocus(page, again);
  service.mend();
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await tabTo(page, yes);
  await page.keyboard.press('Enter');
  await service.accepted;
  await page.getByText(en.failedNone).waitFor();
  await startsInContent(page);
}
