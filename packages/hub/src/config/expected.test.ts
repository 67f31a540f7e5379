// A setting's value fits where TypeBox's check of its schema passes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { fits } from './expected.ts';
import { settings } from './settings.ts';

const texts = ['', 'off', '0', '7', 'info', 'none', 'mailto:a@b.example', 'https://a.example', '12.345', ' '];
const numbers = [-1, 0, 1, 60, 61, 65_535, 65_536, 10_000_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY];

const value = fc.oneof(
  fc.constantFrom<unknown>(...texts, 'x'.repeat(321), ...numbers, true, false, null, undefined, {}),
  fc.string(),
  fc.integer(),
  fc.array(fc.constantFrom<unknown>('', 'a', 1, null)),
);

for (const [name, { schema }] of Object.entries(settings)) {
  test(`${name} takes what its schema says`, () => {
    fc.assert(fc.property(value, (given) => assert.equal(fits(schema, given), Check(schema, given))));
  });
}
