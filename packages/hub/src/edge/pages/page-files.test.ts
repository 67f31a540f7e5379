import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { isKnown } from '../answer/not-modified.ts';
import { chooseEncoding, type PageFile, readPage } from './page-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-page-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const dist = join(folder, 'dist');
mkdirSync(join(dist, 'assets'), { recursive: true });
writeFileSync(join(folder, 'secret.js'), 'outside');
const files = {
  'index.html': 'page',
  'assets/index-abc.js': 'script',
  'assets/index-abc.js.br': 'br',
  'assets/index-abc.js.gz': 'gz',
  'icon-192.png': 'png',
  '.stamp': 'stamp',
  'notes.txt': 'no type',
};
for (const [path, text] of Object.entries(files)) writeFileSync(join(dist, path), text);
symlinkSync(join(folder, 'secret.js'), join(dist, 'link.js'));
const page = readPage(dist);
const script = page?.get('assets/index-abc.js') as PageFile;

suite('the files of the page', () => {
  test('are those with a known type: no compressed twins, stamps, links or strangers', () => {
    assert.deepEqual([...(page?.keys() ?? [])].sort(), ['assets/index-abc.js', 'icon-192.png', 'index.html']);
  });

  test('have their types, and are immutable when their name holds a hash', () => {
    const of = (path: string) => [page?.get(path)?.type, page?.get(path)?.immutable];
    assert.deepEqual(of('index.html'), ['text/html; charset=utf-8', false]);
    assert.deepEqual(of('assets/index-abc.js'), ['text/javascript; charset=utf-8', true]);
    assert.deepEqual(of('icon-192.png'), ['image/png', false]);
  });

  test('are none without a built page', () => {
    assert.equal(readPage(null), null);
    assert.equal(readPage(join(dist, 'assets')), null);
    assert.equal(readPage(join(folder, 'nowhere')), null);
  });
});

const encodings: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['GZIP;Q=1.0, BR;Q=0.000', 'gzip'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['br;q=0, *', 'gzip'],
  ['deflate', 'identity'],
];
for (const [accepted, expected] of encodings) {
  test(`Accept-Encoding ${accepted ?? 'left out'} gets ${expected}`, () => {
    assert.equal(chooseEncoding(script, accepted), expected);
  });
}

test('a file without compressed twins is sent as it is', () => {
  assert.equal(chooseEncoding(page?.get('icon-192.png') as PageFile, 'br, gzip'), 'identity');
});

test('an entity tag is compared weakly, and alone or in a list', () => {
  const strong = script.etag.replace('W/', '');
  for (const known of [script.etag, strong, '*', `"other", ${script.etag}`])
    assert.ok(isKnown(script.etag, known));
  for (const unknown of [undefined, '', '"other"']) assert.ok(!isKnown(script.etag, unknown));
});
