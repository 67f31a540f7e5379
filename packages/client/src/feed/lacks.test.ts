import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lacks } from './lacks.ts';

test('what weighs most is named, whichever the browser denied first', () => {
  const lacks = new Lacks();
  lacks.set('noWorker', true);
  lacks.set('unshared', true);
  assert.equal(lacks.first, 'unshared');
  lacks.set('memoryOnly', true);
  assert.equal(lacks.first, 'memoryOnly');
  lacks.set('memoryOnly', false);
  assert.equal(lacks.first, 'unshared');
});
