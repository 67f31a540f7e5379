import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashJson } from './fingerprint.ts';

test('a value has the same hash whatever the order of its members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(hashJson(turned), hashJson(value));
    }),
  );
});

const different: [unknown, unknown][] = [
  [{ a: 1 }, { a: '1' }],
  [{ a: null }, {}],
  [{ a: 'High' }, { a: 'high' }],
  [{ a: { b: 1 } }, { b: { a: 1 } }],
  [
    [1, 2],
    [2, 1],
  ],
  [{}, []],
  [{ a: 'b' }, { b: 'a' }],
];
for (const [one, other] of different) {
  test(`${JSON.stringify(one)} and ${JSON.stringify(other)} differ`, () => {
    assert.notEqual(hashJson(one), hashJson(other));
  });
}
