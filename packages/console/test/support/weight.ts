// What the built console weighs at its first look, compressed with gzip: the page, what it loads at once, the language, and the
// sight that is shown first.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = join(import.meta.dirname, '..', '..', 'dist');

export function firstLoad() {
  const read = (path: string): Buffer => readFileSync(join(dist, path));
  const bytesOf = (path: string): number => gzipSync(read(path), { level: 9 }).length;
  const found = (path: string, pattern: RegExp): string[] =>
    [...read(path).toString().matchAll(pattern)].map(([, name = '']) => name);
  const files = new Set(['index.html', ...found('index.html', /"console\/(assets\/[^"]+)"/g)]);
  for (const path of files)
    for (const name of found(path, /\b(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
      files.add(`assets/${name}`);
  const assets = readdirSync(join(dist, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  // The two largest of all stand for the language and the sight.
  const [one = 0, other = 0] = assets.map((name) => bytesOf(`assets/${name}`)).sort((a, b) => b - a);
  return { files, bytes: [...files].reduce((sum, path) => sum + bytesOf(path), one + other) };
}
