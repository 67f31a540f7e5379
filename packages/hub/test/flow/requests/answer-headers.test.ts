// What every answer carries so that no cache keeps it, no browser guesses its type, and no later request leaves TLS; and
// what a path with a proxy's prefix is answered.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSession } from '@carillon/testing/feed/readers.ts';
import { post, startHub } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';

describe('JSON is neither cached nor guessed', () => {
  test('answers and refusals of every kind carry no-store and nosniff, and a page may read their Date', async () => {
    await using hub = await startHub();
    const token = hub.token({ user: 'alice' });
    const answers = {
      created: await hub.request('POST', feed, { token, body: post() }),
      listed: await hub.request('GET', feed, { token }),
      'without a token': await hub.request('GET', feed),
      'a broken body': await hub.request('POST', feed, { token, body: '{' }),
      nowhere: await hub.request('GET', '/nowhere'),
      'badly encoded': await hub.request('GET', '/v1.0/%zz'),
      'a wrong method': await hub.request('PUT', feed, { token }),
      healthz: await hub.request('GET', '/healthz'),
      keys: await hub.request('GET', '/v1.0/notificationKeys'),
      'configuration of the page': await hub.request('GET', '/inbox/config.json'),
      discovery: await hub.request('GET', '/identity/.well-known/openid-configuration'),
      'key set': await hub.request('GET', '/identity/jwks'),
      'token refused': await hub.request('POST', '/identity/token', { body: 'grant_type=x' }),
    };
    for (const [name, { headers, text }] of Object.entries(answers)) {
      assert.match(headers['content-type'] ?? '', /json/, `${name}: ${text}`);
      assert.match(headers['cache-control'] ?? '', /no-store/, name);
      assert.equal(headers['x-content-type-options'], 'nosniff', name);
      assert.equal(headers['strict-transport-security'], undefined, name);
    }
    assert.match(String(answers.listed.headers['access-control-expose-headers']), /\bDate\b/);
  });

  test('over TLS every answer asks the browser to stay with it', async (context) => {
    await using hub = await startHub({ settings: { 'tls-dev': true } });
    const { port } = new URL(hub.baseUrl);
    const session = openSession(
      `https://127.0.0.1:${port}`,
      readFileSync(join(hub.dataDir, 'tls', 'ca.pem')),
    );
    context.after(() => session.destroy());
    for (const path of ['/healthz', feed, '/nowhere', '/inbox', '/identity/jwks']) {
      const request = session.request({ ':path': path });
      const headers = await new Promise<Record<string, unknown>>((resolve) => {
        request.on('response', resolve);
      });
      request.resume();
      assert.equal(headers['strict-transport-security'], 'max-age=31536000', path);
    }
  });
});

test('a path with a prefix that a proxy left is 404, and says that the prefix must be stripped', async () => {
  await using hub = await startHub();
  for (const path of [
    '/bells/v1.0/me/notifications',
    '/a/b/beta/me/notifications/delta',
    '/bells/inbox',
    '/bells/healthz',
    '/bells/',
  ]) {
    const { status, json } = await hub.request('GET', path);
    assert.equal(status, 404);
    assert.match(json.error.message, /proxy .*must strip the prefix/, path);
  }
  const { status, json } = await hub.request('GET', '/bells/v1.0/me/nothing');
  assert.equal(status, 404);
  assert.doesNotMatch(json.error.message, /prefix/);
});
