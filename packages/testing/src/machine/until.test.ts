import assert from 'node:assert/strict';
import { cpuUsage } from 'node:process';
import { test } from 'node:test';
import { until } from './until.ts';

test('until answers what the condition answers, and names what did not come true', async () => {
  let looks = 0;
  assert.equal(await until(async () => (++looks === 3 ? 'there' : null)), 'there');
  await assert.rejects(
    until(() => false, 'the end of time', 1),
    /^Error: the end of time did not come true$/,
  );
});

test('a long wait costs little of the machine', async () => {
  const before = cpuUsage();
  // bound: half a second in which nothing comes true
  await assert.rejects(until(() => false, 'nothing', 500));
  const { user, system } = cpuUsage(before);
  assert.ok(user + system < 250_000, `${user + system} of 500 000 microseconds`);
});
