import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationOf, readProxies } from './proxy.ts';

const proxied = (environment: NodeJS.ProcessEnv, url: string): string | null =>
  readProxies(environment)(destinationOf(new URL(url)))?.name ?? null;

const both = { HTTPS_PROXY: 'http://secure.example:3128', HTTP_PROXY: 'plain.example:8080' };
const cases: [noProxy: string, url: string, proxy: string | null][] = [
  ['', 'https://fcm.googleapis.com/v1', 'http://secure.example:3128'],
  ['', 'http://gateway.example/', 'http://plain.example:8080'],
  ['', 'https://localhost:4300', null],
  ['', 'https://hub.localhost', null],
  ['', 'https://127.0.0.9', null],
  ['', 'https://[::1]:4300', null],
  ['*', 'https://fcm.googleapis.com', null],
  ['googleapis.com', 'https://fcm.googleapis.com', null],
  ['.googleapis.com', 'https://fcm.googleapis.com', null],
  ['*.googleapis.com', 'https://FCM.googleapis.com.', null],
  ['apis.com', 'https://fcm.googleapis.com', 'http://secure.example:3128'],
  ['login.example, push.example:8443', 'https://push.example:8443/x', null],
  ['login.example push.example:8443', 'https://push.example/x', 'http://secure.example:3128'],
  ['10.0.0.0/8', 'https://10.1.2.3', null],
  ['10.0.0.0/8', 'https://11.1.2.3', 'http://secure.example:3128'],
  ['fd00::/8,2001:db8::7', 'https://[fd00::5]', null],
  ['fd00::/8,2001:db8::7', 'https://[2001:db8::7]', null],
  ['192.0.2.7', 'https://192.0.2.7', null],
];
for (const [noProxy, url, proxy] of cases)
  test(`NO_PROXY=${noProxy}: ${url} goes through ${proxy}`, () =>
    assert.equal(proxied({ ...both, NO_PROXY: noProxy }, url), proxy));

test('lower case comes before upper case, and without variables nothing is proxied', () => {
  assert.equal(
    proxied({ ...both, https_proxy: 'https://other.example' }, 'https://a.example'),
    'https://other.example',
  );
  assert.equal(proxied({}, 'https://a.example'), null);
  assert.equal(proxied({ HTTP_PROXY: 'http://plain.example' }, 'https://a.example'), null);
});

test('user and password are sent and never shown', () => {
  const proxy = readProxies({ HTTPS_PROXY: 'http://me:p%40ss@proxy.example:3128' })(
    destinationOf(new URL('https://a.example')),
  );
  assert.equal(proxy?.authorization, `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  assert.equal(proxy?.name, 'http://proxy.example:3128');
  for (const wrong of ['socks5://me:secret@proxy.example', 'http://me:secret@', 'ftp://me:secret@x']) {
    const thrown = (error: Error) =>
      error.message.startsWith('HTTPS_PROXY') && !error.message.includes('secret');
    assert.throws(() => readProxies({ HTTPS_PROXY: wrong }), thrown);
  }
});
