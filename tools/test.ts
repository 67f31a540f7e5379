// The test runner of the repository: `npm test` runs every *.test.ts, `npm test -- <path>...` those under the paths.
// Its last line is `N passed, M failed`, counted in leaf tests; it exits with 1 when one failed or none ran.
// Skipped and todo tests are in the summary above that line, and count as neither.
import { globSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { InstallError, installNeeds } from './install-needs.ts';
import { needsOf } from './needs-of.ts';
import { useTestFolder } from './test-folder.ts';
import { inOrder } from './test-order.ts';
import { Tally } from './test-tally.ts';
import { openUsage } from './test-usage.ts';

/** Of a whole file too: some start Chromium or install packages, on a machine that is busy with other files. */
const testTimeoutMs = 300_000;
/** One more than a small machine has cores: browsers, killed hubs and drains leave them idle a third of the time. */
const atOnce = 3;
const root = process.cwd();

function findTestFiles(filters: readonly string[]): string[] {
  const wanted = filters.map((filter) => normalize(filter).replace(/\/$/, ''));
  return globSync('{tools,packages}/**/*.test.ts', {
    cwd: root,
    exclude: (path) => path.endsWith('node_modules'),
  }).filter(
    (file) => wanted.length === 0 || wanted.some((path) => file === path || file.startsWith(`${path}/`)),
  );
}

async function main(): Promise<void> {
  const filters = process.argv.slice(2);
  const files = inOrder(findTestFiles(filters));
  const tally = new Tally();
  if (files.length === 0) {
    console.log(`no *.test.ts ${filters.length > 0 ? `under ${filters.join(', ')}` : 'found'}`);
  } else if (await hasNeeds(files)) {
    await runFiles(files, tally);
  } else {
    tally.failed = 1;
  }
  for (const file of tally.emptyFiles) console.log(`✖ ${file} holds no test`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}

/** Without what they need of the machine none of the files is tried: one sentence says more than fifty failures. */
async function hasNeeds(files: readonly string[]): Promise<boolean> {
  try {
    await installNeeds(needsOf(files, root));
    return true;
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    console.log(error.message);
    return false;
  }
}

async function runFiles(files: readonly string[], tally: Tally): Promise<void> {
  const folder = useTestFolder();
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  const usage = openUsage();
  const tests = run({
    files: files.map((file) => join(root, file)),
    concurrency: atOnce,
    timeout: testTimeoutMs,
    execArgv: ['--import', new URL('./test-bounds.ts', import.meta.url).href],
  });
  tests.on('test:pass', (result) => tally.pass(result));
  tests.on('test:fail', (result) => tally.fail(result));
  tests.on('test:summary', (summary) => tally.close(summary));
  for await (const text of tests.compose(spec)) process.stdout.write(text);
  for (const line of usage.longest(root)) console.log(line);
}

await main();
