import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { passwordHash } from '@carillon/testing/hub/identity.ts';
import { hashPassword, isDated, verifyPassword, weaknessOf } from './passwords.ts';

test('the right password verifies, in any Unicode form; a wrong one and no user do not', async () => {
  const hash = await hashPassword('caf\u00e9');
  assert.match(hash, /^scrypt\$131072\$8\$1\$[\w-]+\$[\w-]+$/);
  assert.equal(await verifyPassword('cafe\u0301', hash), true);
  assert.equal(await verifyPassword('cafe', hash), false);
  assert.equal(await verifyPassword('caf\u00e9', null), false);
});

test('the same password hashes differently each time', async () => {
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});

test('a password has ten characters at least and is none of the common ones', () => {
  assert.match(weaknessOf('nine char') ?? '', /fewer than 10 characters/);
  assert.match(weaknessOf('\u{1f511}'.repeat(9)) ?? '', /fewer than 10/);
  for (const common of ['1234567890', 'Password123', 'qwertyuiop'])
    assert.match(weaknessOf(common) ?? '', /most common/);
  assert.equal(weaknessOf('correct horse'), null);
});

test('a hash of a lower cost still verifies, and is known to be dated', async () => {
  const salt = Buffer.alloc(16, 7);
  const hash = scryptSync('correct horse', salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
  const stored = ['scrypt', 2 ** 15, 8, 1, salt.toString('base64url'), hash.toString('base64url')].join('$');
  assert.equal(await verifyPassword('correct horse', stored), true);
  assert.equal(isDated(stored), true);
  assert.equal(isDated(await hashPassword('correct horse')), false);
  // That of the tests' users is one of today, so that a sign-in of theirs is as any other.
  assert.equal(isDated(passwordHash), false);
});
