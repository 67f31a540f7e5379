import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { youngBytes } from './young-generation.ts';

// In a process of its own: a young generation only ever grows under load.
const script = `
import { setImmediate as turn } from 'node:timers/promises';
import { boundYoungGeneration, holdYoungGeneration, youngSize } from '${new URL('./young-generation.ts', import.meta.url)}';
async function load() {
  let kept = [];
  for (let round = 0; round < 400; round++) {
    for (let each = 0; each < 5000; each++) kept.push({ text: 'x' + each });
    if (kept.length > 200_000) kept = [];
    await turn();
  }
}
if (process.argv[1].includes('held')) holdYoungGeneration();
if (process.argv[1].includes('bound')) boundYoungGeneration();
await load();
console.log(youngSize());
`;
const sizeAfterLoad = (mode: string) =>
  Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script, mode], { encoding: 'utf8' }),
  );

test('under load it grows to its bound, and hardly beyond', () => {
  for (const mode of ['bound', 'held, then bound']) {
    const size = sizeAfterLoad(mode);
    assert.ok(size >= youngBytes && size <= 2 * youngBytes, `${mode}: ${size} bytes`);
  }
  assert.ok(sizeAfterLoad('held') < youngBytes);
  assert.ok(sizeAfterLoad('free') > 2 * youngBytes);
});
