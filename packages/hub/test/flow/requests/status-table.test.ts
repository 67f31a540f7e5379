// Which status answers what, under each version, and which fault is told when there are several.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertError, assertErrorShape } from '@carillon/testing/hub/assert-error.ts';
import {
  type Answered,
  post,
  type RequestOptions,
  sendRaw,
  startHub,
  subscribe,
} from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const alice = hub.token({ user: 'alice' });
const wrongScope = hub.token({ user: 'alice', scopes: ['openid'] });
const appOnly = hub.token();
const bobs = await subscribe(hub, { token: hub.token({ user: 'bob' }) });
const lapsing = await subscribe(hub, {
  installationId: 'lapsing',
  expirationDateTime: new Date(clock.now() + 1000).toISOString(),
});
clock.advance(2000);

const missing = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
const feed = '/me/notifications';

interface Row extends RequestOptions {
  readonly method?: string;
  /** Below the version; default: the feed. */
  readonly path?: string;
  readonly beta: number;
  readonly v1: number;
  readonly code: string;
}

const invalid = { beta: 400, v1: 400, code: 'invalidRequest' };
const denied = { beta: 403, v1: 403, code: 'accessDenied' };
const notFound = { beta: 404, v1: 404, code: 'itemNotFound' };
const noToken = { beta: 401, v1: 401, code: 'InvalidAuthenticationToken' };
const mediaType = { beta: 415, v1: 415, code: 'unsupportedMediaType' };
const tooLarge = { beta: 413, v1: 413, code: 'requestTooLarge' };
const wrongType = { beta: 401, v1: 400, code: 'invalidRequest' };
const modified = { beta: 412, v1: 412, code: 'resourceModified' };

const rows: Readonly<Record<string, Row>> = {
  'an array': { token: alice, body: [post()], ...invalid },
  'broken JSON': { token: alice, body: '{', ...invalid },
  'a body that breaks the contract': { token: alice, body: post({ payload: 7 }), ...invalid },
  'an empty payload': { token: alice, body: post({ payload: {} }), ...invalid },
  'If-Modified-Since': {
    token: alice,
    body: post(),
    headers: { 'If-Modified-Since': 'Sat, 01 Jan 2022 00:00:00 GMT' },
    ...invalid,
  },
  'If-Range': { token: alice, body: post(), headers: { 'If-Range': '"x"' }, ...invalid },
  'a foreign @odata.type': {
    token: alice,
    body: post({ '@odata.type': '#microsoft.graph.activity' }),
    ...wrongType,
  },
  'no token': { body: post(), ...noToken },
  'a malformed token': { token: 'nonsense', body: post(), ...noToken },
  'another scheme': { headers: { authorization: 'Basic YTpi' }, body: post(), ...noToken },
  'a foreign host name': { token: alice, body: post({ targetHostName: 'b.example' }), ...denied },
  'the feed of another user': { token: alice, path: '/users/bob/notifications', body: post(), ...denied },
  'an X-UNS-ID of another user': { token: alice, headers: { 'X-UNS-ID': bobs }, body: post(), ...denied },
  'an expired X-UNS-ID': { token: alice, headers: { 'X-UNS-ID': lapsing }, body: post(), ...denied },
  'an X-UNS-ID that is none': { token: alice, headers: { 'X-UNS-ID': 'none' }, body: post(), ...denied },
  'an app-only token without X-UNS-ID': { token: appOnly, body: post(), ...denied },
  'a token without a feed scope': { token: wrongScope, body: post(), ...denied },
  'a notification that is not there': {
    token: alice,
    method: 'GET',
    path: `${feed}/${missing}`,
    ...notFound,
  },
  'an id that is none': { token: alice, method: 'DELETE', path: `${feed}/nothing`, ...notFound },
  'a path that is not there': { token: alice, method: 'GET', path: '/me/messages', ...notFound },
  'a method that the path lacks': {
    token: alice,
    method: 'PUT',
    path: feed,
    beta: 405,
    v1: 405,
    code: 'methodNotAllowed',
  },
  'a body above the limit': { token: alice, body: post({ groupName: 'x'.repeat(70_000) }), ...tooLarge },
  'a body above the limit once unpacked': {
    token: alice,
    body: gzipSync(JSON.stringify(post({ groupName: 'x'.repeat(70_000) }))),
    headers: { 'Content-Encoding': 'gzip' },
    ...tooLarge,
  },
  'another content type': {
    token: alice,
    body: 'a',
    headers: { 'content-type': 'text/plain' },
    ...mediaType,
  },
  'another content encoding': {
    token: alice,
    body: 'a',
    headers: { 'Content-Encoding': 'br' },
    ...mediaType,
  },
  'a cursor of another feed': {
    token: alice,
    method: 'GET',
    path: `${feed}/delta?$deltatoken=AAAA`,
    beta: 410,
    v1: 410,
    code: 'resyncRequired',
  },
};

function ask(version: string, { method = 'POST', path = feed, ...options }: Row): Promise<Answered> {
  return hub.request(method, `/${version}${path}`, options);
}

for (const [name, row] of Object.entries(rows)) {
  test(`${name} is answered ${row.beta} on beta and ${row.v1} on v1.0`, async () => {
    assertError(await ask('beta', row), { status: row.beta, code: row.code });
    assertError(await ask('v1.0', row), { status: row.v1, code: row.code });
  });
}

for (const version of ['beta', 'v1.0']) {
  test(`a created, a repeated and a replaced notification are 201, 200 and 200 on ${version}`, async () => {
    const name = `${version} ladder`;
    const send = (more: object) =>
      hub.request('POST', `/${version}${feed}`, {
        token: alice,
        body: post({ appNotificationId: name, ...more }),
      });
    assert.equal((await send({})).status, 201);
    assert.equal((await send({})).status, 200);
    assert.equal((await send({ groupName: 'other' })).status, 200);
  });

  test(`an If-Match that is not the ETag is 412 on ${version}`, async () => {
    const made = await hub.request('POST', `/${version}${feed}`, { token: alice, body: post() });
    const path = `${feed}/${made.json.id}`;
    const stale = { token: alice, path, headers: { 'If-Match': 'W/"99"' }, ...modified };
    assertError(await ask(version, { ...stale, method: 'PATCH', body: { readState: 'read' } }), {
      status: 412,
      code: 'resourceModified',
    });
    assertError(await ask(version, { ...stale, method: 'DELETE' }), {
      status: 412,
      code: 'resourceModified',
    });
  });

  test(`a blocked app is 403 on ${version}, and its notifications come back when it is not`, async () => {
    const app = hub.registry.apps.findById('app-b');
    assert.ok(app);
    const token = hub.token({ user: 'alice', app: 'app-b' });
    await hub.registry.apps.put({ ...app, blocked: true });
    assertError(await hub.request('GET', `/${version}${feed}`, { token }), {
      status: 403,
      code: 'accessDenied',
      message: /blocked list/,
    });
    await hub.registry.apps.put({ ...app, blocked: false });
    assert.equal((await hub.request('GET', `/${version}${feed}`, { token })).status, 200);
  });
}

suite('when several faults apply, the first of the table is told', () => {
  const blockedHeaders = { 'If-Range': '"x"' };
  const pairs: Readonly<Record<string, Row>> = {
    'the route before the token': { method: 'GET', path: '/me/messages', ...notFound },
    'the method before the headers': {
      method: 'PUT',
      headers: blockedHeaders,
      beta: 405,
      v1: 405,
      code: 'methodNotAllowed',
    },
    'the headers before the token': { headers: blockedHeaders, body: post(), ...invalid },
    'the token before the media type': { body: 'a', headers: { 'content-type': 'text/plain' }, ...noToken },
    'the token before the size': { body: 'x'.repeat(70_000), ...noToken },
    'the scope before the media type': {
      token: wrongScope,
      body: 'a',
      headers: { 'content-type': 'text/plain' },
      ...denied,
    },
    'the scope before the size': { token: wrongScope, body: 'x'.repeat(70_000), ...denied },
    'the scope before the body': { token: wrongScope, body: '{', ...denied },
    'the media type before the size': {
      token: alice,
      body: 'x'.repeat(70_000),
      headers: { 'content-type': 'text/plain' },
      ...mediaType,
    },
    'the encoding before the size': {
      token: alice,
      body: 'x'.repeat(70_000),
      headers: { 'Content-Encoding': 'br' },
      ...mediaType,
    },
    'the size before the body': { token: alice, body: '{'.repeat(70_000), ...tooLarge },
    'the body before the user': { token: alice, path: '/users/bob/notifications', body: '{', ...invalid },
    'the body before the X-UNS-ID': { token: alice, headers: { 'X-UNS-ID': bobs }, body: '[]', ...invalid },
    'the body before the host name': {
      token: alice,
      body: post({ targetHostName: 'b.example', priority: 'Urgent' }),
      ...invalid,
    },
    'the date in the body before the host name': {
      token: alice,
      body: post({ targetHostName: 'b.example', expirationDateTime: '2001-01-01T00:00:00Z' }),
      ...invalid,
    },
    'the type of the body before the host name': {
      token: alice,
      body: post({ targetHostName: 'b.example', '@odata.type': 'microsoft.graph.message' }),
      ...wrongType,
    },
    'the body before the notification': {
      token: alice,
      method: 'PATCH',
      path: `${feed}/${missing}`,
      body: { readState: 'seen' },
      ...invalid,
    },
    'the user before the notification': {
      token: alice,
      method: 'GET',
      path: `/users/bob/notifications/${missing}`,
      ...denied,
    },
    'the X-UNS-ID before the notification': {
      token: alice,
      method: 'GET',
      path: `${feed}/${missing}`,
      headers: { 'X-UNS-ID': bobs },
      ...denied,
    },
    'the notification before the If-Match': {
      token: alice,
      method: 'DELETE',
      path: `${feed}/${missing}`,
      headers: { 'If-Match': 'W/"9"' },
      ...notFound,
    },
  };
  for (const [name, row] of Object.entries(pairs)) {
    test(name, async () => {
      assertError(await ask('beta', row), { status: row.beta, code: row.code });
      assertError(await ask('v1.0', row), { status: row.v1, code: row.code });
    });
  }
});

suite('every failure has the one shape', () => {
  const paths = [
    '/',
    '/v1.0',
    '/v2.0/me/notifications',
    '/v1.0/users',
    '/beta/me/notifications/a/b/c',
    '/admin/x',
  ];
  for (const path of paths) {
    test(`a DELETE of ${path}`, async () => {
      const answer = await hub.request('DELETE', path, { token: alice });
      assert.ok(answer.status === 404 || answer.status === 405, answer.text);
      assertErrorShape(answer);
    });
  }

  for (const path of ['/v1.0/me/notifications/%zz', '/beta/users/%ff/notifications', '/%']) {
    test(`a path that is not validly encoded: ${path}`, async () => {
      assertError(await hub.request('GET', path, { token: alice }), { status: 400, code: 'invalidRequest' });
    });
  }

  test('an id longer than any that was given', async () => {
    const path = `/v1.0/me/notifications/${'a'.repeat(2000)}`;
    assertError(await hub.request('GET', path, { token: alice }), { status: 404 });
  });

  test('bytes that are not HTTP, and headers without end', async () => {
    for (const bytes of ['NONSENSE\r\n\r\n', `GET /v1.0/me HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`]) {
      const answer = await sendRaw(hub.baseUrl, bytes);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      assert.match(head, /^HTTP\/1\.1 4\d\d /);
      const { error } = JSON.parse(body);
      assert.equal(error.code, 'invalidRequest');
      assert.equal(typeof error.innerError['request-id'], 'string');
    }
  });

  test('the ids of request and client stand in headers and error, a GUID of the client echoed', async () => {
    const id = '71e62feb-8d72-4912-8b2c-4cee9d89e781';
    const answer = await hub.request('GET', '/v1.0/me/notifications', {
      headers: { 'client-request-id': id },
    });
    assertError(answer, { status: 401 });
    assert.equal(answer.headers['client-request-id'], id);
    assert.notEqual(answer.headers['request-id'], id);
    const plain = await hub.request('GET', '/v1.0/me/notifications', {
      headers: { 'client-request-id': 'mine' },
    });
    assert.equal(plain.headers['client-request-id'], plain.headers['request-id']);
  });

  test('a member of the body is named by its path', async () => {
    const body = post({ payload: { visualContent: { title: 7 } } });
    assertError(await hub.request('POST', '/v1.0/me/notifications', { token: alice, body }), {
      status: 400,
      target: 'payload.visualContent.title',
    });
  });
});

test('405 says in Allow what the path supports', async () => {
  const allowed = async (path: string) => {
    const { status, headers } = await hub.request('PUT', `/v1.0${path}`, { token: alice });
    assert.equal(status, 405);
    return new Set((headers.allow ?? '').split(', '));
  };
  assert.deepEqual(await allowed(feed), new Set(['POST', 'GET', 'HEAD']));
  assert.deepEqual(await allowed(`${feed}/`), new Set(['POST', 'GET', 'HEAD']));
  assert.deepEqual(await allowed(`${feed}/$ref`), new Set(['POST']));
  assert.deepEqual(await allowed(`${feed}/delta`), new Set(['GET', 'HEAD']));
  assert.deepEqual(await allowed(`${feed}/${missing}`), new Set(['GET', 'HEAD', 'PATCH', 'DELETE']));
  assert.deepEqual(
    await allowed('/me/notificationSubscriptions/x'),
    new Set(['GET', 'HEAD', 'PATCH', 'DELETE']),
  );
});

test('401 says in WWW-Authenticate how to come back', async () => {
  for (const token of [undefined, 'nonsense']) {
    const { headers } = await hub.request('GET', '/beta/me/notifications', { token });
    assert.match(headers['www-authenticate'] ?? '', /^Bearer realm=/);
  }
});

test('a wrong data type on beta is 401 and does not ask for another token', async () => {
  const body = post({ '@odata.type': '#microsoft.graph.activity' });
  const answer = await hub.request('POST', '/beta/me/notifications', { token: alice, body });
  assert.equal(answer.headers['www-authenticate'], undefined);
});

suite('throttling', () => {
  const throttled = { beta: 406, 'v1.0': 429 } as const;
  for (const version of ['beta', 'v1.0'] as const) {
    test(`a user and app that ask too often get ${throttled[version]} with Retry-After on ${version}`, async () => {
      const time = new ManualClock();
      await using small = await startHub({ clock: time, settings: { throttle: '2' } });
      const token = small.token({ user: 'alice' });
      const ask = (more: RequestOptions = {}) =>
        small.request('POST', `/${version}/me/notifications`, { token, body: '{', ...more });
      assert.equal((await ask()).status, 400);
      assert.equal((await ask()).status, 400);
      const refused = await ask();
      assertError(refused, { status: throttled[version], code: 'TooManyRequests' });
      assert.equal(refused.headers['retry-after'], '30');
      assert.equal((await ask({ headers: { 'If-Range': '"x"' } })).status, 400, 'headers come first');
      assert.equal((await ask({ token: 'nonsense' })).status, 401, 'the token comes first');
      const other = await ask({ token: small.token({ user: 'bob' }) });
      assert.equal(other.status, 400, 'another user has a bucket of his own');
      time.advance(30_000);
      assert.equal((await ask()).status, 400);
      assert.equal((await ask()).status, throttled[version]);
    });
  }

  test('throttling is told before a missing scope', async () => {
    await using small = await startHub({ clock: new ManualClock(), settings: { throttle: '1' } });
    const token = small.token({ user: 'alice', scopes: ['openid'] });
    assert.equal((await small.request('GET', '/v1.0/me/notifications', { token })).status, 403);
    assert.equal((await small.request('GET', '/v1.0/me/notifications', { token })).status, 429);
  });

  test('an app does not get a fresh allowance by naming devices that do not exist', async () => {
    await using small = await startHub({ clock: new ManualClock(), settings: { throttle: '2' } });
    const token = small.token();
    const statuses = [];
    for (const unsId of ['a', 'b', 'c']) {
      const headers = { 'X-UNS-ID': unsId };
      const { status } = await small.request('POST', '/v1.0/me/notifications', {
        token,
        headers,
        body: post(),
      });
      statuses.push(status);
    }
    assert.deepEqual(statuses, [403, 403, 429]);
  });

  test('clients of one app share the allowance of the app', async () => {
    await using small = await startHub({ clock: new ManualClock(), settings: { throttle: '1' } });
    const ask = (client: string) =>
      small.request('GET', '/v1.0/me/notifications', { token: small.token({ user: 'alice', client }) });
    assert.equal((await ask('app-a')).status, 200);
    assert.equal((await ask('app-a-phone')).status, 429);
  });

  test('an address that fails 600 times a minute is throttled, whoever it says it is', async () => {
    const time = new ManualClock();
    const settings = { 'trusted-proxy': ['127.0.0.1'] };
    await using guarded = await startHub({ clock: time, settings });
    const token = guarded.token({ user: 'alice' });
    const ask = (address: string, more: RequestOptions = {}) =>
      guarded.request('GET', '/v1.0/me/notifications', {
        ...more,
        headers: { 'X-Forwarded-For': `10.9.9.9, ${address}` },
      });
    const seen = await ask('192.0.2.1', { token });
    assert.equal(seen.status, 200);
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask('192.0.2.1')));
      assert.ok(answers.every(({ status }) => status === 401));
    }
    const refused = await ask('192.0.2.1');
    assertError(refused, { status: 429, code: 'TooManyRequests' });
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal((await ask('192.0.2.1', { token })).status, 200, 'a token that is known goes through');
    const unseen = guarded.token({ user: 'bob' });
    assert.equal((await ask('192.0.2.1', { token: unseen })).status, 200, 'so does one that nobody has seen');
    assert.equal((await ask('192.0.2.1:50123')).status, 429, 'a port makes no other address of it');
    assert.equal((await ask('192.0.2.2')).status, 401, 'another address is not concerned');
    time.advance(100);
    assert.equal((await ask('192.0.2.1')).status, 401);
  });

  test('an IPv6 address is throttled with its whole /64', async () => {
    const settings = { 'trusted-proxy': ['127.0.0.1'] };
    await using guarded = await startHub({ clock: new ManualClock(), settings });
    const ask = (address: string) =>
      guarded.request('GET', '/v1.0/me/notifications', { headers: { 'X-Forwarded-For': address } });
    const statuses = new Map<number, number>();
    for (let i = 0; i < 640; i++) {
      const { status } = await ask(`[2001:db8::${i.toString(16)}]:${50_000 + i}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assert.deepEqual(Object.fromEntries(statuses), { 401: 600, 429: 40 });
    assert.equal((await ask('2001:db8:0:1::1')).status, 401);
  });
});
