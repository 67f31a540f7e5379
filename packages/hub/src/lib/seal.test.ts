import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openSeal } from './seal.ts';

const secret = Buffer.alloc(32, 7);
const plain = Buffer.from('a position');

test('what was sealed opens to the same bytes, under what it is bound to', () => {
  const seal = openSeal(secret, 'cursor');
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (bytes, bound) => {
      assert.deepEqual(seal.open(seal.seal(Buffer.from(bytes), bound), bound), Buffer.from(bytes));
    }),
  );
});

test('it opens under no other binding, purpose or secret', () => {
  const seal = openSeal(secret, 'cursor');
  const text = seal.seal(plain, 'alice');
  assert.equal(seal.open(text, 'bob'), null);
  assert.equal(seal.open(text), null);
  assert.equal(openSeal(secret, 'ticket').open(text, 'alice'), null);
  assert.equal(openSeal(Buffer.alloc(32, 8), 'cursor').open(text, 'alice'), null);
});

test('one changed bit anywhere is noticed', () => {
  const seal = openSeal(secret, 'cursor');
  const sealed = Buffer.from(seal.seal(plain), 'base64url');
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const forged = Buffer.from(sealed);
    forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.equal(seal.open(forged.toString('base64url')), null, `bit ${bit}`);
  }
});

test('any other text, cut or lengthened ones too, opens to nothing and does not throw', () => {
  const seal = openSeal(secret, 'cursor');
  const text = seal.seal(plain);
  for (const other of ['', 'x', text.slice(0, -2), `${text}AA`, text.slice(4), 'ÿ'.repeat(60)])
    assert.equal(seal.open(other), null);
  fc.assert(fc.property(fc.string(), (any) => assert.equal(seal.open(any), null)));
});

test('equal content gives an equal text only when it is steady', () => {
  const random = openSeal(secret, 'id');
  assert.notEqual(random.seal(plain), random.seal(plain));
  const steady = openSeal(secret, 'id', { steady: true });
  assert.equal(steady.seal(plain), steady.seal(plain));
  assert.notEqual(steady.seal(plain), steady.seal(Buffer.from('another')));
  assert.notEqual(steady.seal(plain, 'a'), steady.seal(plain, 'b'));
  assert.deepEqual(steady.open(steady.seal(plain)), plain);
});

test('the text is safe in a URL and does not hold the content', () => {
  const text = openSeal(secret, 'cursor').seal(plain);
  assert.match(text, /^[\w-]+$/);
  assert.equal(Buffer.from(text, 'base64url').includes(plain), false);
});
