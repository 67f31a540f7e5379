// What HTTP has for every answer: HEAD beside GET, a 304 for what the client has, compression when it is asked for, and what
// a throttled caller is told.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { assertError, assertRetry } from '@carillon/testing/hub/assert-error.ts';
import { type Answered, post, startHub, subscribe, type TestHub } from '@carillon/testing/hub/hub.ts';
import { operationTable } from '../../../src/operations/table.ts';

const feed = '/v1.0/me/notifications';
let hub: TestHub;
let token: string;
before(async () => {
  hub = await startHub();
  token = hub.token({ user: 'alice' });
});
after(() => hub.close());

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
  hub.request(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
const create = async (more: Readonly<Record<string, unknown>> = {}) =>
  (await ask('POST', feed, {}, post(more))).json;

test('who reads only versions of OData before 4.0 is refused, alone and in a batch', async () => {
  const { id } = await create();
  for (const path of [
    feed,
    `${feed}/${id}`,
    `${feed}/delta`,
    '/v1.0/$metadata',
    '/v1.0/notificationKeys',
    '/v1.0/me',
  ]) {
    for (const version of ['4.0', '4.01', '5.0', '4.0;NetFx', 'any'])
      assert.equal(
        (await ask('GET', path, { 'odata-maxversion': version })).status,
        200,
        `${version} ${path}`,
      );
    for (const version of ['3.0', '1.0', '3.0;NetFx']) {
      const refused = await ask('GET', path, { 'odata-maxversion': version });
      assertError(refused, { status: 400, code: 'invalidRequest' });
      assert.equal(refused.json.error.target, 'OData-MaxVersion', path);
    }
  }
  const requests = ['3.0', '4.0'].map((version) => ({
    ...{ id: version, method: 'GET', url: 'me' },
    headers: { 'OData-MaxVersion': version },
  }));
  const { json } = await ask('POST', '/v1.0/$batch', {}, { requests });
  const statuses = json.responses.map((part: { id: string; status: number }) => [part.id, part.status]);
  assert.deepEqual(Object.fromEntries(statuses), { '3.0': 400, '4.0': 200 });
});

suite('HEAD', () => {
  test('answers the status and headers of GET without a body, of every operation that reads and is no stream', async () => {
    const { id } = await create();
    const operator = hub.token({ admin: true });
    for (const { method, paths, answer, access } of operationTable) {
      if (method !== 'GET' || answer.type === 'text/event-stream') continue;
      const named = paths[0]
        .replace('{id}', id)
        .replace('{appId}', 'app-a')
        .replace(/\{\w+\}/g, 'none');
      const [path, own] = access.startsWith('operator') ? [named, operator] : [`/v1.0${named}`, token];
      const [whole, head] = [
        await hub.request('GET', path, { token: own }),
        await hub.request('HEAD', path, { token: own }),
      ];
      assert.equal(head.status, whole.status, path);
      assert.equal(head.text, '');
      for (const name of ['content-type', 'etag', 'odata-version', 'cache-control'])
        assert.equal(head.headers[name], whole.headers[name], `${name} of ${path}`);
    }
  });

  test('stands beside GET in Allow and CORS, is no way to a stream, and refuses as GET does', async () => {
    const { headers } = await ask('OPTIONS', feed);
    assert.deepEqual(new Set(String(headers.allow).split(', ')), new Set(['GET', 'HEAD', 'POST', 'OPTIONS']));
    const stream = await ask('HEAD', `${feed}/stream`, { accept: 'text/event-stream' });
    assert.deepEqual([stream.status, stream.headers.allow], [405, 'GET']);
    assert.equal((await hub.request('HEAD', feed)).status, 401);
    assert.equal((await ask('HEAD', `${feed}/none`)).status, 404);
    for (const path of ['/healthz', '/v1.0/notificationKeys', '/inbox/config.json'])
      assert.equal((await hub.request('HEAD', path)).status, 200, path);
  });

  test('leaves a device without what it did not get', async () => {
    const unsId = await subscribe(hub, { installationId: 'head' });
    const { id } = await create();
    await ask('HEAD', `${feed}/${id}`, { 'x-uns-id': unsId });
    const fetched = async () =>
      (await ask('GET', `${feed}/${id}/deliveries`)).json.value.map(
        (each: { fetchedDateTime: string | null }) => each.fetchedDateTime,
      );
    assert.deepEqual(await fetched(), [null]);
    await ask('GET', `${feed}/${id}`, { 'x-uns-id': unsId });
    assert.notDeepEqual(await fetched(), [null]);
  });
});

suite('an ETag', () => {
  test('stands on each entity, is that of the header, and changes with every change of it', async () => {
    const made = await ask('POST', feed, {}, post({ appNotificationId: 'tagged' }));
    const path = `${feed}/${made.json.id}`;
    const seen = new Set<string>();
    const look = async (answer: Answered) => {
      const etag = answer.json['@odata.etag'];
      assert.match(etag, /^W\/".+"$/);
      assert.equal(answer.headers.etag, etag);
      for (const list of [feed, `${feed}/delta`, `${feed}?$select=id`]) {
        const { value } = (await ask('GET', list)).json;
        const item = value.find(({ id }: { id: string }) => id === made.json.id);
        assert.equal(item['@odata.etag'], etag, list);
      }
      assert.ok(!seen.has(etag));
      seen.add(etag);
    };
    await look(made);
    await look(await ask('PATCH', path, {}, { readState: 'read' }));
    await look(await ask('PATCH', path, {}, { userActionState: 'dismissed' }));
    await look(await ask('POST', feed, {}, post({ appNotificationId: 'tagged', groupName: 'new' })));
    assert.equal((await ask('GET', `${path}?$select=readState`)).json['@odata.etag'], [...seen].at(-1));
  });

  test('that the client has is answered 304, without a body and with the ETag', async () => {
    const { id, '@odata.etag': etag } = await create();
    const path = `${feed}/${id}`;
    for (const known of [etag, etag.slice(2), '*', `"other", ${etag}`]) {
      for (const method of ['GET', 'HEAD']) {
        const { status, text, headers } = await ask(method, path, { 'if-none-match': known });
        assert.deepEqual([status, text, headers.etag], [304, '', etag]);
        assert.equal(headers['content-type'], undefined);
        assert.ok(headers['request-id']);
      }
    }
    assert.equal((await ask('GET', path, { 'if-none-match': 'W/"other"' })).status, 200);
    await ask('PATCH', path, {}, { readState: 'read' });
    assert.equal((await ask('GET', path, { 'if-none-match': etag })).status, 200);
    const preferences = '/v1.0/me/notificationPreferences';
    const { headers } = await ask('GET', preferences);
    assert.equal((await ask('GET', preferences, { 'if-none-match': String(headers.etag) })).status, 304);
    const foreign = { token: hub.token({ user: 'bob' }), headers: { 'if-none-match': '*' } };
    assert.equal((await hub.request('GET', path, foreign)).status, 404);
    const [part] = (
      await ask(
        'POST',
        '/v1.0/$batch',
        {},
        {
          requests: [
            { id: '1', method: 'GET', url: `me/notifications/${id}`, headers: { 'If-None-Match': '*' } },
          ],
        },
      )
    ).json.responses;
    assert.deepEqual([part.status, part.body], [304, undefined]);
  });
});

suite('an answer over 1 KiB', () => {
  const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    br: brotliDecompressSync,
    gzip: gunzipSync,
  };
  /** Its bytes as they arrive: fetch would take the compression away again. */
  async function raw(path: string, accepted: string | undefined, own = token) {
    const headers = {
      authorization: `Bearer ${own}`,
      ...(accepted === undefined ? {} : { 'accept-encoding': accepted }),
    };
    const [response] = (await once(get(`${hub.baseUrl}${path}`, { headers }), 'response')) as [
      IncomingMessage,
    ];
    return { headers: response.headers, bytes: Buffer.concat(await response.toArray()) };
  }

  test('is compressed as the client prefers, and others never', async () => {
    for (let each = 0; each < 60; each++) await create({ groupName: `group ${each}` });
    const cases: readonly [accepted: string | undefined, coding: string | undefined][] = [
      [undefined, undefined],
      ['', undefined],
      ['identity', undefined],
      ['gzip', 'gzip'],
      ['GZIP', 'gzip'],
      ['gzip, deflate, br', 'br'],
      ['br;q=0.5, gzip', 'gzip'],
      ['br;q=0, gzip;q=0.0', undefined],
      ['*', 'br'],
      ['*;q=0.1, br;q=0', 'gzip'],
      ['gzip;q=0.5, identity', undefined],
      ['deflate, zstd', undefined],
    ];
    for (const top of [5, 100]) {
      const path = `${feed}?$top=${top}&$select=groupName,createdDateTime,targetHostName,priority,payload`;
      const whole = (await raw(path, undefined)).bytes.toString();
      for (const [accepted, coding] of cases) {
        const { headers, bytes } = await raw(path, accepted);
        assert.equal(headers['content-encoding'], coding, String(accepted));
        assert.equal(headers.vary, 'Accept-Encoding');
        assert.equal(Number(headers['content-length']), bytes.length);
        const text = coding === undefined ? bytes : decoders[coding]?.(bytes);
        assert.equal(JSON.parse(text?.toString() ?? '').value.length, JSON.parse(whole).value.length);
      }
    }
    // No link with a token of its own, which would compress differently each time.
    const path = `${feed}/${(await create({ payload: { rawContent: 'a word '.repeat(300) } })).id}`;
    for (const coding of ['br', 'gzip']) {
      const { headers, bytes } = await raw(path, coding);
      const head = await ask('HEAD', path, { 'accept-encoding': coding });
      assert.deepEqual(
        [head.headers['content-encoding'], head.headers['content-length']],
        [headers['content-encoding'], String(bytes.length)],
        `HEAD, ${coding}`,
      );
    }
    const short = await raw(`${feed}/$count`, 'br, gzip');
    assert.deepEqual([short.headers['content-encoding'], short.headers.vary], [undefined, undefined]);
  });

  test('is not compressed for an operator, nor is a stream', async () => {
    const audit = await raw('/admin/apps', 'br, gzip', hub.token({ admin: true }));
    assert.equal(audit.headers['content-encoding'], undefined);
    const stream = await openSseReader({
      baseUrl: hub.baseUrl,
      token,
      headers: { 'accept-encoding': 'br, gzip' },
    });
    await stream.next('ready');
    assert.equal(stream.headers['content-encoding'], undefined);
    stream.leave();
  });
});

test('whoever is throttled is told what was allowed, what is left, and when it is there again', async () => {
  await using slow = await startHub({ settings: { throttle: '2' } });
  const own = slow.token({ user: 'alice' });
  for (const [version, status] of [
    ['v1.0', 429],
    ['beta', 406],
  ] as const) {
    let answer = await slow.request('GET', `/${version}/me/notifications`, { token: own });
    for (let each = 0; each < 3; each++)
      answer = await slow.request('GET', `/${version}/me/notifications`, { token: own });
    assertError(answer, { status, code: 'TooManyRequests' });
    const { headers } = answer;
    assertRetry(headers, 2);
    assert.match(
      String(headers['access-control-expose-headers']),
      /RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset/,
    );
  }
});
