import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url).pathname;

const spec = readFileSync(`${root}SPEC.md`, 'utf8');

test('each file that SPEC.md names exists', () => {
  const files = [...spec.matchAll(/`([a-z-]+\/(?:[a-z-]+\.ts)?|[a-z-]+\.ts)`/g)].map(([, path = '']) => path);
  assert.ok(files.length > 20);
  assert.deepEqual(
    files.filter((path) => !existsSync(`${root}src/${path}`)),
    [],
  );
});

test('each invariant of SPEC.md names a test that exists', () => {
  const rows = [...spec.matchAll(/^\| \d+ \|.*\| ([^|]+) \|$/gm)];
  assert.ok(rows.length > 20);
  const tests = globSync('{src,test}/**/*.test.ts', { cwd: root }).map((path) =>
    readFileSync(root + path, 'utf8'),
  );
  const missing = rows.flatMap(([, name = '']) =>
    tests.some((text) => text.includes(`'${name}'`)) ? [] : [name],
  );
  assert.deepEqual(missing, []);
});
