import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

test('a user has so many turns, and who waits for one is called in order', () => {
  const turns = new Turns();
  const called: string[] = [];
  assert.deepEqual(
    [turns.take('alice', 2), turns.take('alice', 2), turns.take('alice', 2)],
    [true, true, false],
  );
  assert.equal(turns.take('bob', 2), true);
  const first = turns.wait('alice', () => void called.push('first'));
  turns.wait('alice', () => void called.push('second'));
  turns.wait('alice', () => void called.push('third'));
  first.stop();
  turns.leave('alice');
  assert.deepEqual(called, ['second']);
  turns.leave('alice');
  turns.leave('alice');
  assert.deepEqual(called, ['second', 'third']);
  assert.equal(turns.take('alice', 1), true);
});
