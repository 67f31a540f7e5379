import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../lib/certificate.ts';
import { ConfigError, readConfig, readSecretKey } from './config.ts';

const key = Buffer.alloc(32, 0xfb);

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('the secret key is 32 bytes in base64, from the environment or a file, and never a flag', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ 'secret-key': key.toString('base64') }));
  assert.deepEqual(readConfig({}, {}, file).secretKey, key);
  assert.deepEqual(readConfig({}, { CARILLON_SECRET_KEY: key.toString('base64') }, null).secretKey, key);
  assert.deepEqual(readSecretKey({}, file), key);
  assert.equal(readConfig({}, {}, null).secretKey, null);
  const [flagged] = problemsOf(() => readConfig({ 'secret-key': key.toString('base64') }, {}, null));
  assert.match(flagged ?? '', /^secret-key \(CARILLON_SECRET_KEY\): is not for the command line/);
  writeFileSync(file, `{"secret-key":"${key.toString('base64')}`);
  const broken = problemsOf(() => readSecretKey({}, file));
  assert.match(
    broken.join(),
    /^config \(CARILLON_CONFIG\): \S+ can not be read as JSON: it is not valid JSON$/,
  );
  for (const wrong of ['short', `${key.toString('base64')}AAAA`, `${'*'.repeat(43)}=`]) {
    const problems = problemsOf(() => readSecretKey({ CARILLON_SECRET_KEY: wrong }, null));
    assert.match(problems[0] ?? '', /must be 32 bytes in base64/);
    assert.ok(!problems[0]?.includes(wrong), 'a key is not told, right or wrong');
  }
});

test('taps are spared unless told otherwise, and certificates for push services are read as they are', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ca.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { commonName: 'a CA', key: privateKey };
  const pem = await makeCertificate({
    commonName: 'a CA',
    key: privateKey,
    issuer,
    notBefore: 0,
    notAfter: 1e12,
  });
  writeFileSync(path, pem + pem);
  const { pushGrace, pushCa } = readConfig({ 'push-ca': path }, {}, null);
  assert.deepEqual([pushGrace, pushCa], ['taps', pem + pem]);
  assert.equal(readConfig({}, { CARILLON_PUSH_GRACE: 'off' }, null).pushGrace, 'off');
  writeFileSync(path, 'no certificate');
  const problems = problemsOf(() => readConfig({ 'push-ca': path, 'push-grace': 'never' }, {}, null));
  assert.equal(problems.length, 2);
  assert.match(problems.join('\n'), /push-ca .* holds no certificate.*push-grace .* off, taps, all/s);
});
