import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeCertificate } from '../lib/certificate.ts';
import { readConfig, readSecretKey } from './config.ts';
import { ConfigError } from './problem.ts';
import { settingGroups, settingNames, settingOf, settings, variableOf } from './settings.ts';
import type { Given } from './sources.ts';

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

/** A path in a folder that goes with the test. */
function fileOf(context: TestContext, name: string, content?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

test('a proxy that can not be used is a problem with the name of its variable, and is never quoted', () => {
  const environment = { https_proxy: 'socks5://me:hidden@proxy.example' };
  const [problem = ''] = problemsOf(() => readConfig({}, environment, null));
  assert.match(problem, /^HTTPS_PROXY must be an http or https address/);
  assert.doesNotMatch(problem, /hidden/);
});

test('every setting is in one group, with a text, a type and a default', () => {
  const grouped = Object.values(settingGroups).flatMap((group) => Object.keys(group));
  assert.deepEqual(grouped.toSorted(), Object.keys(settings).toSorted());
  assert.equal(new Set(grouped).size, grouped.length);
  for (const name of settingNames) {
    const { about, usual, read, takes } = settingOf(name);
    assert.match(about, /^\S.*[^.]$/, name);
    assert.ok(
      takes === '' || usual !== null || read(undefined) !== null,
      `${name} says what holds without it`,
    );
  }
});

test('the command line wins over the environment, the environment over the file, the file over the default', (context) => {
  const file = fileOf(
    context,
    'settings.json',
    '{"port": 1, "host": "::1", "issuer": "https://file.example"}',
  );
  const environment = { CARILLON_PORT: '2', CARILLON_ISSUER: 'https://a.example, https://b.example' };
  const config = readConfig({ port: '3' }, environment, file);
  assert.deepEqual([config.port, config.host, config.throttlePerMinute], [3, '::1', 3000]);
  assert.deepEqual(config.issuers, ['https://a.example', 'https://b.example']);
  assert.equal(readConfig({}, environment, file).port, 2);
  assert.deepEqual(readConfig({}, { CARILLON_ISSUER: '' }, file).issuers, ['https://file.example']);
});

test('a switch is 1, 0, true or false wherever it is given', (context) => {
  for (const [given, expected] of [
    ['1', true],
    ['TRUE', true],
    ['0', false],
    ['false', false],
  ] as const) {
    assert.equal(readConfig({}, { CARILLON_ALLOW_PRIVATE_PUSH: given }, null).allowPrivatePush, expected);
  }
  const file = fileOf(context, 'settings.json', '{"allow-private-push": true}');
  assert.equal(readConfig({}, {}, file).allowPrivatePush, true);
  const [problem] = problemsOf(() => readConfig({}, { CARILLON_DEV: 'maybe' }, null));
  assert.equal(problem, 'dev (--dev, CARILLON_DEV): "maybe" must be 1, 0, true or false');
});

test('all problems of all parts are reported at once, each with key, flag and variable', (context) => {
  const file = fileOf(context, 'settings.json', '{"colour": "red", "audience": [1], "drain-delay": 1.5}');
  const flags: Given = {
    ...{ port: '65536', host: '', throttle: 'much', 'log-level': 'loud' },
    ...{ issuer: ['https://a.example', 'ftp://b', 'http://c'], 'trusted-proxy': ['10.0.0.0/8', 'x'] },
    ...{ 'tls-cert': '/absent.pem', 'nats-creds': '/absent.creds' },
  };
  const problems = problemsOf(() => readConfig(flags, { CARILLON_INBOX_CLIENT_ID: 'x' }, file));
  const keys = problems.map((problem) => problem.slice(0, problem.search(/[ :]/)));
  assert.deepEqual(keys.toSorted(), [
    ...['audience', 'colour', 'drain-delay', 'host', 'issuer', 'issuer', 'log-level'],
    ...['nats-creds', 'port', 'throttle', 'tls-cert', 'tls-key', 'trusted-proxy'],
  ]);
  for (const [at, problem] of problems.entries()) {
    const name = keys[at] ?? '';
    if (name === 'colour') assert.match(problem, /unknown in .*; known are port, host, /);
    else assert.ok(problem.startsWith(`${name} (--${name}, ${variableOf(name)}): `), problem);
  }
  assert.match(problems.join('\n'), /port .*"65536" must be a whole number from 0 to 65535$/m);
  assert.match(problems.join('\n'), /throttle .*"much" must be off or a whole number from 1 to 10000000$/m);
});

test('the storage of a user is a number of bytes, with a binary unit or without', () => {
  const bytesOf = (given: string) => readConfig({ 'user-storage': given }, {}, null).storageBytesMax;
  const given = ['20000', '512KiB', '3 mib', '1GiB'];
  assert.deepEqual(given.map(bytesOf), [20_000, 512 * 1024, 3 * 2 ** 20, 2 ** 30]);
  assert.equal(readConfig({}, {}, null).storageBytesMax, 64 * 2 ** 20);
  assert.equal(readConfig({}, { CARILLON_USER_STORAGE: '1MiB' }, null).storageBytesMax, 2 ** 20);
  for (const wrong of ['0', '-1', '1.5MiB', '5MB', 'many', '9999999999GiB']) {
    const [problem] = problemsOf(() => readConfig({ 'user-storage': wrong }, {}, null));
    assert.match(problem ?? '', /^user-storage .*(number of bytes|whole number)/, wrong);
  }
});

test('what can be a password is never quoted', () => {
  const flags = {
    ...{ 'database-url': 'mysql://u:hunter2@h', 'public-url': 'https://u:hunter2@h' },
    ...{
      'nats-url': ['http://u:hunter2@h'],
      issuer: ['ftp://u:hunter2@h'],
      'admin-issuer': 'ftp://u:hunter2@h',
    },
  };
  const problems = problemsOf(() => readConfig(flags, { CARILLON_SECRET_KEY: 'hunter2' }, null));
  assert.equal(problems.length, 6);
  assert.doesNotMatch(problems.join('\n'), /hunter2/);
});

test('the secret key is 32 bytes in base64, from the environment or a file, and never a flag', (context) => {
  const file = fileOf(context, 'settings.json', JSON.stringify({ 'secret-key': key.toString('base64') }));
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
    /^config \(CARILLON_CONFIG\): \S+ can not be read as JSON: it is not valid JSON; correct it, or name another file with --config$/,
  );
  for (const wrong of ['short', `${key.toString('base64')}AAAA`, `${'*'.repeat(43)}=`]) {
    const problems = problemsOf(() => readSecretKey({ CARILLON_SECRET_KEY: wrong }, null));
    assert.match(problems[0] ?? '', /must be 32 bytes in base64/);
    assert.ok(!problems[0]?.includes(wrong), 'a key is not quoted, right or wrong');
  }
});

test('taps are spared by default, and certificates for push services are read as they are', async (context) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { commonName: 'a CA', key: privateKey };
  const pem = await makeCertificate({ ...issuer, issuer, notBefore: 0, notAfter: 1e12 });
  const path = fileOf(context, 'ca.pem', pem + pem);
  const { pushGrace, pushCa } = readConfig({ 'push-ca': path }, {}, null);
  assert.deepEqual([pushGrace, pushCa], ['taps', pem + pem]);
  assert.equal(readConfig({}, { CARILLON_PUSH_GRACE: 'off' }, null).pushGrace, 'off');
  writeFileSync(path, 'no certificate');
  const problems = problemsOf(() => readConfig({ 'push-ca': path, 'push-grace': 'never' }, {}, null));
  assert.equal(problems.length, 2);
  assert.match(problems.join('\n'), /push-ca .* holds no certificate.*push-grace .* off, taps, all/s);
});

test('what is left out follows from the rest', () => {
  const urlOf = (flags: Given) => readConfig(flags, {}, null).publicUrl;
  assert.equal(urlOf({ host: '::1', port: 80 }), 'http://[::1]:80');
  assert.equal(urlOf({ 'tls-dev': true }), 'https://localhost:4280');
  const one = readConfig({ issuer: ['https://a.example'], 'public-url': 'https://hub.example/' }, {}, null);
  assert.deepEqual([one.adminIssuer, one.audiences], ['https://a.example', ['https://hub.example']]);
  assert.equal(
    readConfig({ issuer: ['https://a.example', 'https://b.example'] }, {}, null).adminIssuer,
    null,
  );
  const nodes = readConfig({ 'nats-url': ['nats://a,nats://b'] }, {}, null);
  assert.deepEqual([nodes.nats?.urls, nodes.drainDelayMs], [['nats://a', 'nats://b'], 2000]);
  const development = readConfig({ dev: true }, {}, null);
  assert.deepEqual([development.allowPrivatePush, development.logLevel], [true, 'warn']);
  const [beyond] = problemsOf(() => readConfig({ dev: true, host: '0.0.0.0' }, {}, null));
  assert.match(beyond ?? '', /^host .*not a loopback address/);
});
