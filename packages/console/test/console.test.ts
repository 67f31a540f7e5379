// The console in a real browser at a real hub that is served below a path: what it weighs, who gets in, what each role sees, in
// five languages, at both widths, by keyboard, and without a finding of axe.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { post, subscribe, userNames } from '@carillon/testing/hub/hub.ts';
import { directionOf, languages } from '@carillon/words';
import { consoleTexts as ar } from '@carillon/words/console/ar';
import { consoleTexts as de } from '@carillon/words/console/de';
import { consoleTexts as en } from '@carillon/words/console/en';
import { consoleTexts as fr } from '@carillon/words/console/fr';
import { consoleTexts as ja } from '@carillon/words/console/ja';
import { axeFindings, overflow } from './support/axe.ts';
import { showLastHour } from './support/last-hour.ts';
import { openConsole, operators } from './support/operator.ts';
import { startPushService, webPushKeys } from './support/push-service.ts';
import { showRedriveUnderWay } from './support/redrive-under-way.ts';
import { firstLoad } from './support/weight.ts';

const { hub, publicUrl, operator } = await openConsole({ settings: { 'allow-private-push': true } });
const service = await startPushService();
await subscribe(hub, {
  ...{ displayName: 'Alice’s browser', installationId: 'browser', platformType: 'webPush' },
  channel: { type: 'webPush', endpoint: `${service.url}/alice`, keys: webPushKeys() },
});
const posted = await hub.request('POST', '/v1.0/me/notifications', {
  token: hub.token({ user: 'alice' }),
  body: post({ payload: { visualContent: { title: 'Lunch is ready' } } }),
});
const places = [
  '#overview',
  '#people',
  `#people/${hub.userIds.alice}`,
  `#notifications/${posted.json.id}`,
  '#apps',
  '#apps/app-a',
  '#apps/app-a/channels/apns',
  '#failed',
  '#webhooks',
  '#nodes',
  '#compose',
  '#start',
  '#audit',
];
const catalogues = { en, de, fr, ja, ar };

const firstLoadBytesMax = 120 * 1024;

suite('the built console', () => {
  test('loads at most 120 KiB at first, compressed with gzip, in every language', (context) => {
    const { bytes, files } = firstLoad();
    context.diagnostic(`at most ${bytes} bytes of ${firstLoadBytesMax}`);
    assert.ok(bytes <= firstLoadBytesMax, `${bytes} bytes: ${[...files].join(', ')}`);
  });

  test('is served under a policy that allows its own files and the hub alone, and nothing beside them', async () => {
    const { status, headers, text } = await hub.request('GET', '/console');
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'no-cache');
    assert.equal(headers['x-frame-options'], 'DENY');
    const policy = String(headers['content-security-policy']);
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ])
      assert.ok(policy.includes(rule), policy);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
    for (const path of ['/console/.stamp', '/console/..%2fpackage.json', '/console/__proto__'])
      assert.equal((await hub.request('GET', path)).status, 404, path);
    const [slash, start] = [
      await hub.request('GET', '/console/'),
      await hub.request('GET', '/console/start'),
    ];
    assert.deepEqual([slash.status, slash.headers.location], [302, '/hub/console']);
    assert.deepEqual([start.status, start.headers.location], [302, '/hub/console#start']);
  });
});

suite('signing in', () => {
  test('leads an operator to the place that was asked for, and leaves neither code nor lasting token', async () => {
    const { page, signIn, complaints } = await operator();
    await signIn('olga', '#people');
    await page.getByRole('heading', { name: en.people }).waitFor();
    await page.getByRole('link', { name: operators.rita }).waitFor();
    assert.equal(page.url(), `${publicUrl}/console#people`);
    assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
    await page.reload();
    await page.getByRole('link', { name: operators.rita }).waitFor();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: en.consoleTitle }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.deepEqual(complaints, []);
  });

  test('tells a person who is no operator so, and how to become one', async () => {
    const { page, signIn } = await operator();
    await signIn('alice');
    await page.getByRole('heading', { name: en.noOperatorTitle }).waitFor();
    await page.getByText('npx carillon user create --operator').waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  test('holds until the hub takes the token no longer, and goes on at the same place', async () => {
    const { page, signIn } = await operator();
    await signIn('rita', '#audit');
    await page.getByText('signedIn').first().waitFor();
    await page.evaluate(() => {
      const kept = JSON.parse(sessionStorage.getItem('carillon-console') ?? '{}');
      sessionStorage.setItem(
        'carillon-console',
        JSON.stringify({ ...kept, accessToken: `${kept.accessToken}x` }),
      );
    });
    await page.reload();
    await page.getByText(en.sessionOver).waitFor();
    assert.equal(new URL(page.url()).hash, '#audit');
  });
});

suite('an operator who may change everything', () => {
  test('finds a person by the beginning of the name, by keyboard alone', async () => {
    const { page, signIn } = await operator();
    await signIn('olga', '#audit');
    await page.getByRole('heading', { name: en.audit }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('alice@');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: userNames.alice }).waitFor();
    await page.getByText('Alice’s browser').waitFor();
  });

  test('is asked before a person is kept out, and lets the person in again', async () => {
    const { page, signIn, complaints } = await operator();
    await signIn('olga', `#people/${hub.userIds.bob}`);
    await page.getByRole('button', { name: en.disable }).click();
    await page.getByRole('dialog').getByText('Ends at once all').waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await page.keyboard.press('Escape');
    assert.equal((await hub.registry.users.findById(hub.userIds.bob))?.disabled ?? false, false);
    await page.getByRole('button', { name: en.disable }).click();
    await page.getByRole('dialog').getByRole('button', { name: en.disable }).click();
    await page.getByRole('button', { name: en.enable }).click();
    await page.getByText(en.maySignIn, { exact: true }).waitFor();
    assert.deepEqual(
      complaints.filter((each) => !/404/.test(each)),
      [],
    );
  });

  test('erases a person only after typing the name', async () => {
    const id = 'cc000000-0000-4000-8000-000000000005';
    await hub.registry.users.put({ id, name: 'carol@contoso.example', passwordHash: '', operator: false });
    const { page, signIn } = await operator();
    await signIn('olga', `#people/${id}`);
    await page.getByRole('button', { name: en.erase }).click();
    const dialog = page.getByRole('dialog');
    const sure = dialog.getByRole('button', { name: en.erase });
    await dialog.getByRole('textbox').fill('carol');
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByRole('textbox').fill('carol@contoso.example');
    await sure.click();
    await page.getByRole('heading', { name: en.people, exact: true }).waitFor();
    assert.equal(await hub.registry.users.findById(id), null);
  });

  test('sees what happened to a notification on each device, and its content once it is asked for', async () => {
    const { page, signIn } = await operator();
    await service.refused;
    await signIn('olga', '#people');
    await page.getByLabel(en.searchFor).fill(posted.json.id);
    await page.keyboard.press('Enter');
    const device = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: 'Alice’s browser' }) });
    const refused = device.getByText('Refused · 400');
    await device.getByText(en.evPlanned).waitFor();
    while (!(await refused.isVisible())) {
      const answer = page.waitForResponse(/timeline/);
      await page.getByRole('button', { name: en.reload }).click();
      await answer;
    }
    await page.getByText(en.evCommitted).waitFor();
    assert.equal(await page.getByText('Lunch is ready').count(), 0);
    await page.getByRole('button', { name: en.showContent }).click();
    await page.getByText('Lunch is ready').waitFor();
    const [entry] = await hub.registry.audit.list({ before: null, limit: 1 });
    assert.equal(entry?.what, 'contentViewed');
  });

  test('composes a notification, and sees which of a person’s devices would ring', async () => {
    const { page, signIn, complaints } = await operator();
    await signIn('olga', '#compose?app=app-a');
    await page.getByLabel(en.forWhom).fill(userNames.alice);
    await page.getByLabel(en.titleField).fill('Soup of the day');
    await page.getByText(en.isPushed).waitFor();
    assert.equal(await page.locator('.banner strong').filter({ hasText: 'Soup of the day' }).count(), 4);
    await page.getByText(en.request).click();
    await page.getByText('"method": "POST"').waitFor();
    await page.locator('.banner.webPush').getByText('a.example').waitFor();
    assert.deepEqual(complaints, []);
    const url = page.getByLabel(en.urlField);
    await url.fill('lunch');
    await page.getByText('must be an absolute URL').waitFor();
    const said = await url.getAttribute('aria-describedby');
    assert.deepEqual([await url.getAttribute('aria-invalid'), said], ['true', 'url-problem']);
    assert.deepEqual(await axeFindings(page), []);
    await url.fill('https://a.example/lunch');
    await page.getByText(en.isPushed).waitFor();
    assert.equal(await url.getAttribute('aria-invalid'), null);
    await page.getByLabel(en.forWhom).fill('nobody@contoso.example');
    await page.getByText(en.noSuchPerson).waitFor();
  });

  test('sees the last hour at the first look, and where there is nothing yet', async () => {
    const { page, profile, signIn } = await operator();
    await showLastHour(profile);
    await signIn('olga', '#overview');
    const chart = (name: string) => page.locator('carillon-chart').filter({ hasText: name });
    for (const name of [en.posted, en.deliveries, en.backlog]) await chart(name).locator('canvas').waitFor();
    await chart(en.latency).getByText(en.noPoints).waitFor();
    await page.locator('main li').filter({ hasText: 'apns' }).getByText('0', { exact: true }).waitFor();
  });

  test('filters the audit by keyboard, and passes the sight of it on in the address', async () => {
    const { page, signIn } = await operator();
    await signIn('olga', '#audit?from=2020-01-31T12:00:00.000Z');
    const rows = page.locator('main li');
    await rows.filter({ hasText: 'signedIn' }).first().waitFor();
    await page.getByLabel(en.auditWhat, { exact: true }).fill('contentViewed');
    await page.keyboard.press('Enter');
    await rows.filter({ hasText: 'signedIn' }).first().waitFor({ state: 'detached' });
    await page.reload();
    await rows.filter({ hasText: 'contentViewed' }).first().waitFor();
    assert.equal(await page.getByLabel(en.auditWhat, { exact: true }).inputValue(), 'contentViewed');
    assert.match(page.url(), /#audit\?what=contentViewed&from=2020-01-31T12%3A00%3A00.000Z$/);
    await page.getByRole('link', { name: en.auditClear }).click();
    await rows.filter({ hasText: 'signedIn' }).first().waitFor();
  });

  test('signs a session of a person out', async () => {
    const [alice, olga] = [await operator(), await operator()];
    await alice.signIn('alice');
    await alice.page.getByRole('heading', { name: en.noOperatorTitle }).waitFor();
    await olga.signIn('olga', `#people/${hub.userIds.alice}`);
    const buttons = olga.page.locator('main').getByRole('button', { name: en.signOutOf });
    await buttons.first().waitFor();
    const before = await buttons.count();
    await buttons.first().click();
    await olga.page.getByRole('dialog').getByRole('button', { name: en.signOutOf }).click();
    await buttons.nth(before - 1).waitFor({ state: 'detached' });
  });

  test('sees a failed delivery with its cause, and sends it again once that is mended', async () => {
    const { page, signIn } = await operator();
    await signIn('olga', '#people');
    await service.refused;
    await page.getByRole('link', { name: en.failed }).click();
    const cause = page.getByRole('button', { name: 'HTTP 400 Web Push · app-a' });
    // The attempt's end is committed after the answer.
    await page.getByText(en.failedNone).or(cause).waitFor();
    while (!(await cause.isVisible())) {
      await page.reload();
      await page.getByText(en.failedNone).or(cause).waitFor();
    }
    await cause.click();
    await page.getByText(userNames.alice).first().waitFor();
    service.mend();
    await page.getByRole('button', { name: en.redrive, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Sends \d+ deliveries .* HTTP 400 · Web Push · app-a\./).waitFor();
    await dialog.getByRole('button', { name: en.redrive }).click();
    await service.accepted;
    await page.getByText(en.failedNone).waitFor();
  });

  test('sees a redrive that is under way, also after a reload, and stops it', async () => {
    const { page, profile, signIn } = await operator({ viewport: { width: 360, height: 800 } });
    await showRedriveUnderWay(profile);
    await signIn('olga', '#failed');
    await page.getByText('Sent again: 40 of 200').waitFor();
    assert.deepEqual([await overflow(page), await axeFindings(page)], [0, []]);
    await page.reload();
    await page.getByText('Sent again: 40 of 200').waitFor();
    await page.getByRole('button', { name: en.stop }).click();
    await page.getByText('Sent again: 40', { exact: true }).waitFor();
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
  });
});

test('an operator who may only look finds no button that changes anything', async () => {
  const { page, profile, signIn, show, complaints } = await operator();
  await showRedriveUnderWay(profile);
  await signIn('rita', '#people');
  // A dry run changes nothing.
  for (const hash of places.filter((each) => each !== '#compose')) {
    await show(hash);
    const names = await page.locator('main button').allTextContents();
    const harmless = new Set<string>([en.showMore, en.reload, en.auditFilter]);
    assert.deepEqual(
      names.filter((each) => !harmless.has(each.trim()) && !/HTTP 400/.test(each)),
      [],
      hash,
    );
    const fields = hash === '#audit' ? 'main textarea' : 'main input, main textarea';
    assert.equal(await page.locator(fields).count(), 0, hash);
  }
  await show(`#notifications/${posted.json.id}`);
  await page.getByText(en.contentHidden).waitFor();
  assert.deepEqual(
    complaints.filter((each) => !/404/.test(each)),
    [],
  );
});

/** The templates are the same in all: one that runs each way, light and dark. */
const axed: ReadonlySet<string> = new Set(['en', 'ar']);

suite('in every language', () => {
  for (const tag of languages) {
    test(`${tag}: it runs the right way, fits a phone, and axe finds nothing where it looks`, async () => {
      const { page, signIn, show, complaints } = await operator({
        locale: tag,
        colorScheme: tag === 'ar' ? 'dark' : 'light',
        viewport: { width: 360, height: 800 },
      });
      await signIn('olga', '#people');
      await page.getByRole('heading', { name: catalogues[tag].people, exact: true }).waitFor();
      const root = page.locator('html');
      assert.deepEqual(
        [await root.getAttribute('lang'), await root.getAttribute('dir')],
        [tag, directionOf(tag)],
      );
      for (const hash of places) {
        await show(hash);
        assert.equal(await overflow(page), 0, hash);
        if (axed.has(tag)) assert.deepEqual(await axeFindings(page), [], hash);
      }
      // What is not set is answered 404, which Chromium logs.
      assert.deepEqual(
        complaints.filter((each) => !/404/.test(each)),
        [],
      );
    });
  }
});
