// What the page weighs, as its users load it first: everything that is fetched before it can be used.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildPage } from '../build.ts';

const dist = join(import.meta.dirname, '..', 'dist');
const firstLoadBytesMax = 60 * 1024;

await buildPage({ always: false });
const read = (path: string): Buffer => readFileSync(join(dist, path));

test('the first load has at most 60 KiB of JavaScript, minified and compressed with gzip, in every language', () => {
  const scripts = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const bytesOf = (names: readonly string[]): number[] =>
    names.map((name) => gzipSync(read(`assets/${name}`), { level: 9 }).length);
  const languages = scripts.filter((name) => /^(de|fr|ja|ar)-/.test(name));
  assert.equal(languages.length, 4, 'a file for each language but English, which the page has');
  // A page loads one of them; everything else counts.
  const others = bytesOf(scripts.filter((name) => !languages.includes(name)));
  const sum = others.reduce((total, each) => total + each, Math.max(...bytesOf(languages)));
  assert.ok(sum <= firstLoadBytesMax, `${sum} bytes: ${scripts.join(', ')}`);
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
