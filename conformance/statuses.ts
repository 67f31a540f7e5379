// The statuses that the pages document (under /beta) and those of Graph's conventions (under /v1.0), as far as they can
// be brought about from outside.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import type { Target } from './conformance.ts';
import { type Ask, assertFailure, exchange } from './exchange.ts';
import { fillFor, versions } from './page-requests.ts';
import { pages } from './pages.ts';

interface Row extends Ask {
  readonly method?: string;
  readonly path?: string;
  readonly status: number;
  /** Where /v1.0 answers otherwise. */
  readonly v1?: number;
  readonly code: string;
}

const missing = '/me/notifications/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';

export function statusConformance(target: Target): void {
  const { baseUrl } = target;
  suite('the table of statuses', () => {
    for (const [name, row] of Object.entries(rowsOf(target))) {
      for (const version of versions) {
        const status = version === 'v1.0' ? (row.v1 ?? row.status) : row.status;
        test(`${name} is ${status} under /${version}`, async () => {
          const { method = 'POST', path = '/me/notifications/' } = row;
          assertFailure(await exchange(method, `${baseUrl}/${version}${path}`, row), status, row.code);
        });
      }
    }
    answeredWithMore(target);
  });
}

function rowsOf(target: Target): Readonly<Record<string, Row>> {
  const token = target.credentials.delegated;
  const body = pages[1]?.body(fillFor(target)) ?? {};
  const headers = (name: string, value: string) => ({ token, body, headers: { [name]: value } });
  const invalid = { status: 400, code: 'invalidRequest' };
  const denied = { status: 403, code: 'accessDenied' };
  const noToken = { status: 401, code: 'InvalidAuthenticationToken' };
  const mediaType = { status: 415, code: 'unsupportedMediaType' };
  return {
    'an array': { token, body: [body], ...invalid },
    'a body that is no JSON': { token, body: 'Hello World!', ...invalid },
    'a body that breaks the contract': { token, body: { ...body, targetPolicy: 'windows' }, ...invalid },
    'an invalid payload': { token, body: { ...body, payload: {} }, ...invalid },
    'an expiration in the past': {
      token,
      body: { ...body, expirationDateTime: '2018-08-29T23:51:33.000Z' },
      ...invalid,
    },
    'If-Modified-Since': { ...headers('if-modified-since', 'Wed, 29 Aug 2018 23:51:33 GMT'), ...invalid },
    'If-Range': { ...headers('if-range', '"x"'), ...invalid },
    'an invalid data type': {
      token,
      body: { ...body, '@odata.type': '#microsoft.graph.userActivity' },
      status: 401,
      v1: 400,
      code: 'invalidRequest',
    },
    'no token': { body, ...noToken },
    'a token that is none': { token: 'none', body, ...noToken },
    'another host name': { token, body: { ...body, targetHostName: 'elsewhere.example' }, ...denied },
    'another user': { token, path: '/users/nobody/notifications', body, ...denied },
    'an unknown X-UNS-ID': { ...headers('x-uns-id', 'unknown'), ...denied },
    'the app itself without X-UNS-ID': { token: target.credentials.appOnly, body, ...denied },
    'an unknown notification': { method: 'GET', path: missing, token, status: 404, code: 'itemNotFound' },
    'an unknown path': { method: 'GET', path: '/me/nothing', token, status: 404, code: 'itemNotFound' },
    'another method': { method: 'PUT', token, body, status: 405, code: 'methodNotAllowed' },
    'a body that is too large': {
      token,
      body: { ...body, groupName: 'x'.repeat(70_000) },
      status: 413,
      code: 'requestTooLarge',
    },
    'another content type': { ...headers('content-type', 'text/plain'), ...mediaType },
    'another content encoding': { ...headers('content-encoding', 'br'), ...mediaType },
  };
}

function answeredWithMore(target: Target): void {
  const { baseUrl, credentials } = target;
  const token = credentials.delegated;
  test('405 names the methods in Allow, 401 the scheme in WWW-Authenticate', async () => {
    const wrong = await exchange('PUT', `${baseUrl}/beta/me/notifications`, { token });
    assert.deepEqual(new Set((wrong.headers.get('allow') ?? '').split(', ')), new Set(['GET', 'POST']));
    const unknown = await exchange('GET', `${baseUrl}/beta/me/notifications`);
    assert.match(unknown.headers.get('www-authenticate') ?? '', /^Bearer/);
  });

  test('gzip and deflate are understood', async () => {
    for (const [name, pack] of [['gzip', gzipSync] as const, ['deflate', deflateSync] as const]) {
      const body = pack(JSON.stringify(pages[1]?.body(fillFor(target))));
      const headers = { 'content-encoding': name };
      const { status, text } = await exchange('POST', `${baseUrl}/beta/me/notifications`, {
        token,
        body,
        headers,
      });
      assert.equal(status, 201, text);
    }
  });

  test('a browser may ask first, from anywhere, for any method of the path', async () => {
    const headers = {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, x-uns-id',
    };
    const answer = await exchange('OPTIONS', `${baseUrl}/v1.0/me/notifications/`, { headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.match(answer.headers.get('access-control-allow-methods') ?? '', /POST/);
    const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, */);
    for (const name of [
      'authorization',
      'content-type',
      'content-encoding',
      'x-uns-id',
      'if-match',
      'prefer',
    ])
      assert.ok(allowed.includes(name), name);
  });
}
