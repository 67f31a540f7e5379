import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url).pathname;

test('each invariant of SPEC.md names a test that exists', () => {
  const rows = [...readFileSync(`${root}SPEC.md`, 'utf8').matchAll(/^\| \d+ \|.*\| ([^|]+) \|$/gm)];
  assert.ok(rows.length > 20);
  const tests = globSync('{src,test}/**/*.test.ts', { cwd: root }).map((path) =>
    readFileSync(root + path, 'utf8'),
  );
  const missing = rows.flatMap(([, name = '']) =>
    tests.some((text) => text.includes(`'${name}'`)) ? [] : [name],
  );
  assert.deepEqual(missing, []);
});
