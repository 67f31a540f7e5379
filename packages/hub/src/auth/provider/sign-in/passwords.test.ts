import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from './passwords.ts';

test('the right password verifies, in any Unicode form; a wrong one and no user do not', async () => {
  const hash = await hashPassword('caf\u00e9');
  assert.match(hash, /^scrypt\$32768\$8\$1\$[\w-]+\$[\w-]+$/);
  assert.equal(await verifyPassword('cafe\u0301', hash), true);
  assert.equal(await verifyPassword('cafe', hash), false);
  assert.equal(await verifyPassword('caf\u00e9', null), false);
});

test('the same password hashes differently each time', async () => {
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});
