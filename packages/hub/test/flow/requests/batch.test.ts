// Requests in one body (Combine multiple HTTP requests using JSON batching, Microsoft Graph): what makes a batch wrong as a
// whole, what a part answers by itself, how parts wait for each other, and what all of them may take.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { limits } from '@carillon/protocol';
import { assertError, assertErrorShape, assertRetry } from '@carillon/testing/hub/assert-error.ts';
import {
  type Answered,
  post,
  type RequestOptions,
  startHub,
  subscribe,
  type TestHub,
  userNames,
} from '@carillon/testing/hub/hub.ts';

interface Part {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  readonly body?: any;
}

const type = { 'Content-Type': 'application/json' };
const create = (id: string, more: object = {}) => ({
  ...{ id, method: 'POST', url: '/me/notifications', headers: type, body: post() },
  ...more,
});
const read = (id: string, url: string, more: object = {}) => ({ id, method: 'GET', url, ...more });

let hub: TestHub;
let token: string;
before(async () => {
  hub = await startHub();
  token = hub.token({ user: 'alice' });
});
after(() => hub.close());

function send(requests: unknown, more: RequestOptions & { version?: string } = {}): Promise<Answered> {
  return hub.request('POST', `/${more.version ?? 'v1.0'}/$batch`, { token, body: { requests }, ...more });
}

/** By their ids. */
async function answersTo(requests: unknown, more = {}): Promise<Readonly<Record<string, Part>>> {
  const { status, text, json } = await send(requests, more);
  assert.equal(status, 200, text);
  return Object.fromEntries(json.responses.map((part: Part) => [part.id, part]));
}

function shapeOf({ status, headers, body }: Part): Answered {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { status, headers: lower, text: JSON.stringify(body), json: body };
}

suite('a batch is answered part by part', () => {
  test('with a status, headers and a body each, under both versions, with and without the slash', async () => {
    for (const version of ['beta', 'v1.0']) {
      const answer = await send(
        [
          create('a'),
          read('b', 'me/notifications?$top=1&$count=true'),
          read('c', '/me/notifications/$count'),
        ],
        { version },
      );
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
      const { a, b, c } = Object.fromEntries(answer.json.responses.map((part: Part) => [part.id, part]));
      assert.equal(a.status, 201);
      assert.equal(a.headers.Location, `${hub.baseUrl}/${version}/me/notifications/${a.body.id}`);
      assert.match(a.headers.ETag, /^W\/"/);
      assert.equal(a.headers['Carillon-Result'], 'created');
      assert.match(
        a.body['@odata.context'],
        /\$metadata#users\('alice%40contoso\.example'\)\/notifications\/\$entity$/,
      );
      assert.equal(b.status, 200);
      assert.match(b.headers['Content-Type'], /^application\/json/);
      assert.match(b.body['@odata.nextLink'] ?? `${hub.baseUrl}/${version}/me`, new RegExp(`/${version}/me`));
      assert.equal(c.status, 200);
      assert.match(Buffer.from(c.body, 'base64url').toString(), /^\d+$/);
      const ids = answer.json.responses.map(({ headers }: Part) => headers['request-id']);
      assert.equal(new Set([...ids, answer.headers['request-id']]).size, 4);
    }
  });

  test('a part answers as the same request by itself', async () => {
    const [made] = Object.values(await answersTo([create('1')]));
    const id = made?.body.id;
    const unsId = await subscribe(hub);
    const asked: readonly [method: string, url: string, body?: unknown, headers?: Record<string, string>][] =
      [
        ['GET', `/me/notifications/${id}`],
        ['GET', `/me/notifications/${id}?$select=priority`],
        ['GET', `/users/${userNames.alice}/notifications/${id}`],
        ['GET', `/users/${userNames.bob}/notifications/${id}`],
        ['GET', '/me/notifications?nothing=1'],
        ['GET', '/me/notifications/delta?$deltatoken=bad'],
        ['GET', '/me/nothing'],
        ['GET', '/me/notifications/%zz'],
        ['GET', `/me/notifications/${'x'.repeat(600)}`],
        ['GET', '/me/notifications/updateState'],
        ['DELETE', '/me/notifications'],
        ['PUT', '/me/notifications'],
        ['POST', '/me/notifications'],
        ['POST', '/me/notifications', []],
        ['POST', '/me/notifications', 5],
        ['POST', '/me/notifications', post({ payload: {} })],
        ['POST', '/me/notifications', post({ targetHostName: 'foreign.example' })],
        ['POST', '/me/notifications', post({ groupName: 'a\u0000b' })],
        ['POST', '/me/notifications', post({ '@odata.type': '#microsoft.graph.message' })],
        ['POST', '/me/notifications', post(), { 'if-range': 'x' }],
        ['POST', '/me/notifications', post(), { 'X-UNS-ID': 'foreign' }],
        [
          'PATCH',
          `/me/notifications/${id}`,
          { readState: 'read' },
          { 'if-match': 'W/"no"', 'x-uns-id': unsId },
        ],
        ['GET', `/me/notifications/${id}/response`],
        ['POST', '/me/notifications/streamTicket/'],
        ['GET', '/me/notificationSubscriptions'],
      ];
    for (const version of ['beta', 'v1.0']) {
      for (const [method, url, body, headers = {}] of asked) {
        const json = body === undefined ? {} : { body };
        const alone = await hub.request(method, `/${version}${url}`, { token, headers, ...json });
        const sent = { ...(body === undefined ? {} : type), ...headers };
        const { 1: part } = await answersTo([{ id: '1', method, url, headers: sent, ...json }], { version });
        assert.ok(part);
        assert.equal(part.status, alone.status, `${method} ${url}: ${JSON.stringify(part)}`);
        const { error } = alone.json ?? {};
        if (error) {
          assertErrorShape(shapeOf(part));
          assert.deepEqual({ ...part.body.error, innerError: 0 }, { ...error, innerError: 0 });
          assert.equal(part.headers.Allow, alone.headers.allow);
          assert.equal(part.headers.Location, alone.headers.location);
        }
      }
    }
  });

  test('the query of a part may have its spaces as they are, and its letters', async () => {
    await answersTo([create('1', { body: post({ groupName: 'ein Grüßchen' }) })]);
    const queries = [
      "$filter=groupName eq 'ein Grüßchen'",
      "$filter=groupName%20eq 'ein%20Gr%C3%BC%C3%9Fchen'",
    ];
    for (const query of queries) {
      const { 2: part } = await answersTo([read('2', `me/notifications?${query}&$top=1`)]);
      assert.equal(part?.status, 200, JSON.stringify(part));
      assert.equal(part?.body.value[0].groupName, 'ein Grüßchen');
    }
  });

  test('an app sends for several users at once, each named by its X-UNS-ID', async () => {
    const device = { platformType: 'windows' };
    const [first, second] = [
      await subscribe(hub, device),
      await subscribe(hub, { ...device, token: hub.token({ user: 'bob' }) }),
    ];
    const own = (id: string, unsId: string) => create(id, { headers: { ...type, 'X-UNS-ID': unsId } });
    const answers = await answersTo([own('1', first), own('2', second), create('3')], { token: hub.token() });
    assert.deepEqual(
      Object.values(answers).map(({ status }) => status),
      [201, 201, 403],
    );
    assert.match(answers['1']?.headers.Location ?? '', new RegExp(`/users/${hub.userIds.alice}/`));
    assert.match(answers['2']?.headers.Location ?? '', new RegExp(`/users/${hub.userIds.bob}/`));
  });

  test('a part that prefers no body has none, and keeps its own client-request-id', async () => {
    const own = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
    const headers = { ...type, Prefer: 'return=minimal', 'client-request-id': own };
    const { 1: part } = await answersTo([create('1', { headers })]);
    assert.deepEqual([part?.status, part?.body], [201, undefined]);
    assert.equal(part?.headers['Preference-Applied'], 'return=minimal');
    assert.equal(part?.headers['client-request-id'], own);
  });

  test('a wait for an answer that takes no time is a part', async () => {
    const { 1: made } = await answersTo([create('1', { body: question })]);
    const { 1: part } = await answersTo([
      read('1', `me/notifications/${made?.body.id}/response?waitSeconds=0`),
    ]);
    assert.equal(part?.status, 204);
  });
});

const question = post({
  payload: { visualContent: { title: 'Deploy?', actions: [{ id: 'yes', title: 'Deploy' }] } },
});

suite('parts wait for those that they depend on', () => {
  test('a chain runs in its order, whatever the order of the list', async () => {
    const named = (id: string, title: string, dependsOn: string[]) =>
      create(id, {
        body: post({ appNotificationId: 'chain', payload: { visualContent: { title } } }),
        dependsOn,
      });
    const answers = await answersTo([
      named('Third', 'three', ['second']),
      named('second', 'two', ['FIRST']),
      named('first', 'one', []),
    ]);
    const versions = ['first', 'second', 'Third'].map((id) => answers[id]?.body.contentVersion);
    assert.deepEqual(versions, [1, 2, 3]);
    assert.deepEqual(answers.Third?.body.payload, { visualContent: { title: 'three' } });
  });

  test('what depends on a failed part is 424, and so is what depends on that', async () => {
    const answers = await answersTo([
      create('good'),
      read('bad', 'me/notifications/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa'),
      create('a', { dependsOn: ['good', 'bad'] }),
      create('b', { dependsOn: ['a'] }),
      create('c', { dependsOn: ['good'] }),
    ]);
    assert.deepEqual(
      Object.entries(answers).map(([id, { status }]) => [id, status]),
      [
        ['good', 201],
        ['bad', 404],
        ['a', 424],
        ['b', 424],
        ['c', 201],
      ],
    );
    for (const id of ['a', 'b']) {
      const part = answers[id];
      assert.ok(part);
      assertError(shapeOf(part), { status: 424, code: 'failedDependency' });
    }
  });
});

suite('a malformed batch is refused as a whole, and none of it is done', () => {
  const chain = (dependsOn: Readonly<Record<string, string[]>>) =>
    Object.entries(dependsOn).map(([id, named]) => create(id, { dependsOn: named }));
  const wrong: Readonly<Record<string, [requests: unknown, says: RegExp]>> = {
    'no parts': [[], /requests/],
    'parts that are no list': [{ 1: create('1') }, /requests/],
    '21 parts': [Array.from({ length: 21 }, (_, index) => create(`${index}`)), /20/],
    'the same id': [[create('1'), create('1')], /"1".*twice/],
    'the same id in another case': [[create('a'), create('A')], /"A".*twice/],
    'an id that is a number': [[create('1'), { ...create('2'), id: 2 }], /requests\[1\]\.id/],
    'an empty id': [[create('1'), create('')], /requests\[1\]\.id/],
    'no id': [[create('1'), { ...create('2'), id: undefined }], /requests\[1\]\.id/],
    'no method': [[create('1'), { ...create('2'), method: undefined }], /method/],
    'no url': [[create('1'), { ...create('2'), url: undefined }], /url/],
    'a part that is no object': [[create('1'), 'GET /me'], /requests\[1\]/],
    'an absolute URL': [[create('1'), read('2', 'https://hub.example/v1.0/me/notifications')], /relative/],
    'a URL with a host': [[create('1'), read('2', '//hub.example/v1.0/me/notifications')], /relative/],
    'a URL with backslashes': [[create('1'), read('2', '\\\\hub.example\\me')], /relative/],
    'a URL with a line break': [[create('1'), read('2', 'me/notifications\r\nX: y')], /relative/],
    'a path with a space': [[create('1'), read('2', 'me notifications')], /relative/],
    'a fragment': [[create('1'), read('2', 'me/notifications#x')], /fragment/],
    'a batch': [[create('1'), { ...create('2'), url: '/$batch', body: { requests: [] } }], /batch/],
    'a batch, encoded': [[create('1'), { ...create('2'), url: '%24Batch/' }], /batch/],
    'a batch by another method': [[create('1'), read('2', '$batch')], /batch/],
    'a batch with the version': [[create('1'), { ...create('2'), url: '/v1.0/$batch' }], /batch/],
    'a stream': [[create('1'), read('2', 'me/notifications/stream')], /stream/],
    'a stream, by a ticket': [[create('1'), read('2', '/me/Notifications/Stream/?ticket=x')], /stream/],
    'a wait': [[create('1'), read('2', 'me/notifications/x/response?waitSeconds=30')], /waits/],
    'a body without a type': [[create('1'), create('2', { headers: {} })], /Content-Type/],
    'a body without headers': [[create('1'), create('2', { headers: undefined })], /Content-Type/],
    'a body of another type': [
      [create('1'), create('2', { headers: { 'content-type': 'text/plain' }, body: 'eA' })],
      /Content-Type/,
    ],
    'a header twice': [
      [create('1'), create('2', { headers: { ...type, 'content-type': 'application/json' } })],
      /twice/,
    ],
    'a header that is no text': [
      [create('1'), create('2', { headers: { ...type, 'X-UNS-ID': 1 } })],
      /headers/,
    ],
    'a header with a line break': [
      [create('1'), create('2', { headers: { ...type, Prefer: 'return=minimal\r\nX: y' } })],
      /"Prefer" can not be a header/,
    ],
    'a header with a zero': [[create('1'), create('2', { headers: { ...type, x: '\0' } })], /"x" can not/],
    'a header without a name': [[create('1'), create('2', { headers: { ...type, '': 'x' } })], /"" can not/],
    'a header with a blank in its name': [
      [create('1'), create('2', { headers: { ...type, 'If Match': 'x' } })],
      /"If Match" can not/,
    ],
    'another token': [
      [create('1'), create('2', { headers: { ...type, Authorization: 'Bearer other' } })],
      /Authorization/,
    ],
    'a dependency on itself': [chain({ a: [], b: ['B'] }), /depends on itself/],
    'a dependency on nobody': [chain({ a: [], b: ['c'] }), /"c".*no request/],
    'a circle of two': [chain({ a: [], b: ['c'], c: ['b'] }), /"b", "c" wait for each other/],
    'a circle of three behind a good one': [
      chain({ a: [], b: ['a', 'd'], c: ['b'], d: ['c'] }),
      /wait for each other/,
    ],
    'an atomicity group': [[create('1', { atomicityGroup: 'g' })], /atomicityGroup/],
    'a condition of OData 4.01': [[create('1', { if: 'x' })], /if/],
  };
  for (const [what, [requests, says]] of Object.entries(wrong)) {
    test(what, async () => {
      const before = await count();
      assertError(await send(requests), { status: 400, code: 'invalidRequest', message: says });
      assert.equal(await count(), before);
    });
  }

  test('a member that is not known, an array, and no JSON', async () => {
    const whole = (body: unknown) => send([], { body });
    assertError(await whole({ requests: [create('1')], atomicityGroup: 'g' }), {
      status: 400,
      message: /atomicityGroup/,
    });
    assertError(await whole([create('1')]), { status: 400, message: /array/ });
    assertError(await whole('{"requests":['), { status: 400, message: /not valid JSON/ });
    assertError(await send([create('1')], { headers: { 'content-type': 'text/plain' } }), { status: 415 });
  });

  test('a batch that is to go on after an error: parts always do', async () => {
    const headers = { Prefer: 'odata.continue-on-error' };
    assertError(await send([create('1')], { headers }), { status: 400, message: /continue-on-error/ });
  });

  test('without a token, by an unknown method, or by whom no part would be allowed', async () => {
    const as = (own: RequestOptions) =>
      hub.request('POST', '/v1.0/$batch', { body: { requests: [create('1')] }, ...own });
    assertError(await as({}), { status: 401 });
    assertError(await as({ token: 'bad' }), { status: 401 });
    assertError(await as({ token: hub.token({ admin: true }) }), { status: 403 });
    assertError(await as({ token: hub.token({ user: 'alice', scopes: ['openid'] }) }), { status: 403 });
    const get = await hub.request('GET', '/v1.0/$batch', { token });
    assertError(get, { status: 405 });
    assert.equal(get.headers.allow, 'POST');
  });

  async function count(): Promise<string> {
    return (await hub.request('GET', '/v1.0/me/notifications/$count', { token })).text;
  }
});

suite('bounds', () => {
  const padded = (bytes: number): string => {
    const empty = JSON.stringify({ requests: [read('1', 'me/notifications/$count')] });
    return empty + ' '.repeat(bytes - empty.length);
  };

  test('a body of 4 MiB is read, and one byte more is 413, compressed or not', async () => {
    const whole = (body: unknown, headers = {}) => send([], { body, headers });
    assert.equal((await whole(padded(limits.batchBodyBytes))).status, 200);
    assertError(await whole(padded(limits.batchBodyBytes + 1)), { status: 413, code: 'requestTooLarge' });
    const zip = { 'content-encoding': 'gzip' };
    assert.equal((await whole(gzipSync(padded(limits.batchBodyBytes)), zip)).status, 200);
    assertError(await whole(gzipSync(padded(limits.batchBodyBytes + 1)), zip), { status: 413 });
  });

  test('a part has the bounds of its operation', async () => {
    const raw = (length: number) => post({ payload: { rawContent: 'x'.repeat(length) } });
    let deep: unknown = 1;
    for (let level = 1; level <= limits.jsonDepth; level++) deep = [deep];
    const answers = await answersTo([
      create('fits', { body: raw(limits.rawContentBytes) }),
      create('large', { body: raw(limits.bodyBytes) }),
      create('deep', { body: post({ '@x': deep }) }),
    ]);
    assert.deepEqual(
      Object.values(answers).map(({ status }) => status),
      [201, 413, 400],
    );
    assert.match(answers.deep?.body.error.message, /16 levels/);
  });

  test('answers that are too much together are throttled, part by part, and what was written is answered', async () => {
    const bob = hub.token({ user: 'bob' });
    const big = post({ payload: { rawContent: 'x'.repeat(limits.rawContentBytes) } });
    const many = Array.from({ length: 20 }, (_, index) => create(`${index}`, { body: big }));
    for (let each = 0; each < 2; each++) await answersTo(many, { token: bob });
    const pages = Array.from({ length: 19 }, (_, index) => read(`${index}`, 'me/notifications?$top=100'));
    const answers = await answersTo([...pages, create('post')], { token: bob });
    const statuses = pages.map(({ id }) => answers[id]?.status ?? 0);
    assert.deepEqual(new Set(statuses), new Set([200, 429]));
    const throttled = Object.values(answers).find(({ status }) => status === 429);
    assert.ok(throttled);
    assertRetry(shapeOf(throttled).headers, limits.unsentAnswers);
    assert.equal(answers.post?.status, 201);
  });
});

test('many batches at once are answered, each whole, and so are single posts among them', async () => {
  const parts = Array.from({ length: limits.batchRequests }, (_, index) => create(`${index}`));
  const bobs = hub.token({ user: 'bob' });
  const count = async (): Promise<number> =>
    Number((await hub.request('GET', '/v1.0/me/notifications/$count', { token: bobs })).text);
  const before = await count();
  const batches = Array.from({ length: 24 }, () => answersTo(parts, { token: bobs }));
  const alone = Array.from({ length: 24 }, () =>
    hub.request('POST', '/v1.0/me/notifications', { token: bobs, body: post() }),
  );
  for (const answers of await Promise.all(batches))
    assert.deepEqual(
      Object.values(answers).map(({ status }) => status),
      parts.map(() => 201),
    );
  await Promise.all(alone);
  assert.equal((await count()) - before, 24 * limits.batchRequests + 24);
});

test('each part counts, what the allowance does not cover is throttled in it, and a refused batch counts as one', async () => {
  for (const [version, status] of [
    ['v1.0', 429],
    ['beta', 406],
  ] as const) {
    await using slow = await startHub({ settings: { throttle: '12' } });
    const own = slow.token({ user: 'alice' });
    const ask = (requests: unknown) =>
      slow.request('POST', `/${version}/$batch`, { token: own, body: { requests } });
    assertError(await ask([]), { status: 400 });
    assert.equal((await ask([read('1', 'me/nothing')])).json.responses[0].status, 404);
    const twelve = Array.from({ length: 12 }, (_, index) => create(`${index}`));
    const { responses } = (await ask(twelve)).json;
    const statuses = responses.map((part: Part) => part.status).sort();
    assert.deepEqual(statuses, [...Array(10).fill(201), status, status]);
    const refused = responses.find((part: Part) => part.status === status);
    assertError(shapeOf(refused), { status, code: 'TooManyRequests' });
    assert.match(refused.headers['Retry-After'], /^[1-9]\d*$/);
    assertError(await ask([]), { status, code: 'TooManyRequests' });
  }
});
