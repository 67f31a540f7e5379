import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encrypt, overheadBytes } from './encryption.ts';

/** RFC 8291, appendix A. */
const example = {
  plaintext: 'When I grow up, I want to be a watermelon',
  senderPrivate: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  keys: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
  body:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_' +
    'yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

test('the example of RFC 8291 comes out byte for byte', () => {
  const keyPair = createECDH('prime256v1');
  keyPair.setPrivateKey(example.senderPrivate, 'base64url');
  const salt = Buffer.from(example.salt, 'base64url');
  const body = encrypt(Buffer.from(example.plaintext), example.keys, {
    keyPair,
    publicKey: keyPair.getPublicKey(),
    salt,
  });
  assert.equal(body?.toString('base64url'), example.body);
});

test('every message has its own salt and key pair', () => {
  const [one, other] = [0, 1].map(() => encrypt(Buffer.from('same'), example.keys)!);
  assert.notDeepEqual(one!.subarray(0, 16), other!.subarray(0, 16));
  assert.notDeepEqual(one!.subarray(21, 86), other!.subarray(21, 86));
});

test('encryption adds a fixed number of bytes', () => {
  for (const length of [0, 1, 3993]) {
    assert.equal(encrypt(Buffer.alloc(length), example.keys)?.length, length + overheadBytes);
  }
});

test('keys that are none encrypt nothing', () => {
  const offCurve = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64url');
  const { p256dh, auth } = example.keys;
  for (const wrong of ['', 'AAAA', offCurve, `${p256dh}AAAA`]) {
    assert.equal(encrypt(Buffer.from('x'), { p256dh: wrong, auth }), null, wrong);
  }
  for (const wrong of ['', 'AAAA', randomBytes(17).toString('base64url')]) {
    assert.equal(encrypt(Buffer.from('x'), { p256dh, auth: wrong }), null, wrong);
  }
});
