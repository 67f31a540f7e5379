// The builders make what TypeBox makes, hidden members included.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Box from 'typebox';
import { Type } from './type.ts';

/** In the order in which it is serialised, with what is hidden. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const hidden = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(
    ([, each]) => !each.enumerable,
  );
  return {
    shown: Object.entries(value).map(([name, member]) => [name, shown(member)]),
    hidden: Object.fromEntries(hidden.map(([name, each]) => [name, each.value])),
  };
}

const schemas: Readonly<Record<string, (type: typeof Type) => unknown>> = {
  String: (t) => [t.String(), t.String({ minLength: 1, pattern: '^a$', format: 'date-time' })],
  numbers: (t) => [t.Integer(), t.Integer({ minimum: 0, maximum: 9, default: 3 }), t.Number()],
  Boolean: (t) => [t.Boolean(), t.Boolean({ default: false })],
  Null: (t) => t.Null(),
  Unknown: (t) => [t.Unknown(), t.Unknown({ description: 'anything' })],
  Literal: (t) => [t.Literal('off'), t.Literal(3), t.Literal(true, { description: 'yes' })],
  Enum: (t) => [t.Enum(['a', 'b']), t.Enum(['a'], { default: 'a' })],
  Array: (t) => [t.Array(t.String()), t.Array(t.String({ maxLength: 3 }), { maxItems: 2 })],
  Union: (t) => [t.Union([t.String(), t.Null()]), t.Union([t.Null()], { description: 'none' })],
  Record: (t) => [t.Record(t.String(), t.Unknown()), t.Record(t.String(), t.String(), { maxProperties: 2 })],
  Unsafe: (t) => t.Unsafe<string | null>({ type: ['string', 'null'], enum: ['a', null] }),
  Object: (t) => [
    t.Object({}),
    t.Object({ a: t.String() }),
    t.Object({ a: t.String() }, { additionalProperties: false, description: 'a' }),
  ],
  Optional: (t) => [
    t.Optional(t.String({ minLength: 1 })),
    t.Object({ a: t.Optional(t.String()) }),
    t.Object({
      a: t.Optional(t.Unsafe<1>({ const: 1 })),
      b: t.String(),
      c: t.Optional(t.Object({ d: t.Array(t.Optional(t.Union([t.Null()]))) })),
    }),
  ],
};

for (const [name, build] of Object.entries(schemas)) {
  test(`${name} is as TypeBox makes it`, () => {
    assert.deepEqual(shown(build(Type)), shown(build(Box)));
    assert.equal(JSON.stringify(build(Type)), JSON.stringify(build(Box)));
  });
}

test('the kinds of schemas are told apart as TypeBox does', () => {
  const all = [null, 'string', {}, ...Object.values(schemas).flatMap((build) => build(Box))];
  for (const [name, isKind] of Object.entries(Type).filter(([each]) => each.startsWith('Is'))) {
    const theirs: unknown = Object.entries(Box).find(([each]) => each === name)?.[1];
    assert.ok(typeof theirs === 'function');
    const own: unknown = isKind;
    assert.ok(typeof own === 'function');
    assert.deepEqual(
      all.map((each) => own(each)),
      all.map((each) => theirs(each)),
      name,
    );
  }
});
