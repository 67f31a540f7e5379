// The console in a real browser at a real hub that is served below a path: what it weighs, who gets in, what each role sees, in
// five languages, at both widths, by keyboard, and without a finding of axe.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { directionOf, languages } from '@carillon/words';
import { consoleTexts as ar } from '@carillon/words/console/ar';
import { consoleTexts as de } from '@carillon/words/console/de';
import { consoleTexts as en } from '@carillon/words/console/en';
import { consoleTexts as fr } from '@carillon/words/console/fr';
import { consoleTexts as ja } from '@carillon/words/console/ja';
import { axeFindings, overflow } from './support/axe.ts';
import { openConsole, operators } from './support/operator.ts';

const { hub, publicUrl, operator } = await openConsole();
const catalogues = { en, de, fr, ja, ar };

const dist = join(import.meta.dirname, '..', 'dist');
const firstLoadBytesMax = 120 * 1024;

suite('the built console', () => {
  test('loads at most 120 KiB at first, compressed with gzip, in every language', (context) => {
    const read = (path: string): Buffer => readFileSync(join(dist, path));
    const bytesOf = (path: string): number => gzipSync(read(path), { level: 9 }).length;
    const assets = readdirSync(join(dist, 'assets')).filter((name) => /\.(js|css)$/.test(name));
    const first = new Set<string>(['index.html']);
    for (const [, path = ''] of read('index.html')
      .toString()
      .matchAll(/"console\/(assets\/[^"]+)"/g))
      first.add(path);
    for (const path of first)
      for (const [, name = ''] of read(path)
        .toString()
        .matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
        first.add(`assets/${name}`);
    // The language, and the sight that is shown first.
    const later = assets.map((name) => bytesOf(`assets/${name}`)).sort((a, b) => b - a);
    const bytes =
      [...first].reduce((sum, path) => sum + bytesOf(path), 0) + (later[0] ?? 0) + (later[1] ?? 0);
    context.diagnostic(`at most ${bytes} bytes of ${firstLoadBytesMax}`);
    assert.ok(bytes <= firstLoadBytesMax, `${bytes} bytes: ${[...first].join(', ')}`);
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

suite('in every language', () => {
  for (const tag of languages) {
    test(`${tag}: it runs the right way, fits a phone, and axe finds nothing`, async () => {
      const { page, signIn, complaints } = await operator({
        locale: tag,
        viewport: { width: 360, height: 800 },
      });
      await signIn('olga', '#people');
      await page.getByRole('heading', { name: catalogues[tag].people, exact: true }).waitFor();
      const root = page.locator('html');
      assert.deepEqual(
        [await root.getAttribute('lang'), await root.getAttribute('dir')],
        [tag, directionOf(tag)],
      );
      for (const hash of ['#people', '#audit']) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await page.locator('main .rows').waitFor();
        assert.equal(await overflow(page), 0, hash);
        assert.deepEqual(await axeFindings(page), [], hash);
      }
      assert.deepEqual(complaints, []);
    });
  }
});
