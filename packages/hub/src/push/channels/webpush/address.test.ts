import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { HubError } from '../../../model/errors.ts';
import { webPushAddress } from './address.ts';

const { p256dh, auth } = webPushKeys;
const point = Buffer.from(p256dh, 'base64url');

function check(keys: { p256dh: string; auth: string }): void {
  webPushAddress.check?.({ type: 'webPush', endpoint: 'https://push.example/x', keys }, false);
}

function refusal(target: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof HubError && error.code === 'invalidRequest' && error.details.target === target;
}

function changed(index: number, value: number): Buffer {
  const copy = Buffer.from(point);
  copy[index] = value;
  return copy;
}

suite('the keys of Web Push', () => {
  test('are taken in base64url and base64, padded or not', () => {
    const bytes = Buffer.from(auth, 'base64url');
    check({ p256dh, auth });
    check({ p256dh: `${p256dh}=`, auth: `${auth}==` });
    check({ p256dh: point.toString('base64'), auth: bytes.toString('base64') });
    for (let round = 0; round < 20; round += 1) {
      const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
      const fresh = Buffer.concat([
        Buffer.of(4),
        ...[x, y].map((each) => Buffer.from(each ?? '', 'base64url')),
      ]);
      check({ p256dh: fresh.toString('base64url'), auth: randomBytes(16).toString('base64url') });
    }
  });

  const wrongPoints = {
    text: 'key',
    nothing: '',
    'a compressed point': Buffer.concat([Buffer.of(2), point.subarray(1, 33)]).toString('base64url'),
    'a hybrid point': changed(0, 6).toString('base64url'),
    'a point beside the curve': changed(64, (point[64] ?? 0) ^ 1).toString('base64url'),
    'the origin': Buffer.concat([Buffer.of(4), Buffer.alloc(64)]).toString('base64url'),
    'a byte too many': Buffer.concat([point, Buffer.of(0)]).toString('base64url'),
    'a byte too few': point.subarray(0, 64).toString('base64url'),
    'other characters': `${p256dh.slice(0, 40)} ${p256dh.slice(40)}`,
    'a character too many': `${p256dh}AA`,
    'a key in another format': generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ format: 'der', type: 'spki' })
      .toString('base64url'),
  };
  for (const [what, wrong] of Object.entries(wrongPoints)) {
    test(`${what} is no p256dh`, () => {
      assert.throws(() => check({ p256dh: wrong, auth }), refusal('channel.keys.p256dh'));
    });
  }

  test('auth is 16 bytes', () => {
    for (const wrong of [
      '',
      'auth',
      randomBytes(15).toString('base64url'),
      randomBytes(17).toString('hex'),
    ]) {
      assert.throws(() => check({ p256dh, auth: wrong }), refusal('channel.keys.auth'));
    }
  });
});
