// The checks that need no running code: types, format and lint, the project's own rules (tidy), and what nothing uses:
// files, dependencies and exports (knip).
// `npm run check` runs them side by side and fails when one does; tools/check.test.ts makes each of them a test.
import { spawn } from 'node:child_process';

export type Check = { readonly name: string; readonly args: readonly string[] };
export type CheckResult = { readonly passed: boolean; readonly output: string };

const root = new URL('..', import.meta.url);
const tsc = 'node_modules/typescript/bin/tsc';

/** Each runs as `node <args>` in the root of the repository. */
export const checks: readonly Check[] = [
  { name: 'types', args: typesBy('tsconfig.json') },
  { name: 'types of pages', args: typesBy('tsconfig.browser.json') },
  { name: 'types of workers', args: typesBy('tsconfig.worker.json') },
  { name: 'biome', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  { name: 'tidy', args: ['tools/tidy/tidy.ts'] },
  { name: 'knip', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
];

/** What was found of unchanged sources is kept: a program without changes takes a tenth of the time. */
function typesBy(configuration: string): string[] {
  const kept = `node_modules/.cache/types/${configuration.replace('.json', '.tsbuildinfo')}`;
  return [tsc, '--noEmit', '-p', configuration, '--incremental', '--tsBuildInfoFile', kept];
}

/** Runs one check to its end; its output is both streams, in the order they were written. */
export async function runCheck(check: Check): Promise<CheckResult> {
  const child = spawn(process.execPath, check.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<CheckResult>();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.once('error', reject);
  child.once('close', (code) => resolve({ passed: code === 0, output }));
  return promise;
}

async function main(): Promise<void> {
  const results = await Promise.all(
    checks.map(async (check) => {
      const result = await runCheck(check);
      console.log(`${result.passed ? 'ok    ' : 'FAILED'} ${check.name}`);
      if (!result.passed) console.log(result.output.replace(/^/gm, '  ').trimEnd());
      return { name: check.name, ...result };
    }),
  );
  const failed = results.filter((result) => !result.passed).map((result) => result.name);
  console.log(failed.length === 0 ? 'check: all passed' : `check: failed: ${failed.join(', ')}`);
  if (failed.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
