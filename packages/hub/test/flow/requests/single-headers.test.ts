// A header that may stand once is refused when it stands twice, wherever it is sent: two readers of such a request, a proxy
// and the hub, could each take another of them.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { post, sendRaw, startHub } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);

const { host } = new URL(hub.baseUrl);
const token = hub.token({ user: 'alice' });
const body = JSON.stringify(post());
const usual: readonly string[] = [`Host: ${host}`, `Authorization: Bearer ${token}`];

async function answerOf(request: string, headers: readonly string[], content = ''): Promise<string> {
  const length = content === '' ? [] : [`Content-Length: ${Buffer.byteLength(content)}`];
  const head = [`${request} HTTP/1.1`, ...headers, ...length, 'Connection: close', '', ''].join('\r\n');
  return sendRaw(hub.baseUrl, head + content);
}

const list = 'GET /v1.0/me/notifications';
const create = 'POST /v1.0/me/notifications';

suite('a header that stands twice is 400', () => {
  const again: Readonly<Record<string, readonly [first: string, second: string]>> = {
    Host: [`Host: ${host}`, 'Host: evil.example'],
    'the same Host': [`host: ${host}`, `HOST: ${host}`],
    Authorization: [`Authorization: Bearer ${token}`, 'Authorization: Bearer another'],
    'the other Authorization': ['Authorization: Basic x', `authorization: Bearer ${token}`],
    'X-UNS-ID': ['X-UNS-ID: a', 'x-uns-id: b'],
    'Content-Type': ['Content-Type: application/json', 'content-type: text/plain'],
    'Content-Encoding': ['Content-Encoding: identity', 'Content-Encoding: gzip'],
    'If-Match': ['If-Match: "1"', 'If-Match: "2"'],
    'Last-Event-ID': ['Last-Event-ID: a', 'Last-Event-ID: b'],
    'client-request-id': ['client-request-id: a', 'client-request-id: b'],
  };
  for (const [name, pair] of Object.entries(again)) {
    test(name, async () => {
      const others = usual.filter((line) => !pair.some((each) => sameName(each, line)));
      for (const [request, content] of [
        [list, ''],
        [create, body],
      ] as const) {
        const answer = await answerOf(request, [...others, ...pair], content);
        assert.match(answer, /^HTTP\/1\.1 400 /);
        assert.match(answer, /"code":"invalidRequest","message":"The header \S+ is given twice/);
      }
    });
  }

  test('at every kind of path', async () => {
    const paths = ['/healthz', '/inbox', '/identity/.well-known/openid-configuration', '/admin/apps'];
    for (const path of paths) {
      const answer = await answerOf(`GET ${path}`, [...usual, 'Host: evil.example']);
      assert.match(answer, /^HTTP\/1\.1 400 /, path);
    }
    assert.match(await answerOf('POST /identity/token', [...usual, 'Host: evil.example']), / 400 /);
  });

  test('while lists may stand twice, and what stands once is served', async () => {
    const headers = { 'X-Forwarded-For': ['192.0.2.1', '192.0.2.2'], Accept: ['a/b', '*/*'] };
    assert.equal((await hub.request('GET', '/v1.0/me/notifications', { token, headers })).status, 200);
    const made = await hub.request('POST', '/v1.0/me/notifications', { token, headers, body: post() });
    assert.equal(made.status, 201, made.text);
  });
});

test('HTTP/1.1 without a Host is 400, and HTTP/1.0 needs none', async () => {
  const { 1: authorization = '' } = usual;
  for (const request of ['GET /healthz', list]) {
    const answer = await answerOf(request, [authorization]);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /"The header Host is missing/);
  }
  const older = await sendRaw(hub.baseUrl, `${list} HTTP/1.0\r\n${authorization}\r\n\r\n`);
  assert.match(older, /^HTTP\/1\.[01] 200 /);
});

test('a DELETE may name a type, and have a body that nobody reads', async () => {
  for (const content of [undefined, '', '{}', 'no JSON']) {
    const made = await hub.request('POST', '/v1.0/me/notifications', { token, body: post() });
    const headers = { 'content-type': 'application/json' };
    const path = `/v1.0/me/notifications/${made.json.id}`;
    const gone = await hub.request('DELETE', path, {
      token,
      headers,
      ...(content === undefined ? {} : { body: content }),
    });
    assert.equal(gone.status, 204, gone.text);
  }
});

test('only the token is the token: white space of other alphabets is no end of it', async () => {
  const [hostLine = '', authorization = ''] = usual;
  const head = `${list} HTTP/1.1\r\n${hostLine}\r\nConnection: close\r\n${authorization}`;
  for (const end of [0xa0, 0x85]) {
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from([end]), Buffer.from('\r\n\r\n')]);
    assert.match(await sendRaw(hub.baseUrl, bytes), /^HTTP\/1\.1 401 /);
  }
  // Those that RFC 9110 allows around a value.
  assert.match(await sendRaw(hub.baseUrl, `${head} \t\r\n\r\n`), /^HTTP\/1\.1 200 /);
});

function sameName(one: string, other: string): boolean {
  return one.split(':', 1)[0]?.toLowerCase() === other.split(':', 1)[0]?.toLowerCase();
}
