import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inOrder, longest } from './test-order.ts';

const runner = join(import.meta.dirname, 'test.ts');

/** Runs tools/test.ts in a folder with the given files; `lastLine` is what it printed last. */
function runTests(
  context: TestContext,
  files: Record<string, string>,
  { filters = [], graceMs }: { filters?: string[]; graceMs?: number } = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'carillon-test-'));
  context.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `import { describe, test } from 'node:test';\n${text}`);
  }
  // Inside a test, node:test marks its children; the runner under test is to be nobody's child.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...filters], {
    cwd: root,
    env: graceMs === undefined ? env : { ...env, CARILLON_TEST_GRACE_MS: String(graceMs) },
    encoding: 'utf8',
  });
  return { status, stderr, output: stdout, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

test('the last line counts leaf tests, and skipped and todo tests as neither', (context) => {
  const { status, lastLine, output } = runTests(context, {
    'tools/a.test.mts': 'not found by its name',
    'tools/a.test.ts': `
      describe('suite', () => { test('one', () => {}); test('two', () => {}); });
      test('parent', async (t) => { await t.test('three', () => {}); await t.test('four', () => {}); });
      test('skipped', { skip: 'no database' }, () => {});
      test('todo', { todo: true }, () => { throw new Error('not yet'); });`,
  });
  assert.equal(lastLine, '4 passed, 0 failed');
  assert.equal(status, 0);
  assert.match(output, /skipped 1/);
});

test('a failing test fails the run, once, however deep it is', (context) => {
  const { status, lastLine } = runTests(context, {
    'packages/hub/src/a.test.ts': `
      describe('suite', () => { test('good', () => {}); test('bad', () => { throw new Error('bad'); }); });
      test('parent', async (t) => { await t.test('bad too', () => { throw new Error('bad'); }); });`,
  });
  assert.equal(lastLine, '1 passed, 2 failed');
  assert.equal(status, 1);
});

test('a file that crashes, or holds no test, fails the run', (context) => {
  const { status, lastLine, output } = runTests(context, {
    'tools/crash.test.ts': "throw new Error('crash');",
    'tools/empty.test.ts': '',
    'tools/good.test.ts': "test('good', () => {});",
  });
  assert.equal(lastLine, '1 passed, 2 failed');
  assert.match(output, /empty\.test\.ts holds no test/);
  assert.equal(status, 1);
});

test('a file that leaves something open fails and says what, instead of hanging the run', (context) => {
  const leak = { 'tools/leak.test.ts': "test('good', () => { setInterval(() => {}, 1_000); });" };
  const { lastLine, status, output } = runTests(context, leak, { graceMs: 100 });
  assert.equal(lastLine, '1 passed, 1 failed');
  assert.match(output, /the tests are over, but still open: .*Timeout/);
  assert.equal(status, 1);
});

test('paths choose what runs', (context) => {
  const files = {
    'packages/hub/src/feed/a.test.ts': "test('feed', () => {});",
    'packages/hub/src/feeder/a.test.ts': "test('feeder', () => {});",
    'tools/conformance/a.test.ts': "test('conformance', () => {});",
  };
  assert.equal(runTests(context, files).lastLine, '3 passed, 0 failed');
  const filters = ['./packages/hub/src/feed/', 'tools/conformance/a.test.ts'];
  assert.equal(runTests(context, files, { filters }).lastLine, '2 passed, 0 failed');
});

test('a run without any test fails', (context) => {
  const files = { 'tools/a.test.ts': "test('a', () => {});" };
  const { status, lastLine, output } = runTests(context, files, { filters: ['packages'] });
  assert.equal(lastLine, '0 passed, 0 failed');
  assert.match(output, /no \*\.test\.ts under packages/);
  assert.equal(status, 1);
});

test('the static checks come first, then what takes longest, then the others by name', () => {
  for (const path of longest) assert.ok(existsSync(join(import.meta.dirname, '..', path)), path);
  const [first = '', second = ''] = longest;
  assert.deepEqual(inOrder(['b.test.ts', second, 'a.test.ts', first]), [
    first,
    second,
    'a.test.ts',
    'b.test.ts',
  ]);
});

test('a run ends with what took longest and what all took, and leaves nothing in the folder of temporary files', (context) => {
  const { output } = runTests(context, {
    'tools/a.test.ts': `
      import { mkdtempSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      test('writes to ' + mkdtempSync(tmpdir() + '/a-'), () => {});`,
  });
  const [, folder = ''] = /writes to (\S+)\/a-/.exec(output) ?? [];
  assert.match(folder, /carillon-tests-/);
  assert.equal(existsSync(folder), false);
  assert.match(
    output,
    /\d s, \d+ s of CPU: tools\/a\.test\.ts\n +\d s, \d+ s of CPU: all files \(1\)\n1 passed, 0 failed\n$/,
  );
});
