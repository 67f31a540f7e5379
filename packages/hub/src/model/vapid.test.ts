import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { makeVapidKeys, vapidJwk } from './vapid.ts';

test('a made pair is a point and a scalar of P-256 in base64url, and they belong together', () => {
  const keys = makeVapidKeys();
  assert.match(keys.publicKey, /^B[\w-]{86}$/);
  assert.match(keys.privateKey, /^[\w-]{43}$/);
  const jwk = vapidJwk(keys);
  const { x, y } = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' });
  assert.deepEqual([x, y], [jwk.x, jwk.y]);
});

test('two made pairs differ', () => {
  assert.notEqual(makeVapidKeys().privateKey, makeVapidKeys().privateKey);
});

test('keys of another length are refused', () => {
  const keys = makeVapidKeys();
  assert.throws(() => vapidJwk({ ...keys, privateKey: keys.publicKey }), /65 and 32 bytes/);
  assert.throws(() => vapidJwk({ ...keys, publicKey: keys.privateKey }), /65 and 32 bytes/);
});
