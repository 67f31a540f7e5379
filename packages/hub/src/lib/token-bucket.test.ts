import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';
import { type BucketLimits, TokenBuckets } from './token-bucket.ts';

function open(limits: Partial<BucketLimits> = {}) {
  const time = { now: 1_000_000 };
  const clock = { ...systemClock, now: () => time.now };
  return { time, buckets: new TokenBuckets({ perMinute: 60, burst: 3, keysMax: 10, ...limits }, clock) };
}

test('a burst is taken at once, then one token comes back each second', () => {
  const { time, buckets } = open();
  const take = () => buckets.take('alice');
  assert.deepEqual([take(), take(), take(), take()], [0, 0, 0, 1000]);
  time.now += 900;
  assert.ok(take() > 0);
  time.now += 100;
  assert.deepEqual([take(), take()], [0, 1000]);
});

test('who waits as long as it was told gets a token', () => {
  const { time, buckets } = open({ perMinute: 7, burst: 1 });
  for (let round = 0; round < 50; round++) {
    assert.equal(buckets.take('alice'), 0);
    time.now += buckets.waitMs('alice');
  }
});

test('what was spent elsewhere counts as if it were spent here, and a debt is bounded', () => {
  const { time, buckets } = open();
  buckets.charge('alice', 2);
  assert.deepEqual([buckets.take('alice'), buckets.take('alice')], [0, 1000]);
  buckets.charge('alice', 2);
  assert.equal(buckets.waitMs('alice'), 3000);
  buckets.charge('alice', 1_000_000);
  assert.equal(buckets.waitMs('alice'), 4000);
  time.now += 4000;
  assert.equal(buckets.take('alice'), 0);
  assert.equal(buckets.take('bob'), 0);
});

test('asking how long takes nothing', () => {
  const { buckets } = open({ burst: 1 });
  assert.deepEqual([buckets.waitMs('a'), buckets.waitMs('a'), buckets.take('a')], [0, 0, 0]);
});

test('a bucket never holds more than its burst, and keys do not share', () => {
  const { time, buckets } = open({ burst: 2 });
  time.now += 3_600_000;
  assert.deepEqual([buckets.take('a'), buckets.take('a'), buckets.take('a') > 0], [0, 0, true]);
  assert.equal(buckets.take('b'), 0);
});

test('a clock that goes back gives no token and takes none', () => {
  const { time, buckets } = open({ burst: 1 });
  buckets.take('a');
  time.now -= 10_000;
  assert.equal(buckets.take('a'), 1000);
  time.now += 1000;
  assert.equal(buckets.take('a'), 0);
});

test('under pressure the least recently used key is forgotten, and the busy one is not', () => {
  const { buckets } = open({ burst: 1, keysMax: 3 });
  buckets.take('busy');
  for (let index = 0; index < 10; index++) {
    buckets.take(`other-${index}`);
    assert.ok(buckets.waitMs('busy') > 0);
  }
  assert.equal(buckets.take('other-0'), 0);
});
