import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../lib/clock.ts';
import { openAttempts } from './attempts.ts';

test('after ten failures a key waits for the rest of the minute, others don’t', () => {
  let now = 1_000_000;
  const attempts = openAttempts({ ...systemClock, now: () => now });
  for (let i = 0; i < 10; i++) assert.equal(attempts.begin(['name a', `address ${i}`]), 0);
  now += 20_000;
  assert.equal(attempts.begin(['name a', 'address x']), 40_000);
  assert.equal(attempts.begin(['name b', 'address x']), 0);
  now += 40_000;
  assert.equal(attempts.begin(['name a', 'address x']), 0);
});

test('a success is not counted', () => {
  const attempts = openAttempts({ ...systemClock, now: () => 0 });
  for (let i = 0; i < 50; i++) {
    assert.equal(attempts.begin(['name a']), 0);
    attempts.succeed(['name a']);
  }
});
