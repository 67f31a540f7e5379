import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker, longestPauseMs } from './breaker.ts';

const all = Number.POSITIVE_INFINITY;

function opened(at = 0): Breaker {
  const breaker = new Breaker(10);
  for (let count = 0; count < 10; count++) breaker.failed(at, null);
  assert.equal(breaker.phase, 'open');
  return breaker;
}

test('it opens at the tenth failure in a row, and a success in between starts the count anew', () => {
  const breaker = new Breaker(10);
  for (let count = 0; count < 9; count++) breaker.failed(0, null);
  assert.equal(breaker.admits(0), all);
  breaker.succeeded(0);
  for (let count = 0; count < 9; count++) breaker.failed(250, null);
  assert.equal(breaker.phase, 'closed');
  breaker.failed(250, null);
  assert.equal(breaker.phase, 'open');
  assert.equal(breaker.admits(250), 0);
});

test('a connection that breaks with all that is under way on it does not open it while others succeed', () => {
  const breaker = new Breaker(10);
  breaker.succeeded(1000);
  for (let count = 0; count < 64; count++) breaker.failed(1100, null);
  assert.equal(breaker.phase, 'closed');
  breaker.failed(1250, null);
  assert.equal(breaker.phase, 'open');
});

test('after its pause one attempt may probe, and no other while it is under way', () => {
  const breaker = opened();
  assert.equal(breaker.admits(999), 0);
  assert.equal(breaker.admits(1000), 1);
  breaker.started();
  assert.equal(breaker.phase, 'probing');
  assert.equal(breaker.admits(1_000_000), 0);
  breaker.succeeded(0);
  assert.equal(breaker.admits(1000), all);
});

test('each probe that fails doubles the pause, up to half a minute', () => {
  const breaker = opened();
  let now = 1000;
  const pauses: number[] = [];
  for (let probe = 0; probe < 8; probe++) {
    breaker.started();
    breaker.failed(now, null);
    const from = now;
    while (breaker.admits(now) === 0) now += 500;
    pauses.push(now - from);
  }
  assert.deepEqual(pauses, [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
});

test('a pause that the provider asked for counts when it is longer, but a probe is made in half a minute', () => {
  const breaker = new Breaker(10);
  for (let count = 0; count < 10; count++) breaker.failed(0, 20_000);
  assert.equal(breaker.admits(19_999), 0);
  assert.equal(breaker.admits(20_000), 1);
  breaker.started();
  breaker.failed(20_000, 3_600_000);
  assert.equal(breaker.admits(20_000 + longestPauseMs - 1), 0);
  assert.equal(breaker.admits(20_000 + longestPauseMs), 1);
});

test('attempts that were under way when it opened do not lengthen the pause, and one that succeeds closes it', () => {
  const breaker = opened();
  for (let count = 0; count < 50; count++) breaker.failed(500, null);
  assert.equal(breaker.admits(1000), 1);
  breaker.succeeded(0);
  assert.equal(breaker.admits(0), all);
});

test('a probe that was not made after all leaves the way free for the next, at once', () => {
  const breaker = opened();
  breaker.started();
  breaker.notMade();
  assert.equal(breaker.phase, 'open');
  assert.equal(breaker.admits(1000), 1);
});

test('a closed breaker takes no note of what starts or is not made', () => {
  const breaker = new Breaker(10);
  breaker.started();
  breaker.notMade();
  assert.equal(breaker.phase, 'closed');
});

test('after it was closed again its pauses start small', () => {
  const breaker = opened();
  breaker.started();
  breaker.failed(1000, null);
  breaker.started();
  breaker.succeeded(0);
  for (let count = 0; count < 10; count++) breaker.failed(10_000, null);
  assert.equal(breaker.admits(10_999), 0);
  assert.equal(breaker.admits(11_000), 1);
});

test('what many share opens only by failures of three users, however often one of them fails', () => {
  const breaker = Breaker.ofService();
  for (let count = 0; count < 100; count++) breaker.failed(0, null, 'mallory');
  for (let count = 0; count < 100; count++) breaker.failed(0, null, 'her friend');
  assert.equal(breaker.phase, 'closed');
  breaker.failed(0, null, 'bob');
  assert.equal(breaker.phase, 'open');
});
