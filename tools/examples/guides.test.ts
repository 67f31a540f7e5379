// The commands that the migration guides show for a hub of `npm start` are run as they stand, against such a hub.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Served, serve } from '@carillon/testing/hub/served.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const launcher = join(root, 'packages', 'hub', 'bin', 'carillon.js');
const dataDir = mkdtempSync(join(tmpdir(), 'carillon-guides-'));
let hub: Served;
let url: string;

before(async () => {
  hub = serve(dataDir, ['--dev', '--port', '0']);
  await hub.ready;
  url = /^carillon is ready at (\S+)$/m.exec(hub.output())?.[1] ?? '';
});

after(async () => {
  hub.process.kill('SIGTERM');
  await hub.ended;
  rmSync(dataDir, { recursive: true, force: true });
});

/** Those for the demonstration's Alice; others need certificates, accounts or a public name. */
function blocksOf(guide: string): string[] {
  const text = readFileSync(join(root, guide), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block as string);
  return blocks.filter((block) => block.includes('.carillon/demo/alice.headers'));
}

async function runBlock(block: string): Promise<string> {
  const script = block
    .replaceAll('http://127.0.0.1:4280', url)
    .replaceAll('.carillon/demo/', `${dataDir}/demo/`)
    .replaceAll('npx carillon', `"${process.execPath}" "${launcher}"`)
    .replaceAll(/\bcurl /g, 'curl --silent --show-error --fail-with-body ');
  const env = { ...process.env, CARILLON_DATA_DIR: dataDir };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => assert.fail(`${block}\n${stdout}${stderr}`),
  );
  return stdout;
}

for (const guide of globSync('docs/migrate-from-*.md', { cwd: root }).sort()) {
  describe(basename(guide), () => {
    const blocks = blocksOf(guide);
    test('shows commands for a hub of npm start', () => assert.ok(blocks.length > 0));
    for (const block of blocks) {
      test(`works: ${block.trim().split('\n')[0]}`, async () => {
        assert.match(await runBlock(block), /"(@odata\.context|id|updatedCount)"/);
      });
    }
  });
}
