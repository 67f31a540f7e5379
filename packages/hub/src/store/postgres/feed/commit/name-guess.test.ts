import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameGuess } from './name-guess.ts';

/** How many batches look until one does not. */
function looks(names: NameGuess): number {
  let count = 0;
  while (names.mustLook()) count++;
  return count;
}

test('nothing is looked up until a guess was wrong, then for twice as long each time, up to a bound', () => {
  const names = new NameGuess();
  assert.equal(looks(names), 0);
  for (const expected of [64, 128, 256]) {
    names.wrong();
    assert.equal(looks(names), expected);
  }
  for (let each = 0; each < 30; each++) names.wrong();
  assert.equal(looks(names), 2 ** 20);
});

test('as long as names are found, the next batches look too, and a longer time is not cut', () => {
  const names = new NameGuess();
  names.found();
  assert.equal(looks(names), 64);
  for (const _ of [1, 2]) names.wrong();
  names.found();
  assert.equal(looks(names), 128);
});
