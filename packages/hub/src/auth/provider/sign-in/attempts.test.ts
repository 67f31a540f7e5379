import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openAttempts } from './attempts.ts';

test('after ten failures each further one doubles the wait, up to a quarter of an hour; others are not concerned', () => {
  const clock = new ManualClock();
  const attempts = openAttempts(clock);
  for (let i = 0; i < 10; i++) assert.equal(attempts.begin('a'), 0);
  for (const seconds of [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]) {
    assert.equal(attempts.begin('a'), seconds * 1000);
    assert.equal(attempts.begin('a'), seconds * 1000, 'to come too early makes it no longer');
    assert.equal(attempts.begin('b'), 0);
    attempts.succeed('b');
    clock.advance(seconds * 1000);
    assert.equal(attempts.begin('a'), 0);
  }
});

test('a wait that began while the clock was ahead is no longer than any other', () => {
  const clock = new ManualClock();
  const attempts = openAttempts(clock);
  clock.advance(7_200_000);
  for (let i = 0; i < 10; i++) assert.equal(attempts.begin('a'), 0);
  clock.advance(-7_200_000);
  assert.equal(attempts.begin('a'), 5000);
  clock.advance(5000);
  assert.equal(attempts.begin('a'), 0);
});

test('a success ends the count, and so does an hour without a failure', () => {
  const clock = new ManualClock();
  const attempts = openAttempts(clock);
  const fail = () => {
    for (let i = 0; i < 10; i++) assert.equal(attempts.begin('a'), 0);
  };
  fail();
  clock.advance(5000);
  assert.equal(attempts.begin('a'), 0);
  attempts.succeed('a');
  fail();
  clock.advance(3600_000);
  fail();
});
