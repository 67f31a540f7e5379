// When several things are wrong the first of the status table is told (docs/api.md, Errors: route, headers, who calls,
// body, and only then whose feed it is), and whatever Node or a library would refuse by itself is told in Graph's shape.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, sendRaw, startHub, subscribe, userNames } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const ask = (method: string, path: string, more: object = {}) =>
  hub.request(method, path, { token, ...more });

suite('a wrong method on a path with a name of its own is 405, with or without a token', () => {
  const wrong: [method: string, path: string, allow: string][] = [
    ['GET', '/$ref', 'POST'],
    ['GET', '/updateState', 'POST'],
    ['GET', '/streamTicket', 'POST'],
    ['DELETE', '/delta', 'GET, HEAD'],
    ['PATCH', '/delta', 'GET, HEAD'],
    ['DELETE', '/$count', 'GET, HEAD'],
    ['PATCH', '/stream', 'GET'],
  ];
  for (const [method, path, allow] of wrong) {
    test(`${method} ${path}`, async () => {
      for (const answer of [await ask(method, feed + path), await hub.request(method, feed + path, {})]) {
        assertError(answer, { status: 405, code: 'methodNotAllowed' });
        assert.equal(answer.headers.allow, allow);
      }
    });
  }
});

suite('a body that is wrong is told before whose feed it is', () => {
  const bobs = `/v1.0/users/${userNames.bob}`;
  const wrong: [
    what: string,
    method: string,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ][] = [
    ['no payload', 'POST', feed, post({ payload: {} }), { 'X-UNS-ID': 'bad' }],
    [
      'a date of the past',
      'POST',
      `${bobs}/notifications`,
      post({ expirationDateTime: '2018-08-29T23:51:33Z' }),
    ],
    [
      'a contradiction',
      'PATCH',
      `${bobs}/notifications/01a1fd27-18d3-7000-9f12-05d38c45df4a`,
      { readState: 'unread', userActionState: 'dismissed' },
    ],
    [
      'a lease of the past',
      'POST',
      `${bobs}/notificationSubscriptions`,
      {
        targetHostName: 'a.example',
        installationId: 'x',
        platformType: 'ios',
        expirationDateTime: '2018-08-29T23:51:33Z',
      },
    ],
    ['nothing to update', 'POST', `${bobs}/notifications/updateState`, { readState: 'read' }],
  ];
  for (const [what, method, path, body, headers] of wrong) {
    test(what, async () => {
      const answer = await ask(method, path, { body, ...(headers ? { headers } : {}) });
      assertError(answer, { status: 400, code: 'invalidRequest' });
    });
  }
});

suite('a repeat is the same JSON', () => {
  const named = (more: object) => ask('POST', feed, { body: post({ appNotificationId: 'same', ...more }) });
  const resultOf = async (more: object) => (await named(more)).headers['carillon-result'];

  test('in any order of its members, and nothing else', async () => {
    assert.equal(await resultOf({ groupName: 'g', displayTimeToLive: 60 }), 'created');
    assert.equal(await resultOf({ displayTimeToLive: 60, groupName: 'g' }), 'repeated');
    assert.equal(await resultOf({ displayTimeToLive: '60', groupName: 'g' }), 'replaced');
    assert.equal(await resultOf({ displayTimeToLive: '60', groupName: 'g', priority: 'High' }), 'replaced');
    assert.equal(await resultOf({ displayTimeToLive: '60', groupName: 'g', priority: 'high' }), 'replaced');
    assert.equal(await resultOf({ priority: 'high', displayTimeToLive: '60', groupName: 'g' }), 'repeated');
  });
});

test('an id has one spelling: text behind it makes it another', async () => {
  const unsId = await subscribe(hub);
  const headers = (id: string) => ({ headers: { 'X-UNS-ID': id }, body: post() });
  assert.equal((await ask('POST', feed, headers(unsId))).status, 201);
  for (const other of [`${unsId}!!!`, `${unsId}x`, `${unsId}=`]) {
    assert.equal((await ask('POST', feed, headers(other))).status, 403);
  }
  const { json } = await ask('GET', `${feed}/delta`);
  const link = new URL(json['@odata.deltaLink']);
  assert.equal((await ask('GET', link.pathname + link.search)).status, 200);
  assert.equal((await ask('GET', `${link.pathname}${link.search}!`)).status, 410);
});

suite('what Node or a library would refuse in its own words', () => {
  const head = (...lines: string[]) =>
    [...lines, `Authorization: Bearer ${token}`, 'Connection: close', '', ''].join('\r\n');
  const codeOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).error.code;

  test('a request without Host', async () => {
    const answer = await sendRaw(hub.baseUrl, head(`GET ${feed} HTTP/1.1`));
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(codeOf(answer), 'invalidRequest');
  });

  test('an upgrade without a key', async () => {
    const answer = await sendRaw(
      hub.baseUrl,
      `GET ${feed}/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(codeOf(answer), 'invalidRequest');
  });

  test('an upgrade to something else is ignored, and the body is read', async () => {
    const headers = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAAQAAP__',
    };
    assert.equal((await ask('POST', feed, { headers, body: post() })).status, 201);
  });
});

test('a ticket is not spent on a request that can not be answered', async () => {
  const { json } = await ask('POST', `${feed}/streamTicket`);
  const path = `${feed}/stream?ticket=${encodeURIComponent(json.ticket)}`;
  assertError(await hub.request('GET', path, {}), { status: 400, code: 'invalidRequest' });
  const spend = await fetch(hub.baseUrl + path, { headers: { accept: 'text/event-stream' } });
  assert.equal(spend.status, 200);
  await spend.body?.cancel();
});

test('who sent no token is asked for one, and told of no error in it', async () => {
  const answer = await hub.request('GET', feed, {});
  assert.equal(answer.headers['www-authenticate'], 'Bearer realm="carillon"');
});
