import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from './retry.ts';

const never = Number.POSITIVE_INFINITY;
const latest = (attempts: number, mostMs = never) =>
  retryDelayMs({ attempts, afterMs: null, mostMs, random: () => 1 });

test('the longest delay doubles from 1 s to 10 min, however often it failed', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((attempts) => latest(attempts)),
    [1000, 2000, 4000, 8000],
  );
  assert.deepEqual(
    [10, 11, 12, 1e6].map((attempts) => latest(attempts)),
    [512_000, 600_000, 600_000, 600_000],
  );
});

test('the jitter is full: every moment up to the longest delay is as likely', () => {
  const at = (share: number) =>
    retryDelayMs({ attempts: 4, afterMs: null, mostMs: never, random: () => share });
  assert.deepEqual([0, 0.25, 0.5, 0.999].map(at), [0, 2000, 4000, 7992]);
});

test('what the provider asked for is never undercut, and spread over a second when it is what counts', () => {
  const after = (attempts: number, share: number) =>
    retryDelayMs({ attempts, afterMs: 5000, mostMs: never, random: () => share });
  assert.equal(after(1, 0), 5000);
  assert.equal(after(1, 0.999), 5999);
  assert.equal(after(9, 0), 5000);
  assert.equal(after(9, 0.5), 128_000);
});

test('it waits no longer than it may by itself, but as long as the provider asked for', () => {
  assert.equal(latest(20, 30_000), 30_000);
  assert.equal(latest(1, 30_000), 1000);
  assert.equal(latest(20, 0), 0);
  const asked = retryDelayMs({ attempts: 20, afterMs: 90_000, mostMs: 30_000, random: () => 0 });
  assert.equal(asked, 90_000);
});

test('a provider that asks for more than an hour is asked again after an hour', () => {
  const after = (afterMs: number, share: number) =>
    retryDelayMs({ attempts: 1, afterMs, mostMs: never, random: () => share });
  assert.equal(after(3_600_000, 0), 3_600_000);
  assert.equal(after(86_400_000, 0), 3_600_000);
  assert.equal(after(86_400_000, 0.999), 3_600_999);
});

test('a delay is whole milliseconds', () => {
  for (let attempts = 1; attempts < 30; attempts++) {
    for (const afterMs of [null, 700]) {
      const delay = retryDelayMs({ attempts, afterMs, mostMs: never, random: () => 1 / 3 });
      assert.ok(Number.isInteger(delay), `${delay}`);
    }
  }
});
