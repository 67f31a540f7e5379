import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { type JWTPayload, jwtVerify } from 'jose';
import { makeVapidKeys, vapidJwk } from '../../../model/vapid.ts';
import { openVapidTokens } from './token.ts';

const hour = 60 * 60 * 1000;
const start = Date.UTC(2030, 0, 1);
const keys = makeVapidKeys();
const origin = 'https://push.example';

function opened(subject = 'mailto:ops@hub.example') {
  const clock = { now: start };
  return { clock, tokens: openVapidTokens({ keys, subject, now: () => clock.now }) };
}

async function claimsOf(authorization: string, at = start): Promise<JWTPayload> {
  const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  assert.equal(key, keys.publicKey);
  const { d: _, ...jwk } = vapidJwk(keys);
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const { payload } = await jwtVerify(token!, publicKey, {
    algorithms: ['ES256'],
    currentDate: new Date(at),
  });
  return payload;
}

test('a token is for its origin, ends within a day, and names whom to write to', async () => {
  const claims = await claimsOf(opened().tokens.authorization(origin));
  assert.deepEqual(claims, { aud: origin, exp: (start + 12 * hour) / 1000, sub: 'mailto:ops@hub.example' });
});

test('each origin has its own, used again until half of its life is over', () => {
  const { clock, tokens } = opened();
  const first = tokens.authorization(origin);
  assert.notEqual(tokens.authorization('https://other.example'), first);
  clock.now += 6 * hour - 1;
  assert.equal(tokens.authorization(origin), first);
  clock.now += 1;
  assert.notEqual(tokens.authorization(origin), first);
});

test('a token that was refused, or made before the clock was set back, is made anew', () => {
  const { clock, tokens } = opened();
  const first = tokens.authorization(origin);
  tokens.forget(origin);
  const second = tokens.authorization(origin);
  assert.notEqual(second, first);
  clock.now -= 1000;
  assert.notEqual(tokens.authorization(origin), second);
});

test('the contact is a mailto: or https: address whatever the public URL is', async () => {
  const subjectOf = async (subject: string) =>
    (await claimsOf(opened(subject).tokens.authorization(origin))).sub;
  assert.equal(await subjectOf('https://hub.example'), 'https://hub.example');
  assert.equal(await subjectOf('http://hub.example:4280'), 'mailto:postmaster@hub.example');
  assert.equal(await subjectOf('nonsense'), 'mailto:postmaster@localhost');
});

test('origins that devices made up do not fill the memory', () => {
  const { tokens } = opened();
  const first = tokens.authorization(origin);
  for (let at = 0; at < 1000; at++) tokens.authorization(`https://${at}.example`);
  assert.notEqual(tokens.authorization(origin), first);
});
