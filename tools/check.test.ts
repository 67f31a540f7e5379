import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checks, runCheck } from './check.ts';

for (const check of checks) {
  test(`the repository passes ${check.name}`, async () => {
    const { passed, output } = await runCheck(check);
    assert.ok(passed, `${check.name} failed:\n${output}`);
  });
}
