import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { makeOnce } from './make-once.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'carillon-once-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('of processes that start together one makes it, and the others find it whole', async () => {
  const home = join(folder, 'together');
  const log = join(folder, 'together.log');
  const program = `
    import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
    const { makeOnce } = await import(${JSON.stringify(new URL('make-once.ts', import.meta.url).href)});
    const made = await makeOnce({
      home: ${JSON.stringify(home)},
      stamp: () => 'a',
      make: async (target) => {
        appendFileSync(${JSON.stringify(log)}, 'made ');
        mkdirSync(target);
        for (let part = 0; part < 200; part += 1) {
          writeFileSync(target + '/parts', String(part));
          await new Promise(setImmediate);
        }
      },
    });
    process.stdout.write(readFileSync(made + '/parts', 'utf8'));
  `;
  const args = ['--input-type=module', '--eval', program];
  const processes = [1, 2, 3].map(() => run(process.execPath, args));
  const outputs = (await Promise.all(processes)).map(({ stdout }) => stdout);
  assert.deepEqual(outputs, ['199', '199', '199']);
  assert.equal(readFileSync(log, 'utf8'), 'made ');
});

test('what was not finished is made again', async () => {
  const home = join(folder, 'unfinished');
  const make = (content: string) => async (target: string) => {
    assert.equal(existsSync(target), false);
    await write(target, content);
    if (content === 'half') throw new Error('killed');
  };
  await assert.rejects(makeOnce({ home, stamp: () => 'a', make: make('half') }), /killed/);
  const made = await makeOnce({ home, stamp: () => 'a', make: make('whole') });
  assert.equal(readFileSync(join(made, 'content'), 'utf8'), 'whole');
});

test('another stamp is made beside, and only the last few are kept', async () => {
  const home = join(folder, 'stamps');
  const folders = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    folders.push(await makeOnce({ home, stamp: () => name, make: (target) => write(target, name) }));
  }
  assert.equal(new Set(folders).size, 5);
  const kept = readdirSync(home).filter((name) => name.startsWith('made-'));
  assert.equal(kept.length, 3);
  assert.ok(kept.includes('made-e'));
});

async function write(target: string, content: string): Promise<void> {
  mkdirSync(target);
  writeFileSync(join(target, 'content'), content);
}
