import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import type { ApnsCredentials } from './credentials.ts';
import { openApnsTokens } from './token.ts';

const minuteMs = 60_000;

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const credentials: ApnsCredentials = {
  teamId: 'TEAM000001',
  keyId: 'KEY0000001',
  privateKey: pemOf(privateKey),
};

function openTokens() {
  const clock = { now: Date.UTC(2030, 0, 1) };
  return { clock, tokens: openApnsTokens(() => clock.now) };
}

test('a token names team, key and time, signed by the key', async () => {
  const { clock, tokens } = openTokens();
  const token = String(await tokens.get(credentials));
  const { payload } = await jwtVerify(token, publicKey, { currentDate: new Date(clock.now) });
  assert.deepEqual(payload, { iss: 'TEAM000001', iat: clock.now / 1000 });
  assert.deepEqual(decodeProtectedHeader(token), { alg: 'ES256', kid: 'KEY0000001' });
});

test('one token serves everybody for 45 minutes, then there is a new one', async () => {
  const { clock, tokens } = openTokens();
  const first = tokens.get(credentials);
  assert.equal(tokens.get({ ...credentials }), first);
  clock.now += 44 * minuteMs;
  assert.equal(tokens.get(credentials), first);
  clock.now += minuteMs;
  assert.notEqual(await tokens.get(credentials), await first);
});

test('a refused token is renewed, but never sooner than Apple takes a new one', async () => {
  const { clock, tokens } = openTokens();
  const first = await tokens.get(credentials);
  tokens.forget(credentials);
  clock.now += 19 * minuteMs;
  assert.equal(await tokens.get(credentials), first);
  clock.now += minuteMs;
  const second = await tokens.get(credentials);
  assert.notEqual(second, first);
  clock.now += 30 * minuteMs;
  assert.equal(await tokens.get(credentials), second);
});

test('a token that was made before the clock was set back is made again', async () => {
  const { clock, tokens } = openTokens();
  const first = await tokens.get(credentials);
  clock.now -= 120 * minuteMs;
  assert.notEqual(await tokens.get(credentials), first);
});

test('another key under the same name counts at once', async () => {
  const { tokens } = openTokens();
  await tokens.get(credentials);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = String(await tokens.get({ ...credentials, privateKey: pemOf(other.privateKey) }));
  await jwtVerify(token, other.publicKey, { currentDate: new Date(Date.UTC(2030, 0, 1)) });
});

test('what is no P-256 key in PKCS #8 is the fault of the credentials', async () => {
  const { tokens } = openTokens();
  const keys = [
    'not a key',
    pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
    pemOf(generateKeyPairSync('ed25519').privateKey),
    privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
  ];
  for (const key of keys) {
    const outcome = await tokens.get({ ...credentials, privateKey: key });
    assert.ok(typeof outcome !== 'string', key);
    assert.deepEqual(
      [outcome.verdict, outcome.blame, outcome.reason, outcome.unanswered],
      ['retry', 'credentials', 'privateKeyUnusable', false],
    );
  }
});
