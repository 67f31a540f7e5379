import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPasswordTurns } from './password-turns.ts';

test('two checks run at once, eight of an address wait, and a known browser goes first', async () => {
  const turns = openPasswordTurns();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const check = (name: string) => async () => {
    order.push(name);
    await gate.promise;
    return name;
  };
  const flood = Array.from({ length: 20 }, (_, i) =>
    turns.run({ address: 'a', known: false }, check(`flood ${i}`)),
  );
  assert.equal(flood.filter((each) => each === null).length, 10);
  const known = turns.run({ address: 'a', known: true }, check('known'));
  const other = turns.run({ address: 'b', known: false }, check('other'));
  assert.deepEqual(order, ['flood 0', 'flood 1']);
  gate.resolve();
  assert.equal(await known, 'known');
  assert.equal(await other, 'other');
  assert.equal(order[2], 'known');
});
