// The documentation at /docs as a reader has it: every link of every page leads somewhere, behind a proxy that serves the hub
// below a path too; it can be searched and used by keyboard, on a phone, in both themes; and nothing comes from another host.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { axeFindings, overflow } from '../../console/test/support/axe.ts';
import { openConsole } from '../../console/test/support/operator.ts';
import { linkBetween, pages, placeOfPage } from '../site/pages.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');
const { hub, publicUrl, operator } = await openConsole();
const addressOf = (place: string): string => publicUrl + place;
const looks: readonly BrowserContextOptions[] = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 800 } },
];

interface Read {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const read = new Map<string, Promise<Read>>();

/** As a client behind the proxy; each address once. */
function readAt(address: string): Promise<Read> {
  const known = read.get(address);
  if (known) return known;
  const reading = fetch(address, { redirect: 'manual' }).then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  read.set(address, reading);
  return reading;
}

function linksOf(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src|data-index)="([^"]*)"/g)].map(([, link = '']) =>
    link.replaceAll('&amp;', '&'),
  );
}

function policyOf({ headers }: Read): string {
  return headers.get('content-security-policy') ?? '';
}

suite('each page', () => {
  test('is served as what it is, under a policy that allows the own files alone', async () => {
    for (const page of pages) {
      const answer = await readAt(addressOf(placeOfPage(page)));
      assert.equal(answer.status, 200, page.address);
      assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.match(policyOf(answer), /default-src 'none'.*script-src 'self'; style-src 'self';/);
      assert.doesNotMatch(policyOf(answer), /unsafe|https?:|\*/);
      assert.doesNotMatch(answer.text, /<script(?![^>]*\bsrc=)|<style|\son\w+="|\sstyle="/, page.address);
      assert.match(answer.text, /<h1 id=/, page.address);
    }
  });

  test('links only to what is there: other pages, their headings, files, and the hub', async () => {
    const broken: string[] = [];
    for (const page of pages) {
      const here = addressOf(placeOfPage(page));
      for (const link of linksOf((await readAt(here)).text)) {
        const { href, hash } = new URL(link, here);
        if (!href.startsWith(`${publicUrl}/`)) {
          // A page of another host is only ever followed by who reads.
          if (!(await readAt(here)).text.includes(`href="${link.replaceAll('&', '&amp;')}" rel="noreferrer"`))
            broken.push(`${page.address}: ${link}`);
          continue;
        }
        const target = await readAt(href.slice(0, href.length - hash.length));
        const anchor = decodeURIComponent(hash.slice(1));
        const isThere = target.status === 200 && (anchor === '' || target.text.includes(`id="${anchor}"`));
        if (!isThere) broken.push(`${page.address}: ${link} ${target.status}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  test('is in the navigation, and no document of docs/ is left out', async () => {
    const { text } = await readAt(addressOf('/docs'));
    for (const page of pages.filter(({ address }) => address !== ''))
      assert.ok(text.includes(`<li><a href="docs/${page.address}">`), page.address);
    const documents = globSync('docs/**/*.md', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
    const served = new Set(pages.map(({ document }) => document));
    assert.deepEqual(
      documents.filter((path) => !served.has(path)),
      [],
    );
  });

  test('has its drawings in it, with words for who does not see them', async () => {
    const drawn = globSync('docs/concepts/*.md', { cwd: root });
    assert.ok(drawn.length >= 6);
    for (const path of drawn) {
      const { text } = await readAt(addressOf(`/${path.replaceAll('\\', '/').replace(/\.md$/, '')}`));
      assert.match(text, /<svg role="img" aria-label="[^"]{80,}"/, path);
    }
  });
});

suite('the answers', () => {
  test('are compressed, and are not sent again to who has them', async () => {
    const address = addressOf('/docs/api');
    for (const encoding of ['br', 'gzip', 'identity']) {
      const answer = await fetch(address, { headers: { 'accept-encoding': encoding } });
      assert.equal(answer.headers.get('content-encoding'), encoding === 'identity' ? null : encoding);
      assert.equal(answer.headers.get('vary'), 'Accept-Encoding');
      assert.match(await answer.text(), /<h1/);
    }
    const { headers } = await readAt(address);
    assert.equal(headers.get('cache-control'), 'no-cache');
    const again = await fetch(address, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    assert.deepEqual([again.status, await again.text()], [304, '']);
    const head = await hub.request('HEAD', '/docs/api');
    assert.deepEqual([head.status, head.text], [200, '']);
  });

  test('of files last in caches, since a name holds its hash', async () => {
    const { text } = await readAt(addressOf('/docs'));
    const files = linksOf(text).filter((link) => link.includes('/assets/'));
    assert.ok(files.length >= 4, String(files));
    for (const file of files) {
      const { headers } = await readAt(addressOf(`/${file}`));
      assert.match(headers.get('cache-control') ?? '', /immutable/, file);
    }
  });

  test('with a slash too many lead to the page, and nothing else is there', async () => {
    for (const [asked, place] of [
      ['/docs/', '/docs'],
      ['/docs/start/', '/docs/start'],
      ['/docs/concepts/feed/', '/docs/concepts/feed'],
      ['/docs/reference/', '/docs/reference'],
    ] as const) {
      const { status, headers } = await readAt(addressOf(asked));
      assert.deepEqual([status, headers.get('location')], [302, new URL(addressOf(place)).pathname], asked);
    }
    for (const asked of [
      ...['/docs/none', '/docs/none/', '/docs/concepts', '/docs/start.html', '/docs/index.html'],
      ...['/docs/.stamp', '/docs/assets/', '/docs/api.html.br', '/docs/__proto__', '/docs/%0d%0ax/'],
      ...['/docs/..%2f..%2fpackage.json', '/docs/reference/none', '/docs/reference/.stamp'],
    ])
      assert.equal((await hub.request('GET', asked)).status, 404, asked);
  });
});

suite('in a browser', () => {
  const axed = new Set(['', 'start', 'concepts/deliveries', 'guides/operator', 'configuration', 'api']);
  for (const { look, shown } of [
    { look: looks[0], shown: pages.filter(({ address }) => axed.has(address)) },
    { look: looks[1], shown: pages },
  ]) {
    const name = `${look?.colorScheme}, ${look?.viewport?.width} pixels wide`;
    test(`${name}: each page fits, axe finds nothing, and nothing comes from elsewhere`, async () => {
      const { page, complaints } = await operator(look);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      for (const each of shown) {
        await page.goto(addressOf(placeOfPage(each)));
        assert.equal(await overflow(page), 0, each.address);
        if (axed.has(each.address)) assert.deepEqual(await axeFindings(page), [], each.address);
      }
      const foreign = asked.filter((url) => !url.startsWith(`${publicUrl}/`) && !url.startsWith('data:'));
      assert.deepEqual([foreign, complaints], [[], []]);
    });
  }

  test('by keyboard the search leads to a word on another page', async () => {
    const { page, complaints } = await operator();
    await page.goto(addressOf('/docs/start'));
    await page.keyboard.press('/');
    const box = page.getByRole('combobox');
    await box.fill('generation raise');
    const options = page.getByRole('option');
    await options.first().waitFor();
    await page.keyboard.press('ArrowDown');
    assert.equal(await options.nth(1).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('ArrowUp');
    assert.deepEqual(await axeFindings(page), []);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/docs\/(?!start)/);
    await page.getByText('generation raise').first().waitFor();
    await page.keyboard.press('Control+k');
    await box.fill('quetzalcoatl');
    await page.getByText('Nothing is found for “quetzalcoatl”.').waitFor();
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
    // Again on the same page, over the words of before.
    await page.keyboard.press('/');
    await page.keyboard.type('backup');
    await options.first().waitFor();
    await page.keyboard.press('Escape');
    await page.goto(addressOf('/docs'));
    await page.keyboard.press('/');
    await page.keyboard.type('quiet hours');
    await options.first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname !== '/hub/docs');
    assert.deepEqual(complaints, []);
  });

  test('a search whose index can not be read says so, and works once it can', async () => {
    const { page } = await operator();
    await page.route('**/assets/search-*.json', (route) => route.abort());
    await page.goto(addressOf('/docs/start'));
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('combobox').fill('backup');
    await page.getByText('The index of the search could not be read.').waitFor();
    await page.unroute('**/assets/search-*.json');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('combobox').fill('backups');
    await page.getByRole('option').first().waitFor();
  });

  test('by keyboard a reader of a phone skips to the text, and opens the pages and another theme', async () => {
    const { page } = await operator(looks[1]);
    await page.goto(addressOf('/docs/start'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
    const menu = page.getByRole('button', { name: 'Pages' });
    await menu.press('Enter');
    const pagesOfSite = page.locator('#nav');
    await pagesOfSite.waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await page.keyboard.press('Escape');
    await pagesOfSite.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Dark or light' }).press('Enter');
    const theme = (): Promise<string> => page.evaluate(() => document.documentElement.dataset.theme ?? '');
    assert.equal(await theme(), 'light');
    for (const place of ['/docs/start', '/docs/reference']) {
      await page.goto(addressOf(place));
      assert.equal(await theme(), 'light', place);
    }
  });

  test('without scripts all pages can be read and reached', async () => {
    const { page } = await operator({ ...looks[1], javaScriptEnabled: false });
    await page.goto(addressOf('/docs'));
    await page.getByRole('button', { name: 'Pages' }).click();
    await page.locator('#nav').getByRole('link', { name: 'Settling on all devices' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settling on all devices' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Search' }).count(), 0);
  });
});

suite('the reference of the API', () => {
  for (const look of looks) {
    test(`shows the hub's own operations without a token, ${look.colorScheme}, ${look.viewport?.width} pixels wide`, async () => {
      const { page, complaints } = await operator(look);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      // An address of the time when the reference stood at /docs.
      await page.goto(addressOf('/docs#?route=post-/v1.0/me/notifications'));
      await page.waitForURL(`${publicUrl}/docs/reference#?route=post-/v1.0/me/notifications`);
      await page.getByText('NotificationPost').first().waitFor();
      await page.getByText('Carillon-Result says which').first().waitFor();
      assert.equal(await overflow(page), 0);
      const foreign = asked.filter((url) => !url.startsWith(`${publicUrl}/`) && !url.startsWith('data:'));
      assert.deepEqual([foreign, complaints], [[], []]);
      assert.ok(asked.includes(`${publicUrl}/openapi.json`));
      await page.getByRole('link', { name: 'Carillon docs' }).click();
      await page.waitForURL(addressOf('/docs'));
    });
  }

  test('is served under a policy of its own, and lasts in caches where a name holds its hash', async () => {
    const address = addressOf('/docs/reference');
    const page = await readAt(address);
    assert.equal(page.status, 200);
    for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'"])
      assert.ok(policyOf(page).includes(rule), policyOf(page));
    assert.doesNotMatch(policyOf(page), /https?:|\*/);
    for (const link of linksOf(page.text).filter((each) => !each.startsWith('data:'))) {
      const { status, headers } = await readAt(new URL(link, address).href);
      assert.equal(status, 200, link);
      if (link.includes('assets/')) assert.match(headers.get('cache-control') ?? '', /immutable/);
    }
  });
});

test('links between places are relative, so that a hub works below any path', () => {
  for (const [from, to, link] of [
    ['/docs', '/docs/start', 'docs/start'],
    ['/docs', '/inbox', 'inbox'],
    ['/docs/start', '/docs', '../docs'],
    ['/docs/start', '/docs/concepts/feed', 'concepts/feed'],
    ['/docs/concepts/feed', '/docs/concepts/nodes', 'nodes'],
    ['/docs/concepts/feed', '/docs/guides/person', '../guides/person'],
    ['/docs/concepts/feed', '/v1.0/$metadata', '../../v1.0/$metadata'],
  ] as const) {
    assert.equal(linkBetween(from, to), link);
    const base = 'https://example.com/bells';
    assert.equal(new URL(link, base + from).href, base + to);
  }
});
