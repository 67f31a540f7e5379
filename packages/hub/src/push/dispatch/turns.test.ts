import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

test('a user has so many turns, and who waits for one is called in order', () => {
  const turns = new Turns();
  const called: string[] = [];
  const alice = turns.take('alice', 2);
  assert.ok(alice);
  assert.deepEqual([turns.take('alice', 2), turns.take('alice', 2)].map(Boolean), [true, false]);
  assert.ok(turns.take('bob', 2));
  const first = turns.wait('alice', () => void called.push('first'));
  turns.wait('alice', () => void called.push('second'));
  turns.wait('alice', () => void called.push('third'));
  first.stop();
  turns.leave(alice);
  assert.deepEqual(called, ['second']);
  turns.leave(alice);
  turns.leave(alice);
  assert.deepEqual(called, ['second', 'third']);
  assert.ok(turns.take('alice', 1));
});
