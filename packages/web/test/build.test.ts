// What the page weighs, as its users load it: everything that is fetched before it can be used, and what follows.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildPage } from '../build.ts';

const dist = join(import.meta.dirname, '..', 'dist');
const firstLoadBytesMax = 60 * 1024;
/** What stands beside the inbox, and the sign-in. */
const laterBytesMax = 16 * 1024;

await buildPage({ always: false });
const read = (path: string): Buffer => readFileSync(join(dist, path));
const scripts = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js'));
const bytesOf = (name: string): number => gzipSync(read(`assets/${name}`), { level: 9 }).length;
const sum = (names: readonly string[]): number => names.reduce((total, name) => total + bytesOf(name), 0);

/** The entry, and what it imports without waiting for anything. */
function firstScripts(): string[] {
  const entry = /src="inbox\/assets\/([^"]+\.js)"/.exec(read('index.html').toString())?.[1] ?? '';
  const found = new Set([entry]);
  for (const name of found) {
    const imported = read(`assets/${name}`)
      .toString()
      .matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g);
    for (const [, other = ''] of imported) found.add(other);
  }
  return [...found];
}

const first = firstScripts();
const languages = scripts.filter((name) => /^(de|fr|ja|ar)-/.test(name));
const later = scripts.filter((name) => !first.includes(name) && !languages.includes(name));

test('the first load has at most 60 KiB of JavaScript, minified and compressed with gzip, in every language', (context) => {
  assert.equal(languages.length, 4, 'a file for each language but English, which the page has');
  const bytes = sum(first) + Math.max(...languages.map(bytesOf));
  context.diagnostic(`${bytes} bytes of ${firstLoadBytesMax}`);
  assert.ok(bytes <= firstLoadBytesMax, `${bytes} bytes: ${first.join(', ')}`);
});

test('the first load is one file, and devices, sessions and the sign-in are no part of it', () => {
  assert.equal(first.length, 1, first.join(', '));
  const text = read(`assets/${first[0]}`).toString();
  for (const absent of ['carillon-devices', 'carillon-sessions', 'code_challenge'])
    assert.ok(!text.includes(absent), absent);
});

test('what follows has a bound, and needs no other file than those of the first load', (context) => {
  assert.ok(later.length > 0);
  const bytes = sum(later);
  context.diagnostic(`${bytes} bytes of ${laterBytesMax}`);
  assert.ok(bytes <= laterBytesMax, `${bytes} bytes: ${later.join(', ')}`);
  for (const name of later)
    for (const [, other = ''] of read(`assets/${name}`)
      .toString()
      .matchAll(/from\s*["'`]\.\/([^"'`]+)["'`]/g))
      assert.ok(first.includes(other), `${name}: ${other}`);
});

test('the service worker keeps every file of the page, and itself needs no other', () => {
  const worker = read('service-worker.js').toString();
  for (const name of readdirSync(join(dist, 'assets')).filter((each) => !/\.(br|gz)$/.test(each)))
    assert.ok(worker.includes(`assets/${name}`), name);
  assert.doesNotMatch(worker, /\bimport\b\s*[({"']|importScripts/);
});

test('a build of the same sources has nothing to do', async () => {
  assert.equal(await buildPage({ always: false }), false);
});

test('the manifest names icons that are there, maskable ones among them', () => {
  const { icons, scope } = JSON.parse(read('manifest.webmanifest').toString());
  assert.equal(scope, '../inbox');
  assert.ok(icons.some(({ purpose }: { purpose?: string }) => purpose === 'maskable'));
  for (const { src, sizes } of icons as { src: string; sizes: string }[]) {
    const image = read(src);
    if (sizes === 'any') assert.match(image.toString(), /^<svg/);
    else assert.equal(`${image.readUInt32BE(16)}x${image.readUInt32BE(20)}`, sizes, src);
  }
});
