// Dates that are none, query options and headers that are not supported, and any JSON at all against every door that
// takes a body.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError, assertErrorShape } from '@carillon/testing/hub/assert-error.ts';
import { post, startHub, subscribe } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import fc from 'fast-check';

const clock = new ManualClock(Date.UTC(2028, 1, 20, 12));
const hub = await startHub({ clock });
after(hub.close);
const token = hub.token({ user: 'alice' });
const feed = '/v1.0/me/notifications';

suite('dates', () => {
  const expiring = (expirationDateTime: string) =>
    hub.request('POST', feed, { token, body: post({ expirationDateTime }) });

  const instants: Readonly<Record<string, string>> = {
    '2028-03-01T00:00:00Z': '2028-03-01T00:00:00.000Z',
    '2028-02-29T23:59:59.999Z': '2028-02-29T23:59:59.999Z',
    '2028-03-01T00:01:09.280378+03:00': '2028-02-29T21:01:09.280Z',
    '2028-03-01t00:00:00.1z': '2028-03-01T00:00:00.100Z',
    '2028-03-01T00:00:00.123456789-00:30': '2028-03-01T00:30:00.123Z',
    '2028-03-01T00:00:00-23:59': '2028-03-01T23:59:00.000Z',
  };
  for (const [given, answered] of Object.entries(instants)) {
    test(`${given} is read, and answered in UTC with three decimals`, async () => {
      const { status, json, text } = await expiring(given);
      assert.equal(status, 201, text);
      assert.equal(json.expirationDateTime, answered);
    });
  }

  const none = [
    '2028-02-30T00:00:00Z',
    '2028-13-01T00:00:00Z',
    '2028-03-00T00:00:00Z',
    '2028-03-01T24:00:00Z',
    '2028-03-01T12:60:00Z',
    '2028-03-01T12:00:61Z',
    '2028-03-01T12:00:00',
    '2028-03-01T12:00:00+0100',
    '2028-03-01T12:00:00+24:00',
    '2028-03-01 12:00:00Z',
    '2028-03-01T12:00Z',
    '2028-03-01T12:00:00.Z',
    '+12028-03-01T12:00:00Z',
    '28-03-01T12:00:00Z',
    'Wed, 01 Mar 2028 00:00:00 GMT',
    '٢٠٢٨-03-01T12:00:00Z',
    `2028-03-01T12:00:00.${'0'.repeat(60)}Z`,
  ];
  for (const text of none) {
    test(`${text.slice(0, 40)} is no date`, async () => {
      assertError(await expiring(text), { status: 400, target: 'expirationDateTime' });
    });
  }

  const far = [
    '0000-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59Z',
    '2028-02-20T12:00:00Z',
  ];
  for (const text of far) {
    test(`${text} is in the past or too far ahead`, async () => {
      assertError(await expiring(text), { status: 400, target: 'expirationDateTime' });
    });
  }

  test('the default is seven days, and null is the default', async () => {
    for (const body of [post(), post({ expirationDateTime: null })]) {
      const { json } = await hub.request('POST', feed, { token, body });
      assert.equal(json.expirationDateTime, '2028-02-27T12:00:00.000Z');
    }
  });
});

suite('query options that are not supported are named, never ignored', () => {
  const paths: Readonly<Record<string, readonly string[]>> = {
    [feed]: ['$expand=x', '$search=x', 'expand=x', '$Top=1', 'x=', '$apply=x', '$compute=x', '$format=json'],
    [`${feed}/$count`]: ['$top=1', '$search=x'],
    [`${feed}/delta`]: ['$skip=1', '$expand=x', '$search=x'],
    [`${feed}/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa`]: ['$top=1', '$expand=x'],
    '/v1.0/me/notificationSubscriptions': ['$top=1', '$select=id'],
  };
  for (const [path, options] of Object.entries(paths)) {
    for (const option of options) {
      test(`${path.slice(5)}?${option}`, async () => {
        const target = option.split('=', 1)[0] as string;
        const answer = await hub.request('GET', `${path}?${option}`, { token });
        assertError(answer, { status: 400, code: 'invalidRequest', target });
        assert.ok(answer.json.error.message.includes(`"${target}"`));
      });
    }
  }

  test('a post takes none at all', async () => {
    const answer = await hub.request('POST', `${feed}?$select=id`, { token, body: post() });
    assertError(answer, { status: 400, target: '$select' });
  });

  const values = [
    '$skip=-1',
    '$skip=10001',
    '$filter=',
    "$filter=colour+eq+'red'",
    '$orderby=groupName',
    '$orderby=createdDateTime+sideways',
    '$orderby=createdDateTime,createdDateTime',
    '$orderby=',
    '$top=0',
    '$top=101',
    '$top=-1',
    '$top=1.5',
    '$top=',
    '$top=x',
    '$top=1&$top=2',
    '$count=1',
  ];
  for (const option of [...values, '$select=colour', '$select=', '$skiptoken=x', '$skiptoken=']) {
    test(`a value that makes no sense is refused: ${option}`, async () => {
      const answer = await hub.request('GET', `${feed}?${option}`, { token });
      assertError(answer, { status: 400, target: option.split('=', 1)[0] as string });
    });
  }

  test('$ may be written %24 in names', async () => {
    const answer = await hub.request('GET', `${feed}?%24top=1&%24count=true`, { token });
    assert.equal(answer.status, 200, answer.text);
    assertError(await hub.request('GET', `${feed}?%24top=0`, { token }), { status: 400, target: '$top' });
  });
});

test('any JSON value, posted anywhere, is answered below 500 and a refusal has the one shape', async () => {
  const unsId = await subscribe(hub);
  const { json } = await hub.request('POST', feed, { token, body: post() });
  const doors: readonly [string, string][] = [
    ['POST', feed],
    ['POST', '/beta/users/alice%40contoso.example/activities/'],
    ['PATCH', `${feed}/${json.id}`],
    ['POST', `${feed}/updateState`],
    ['POST', '/v1.0/me/notificationSubscriptions'],
    ['PATCH', `/v1.0/me/notificationSubscriptions/${unsId}`],
  ];
  const name = fc.constantFrom(
    ...['targetHostName', 'payload', 'rawContent', 'visualContent', 'title', 'targetPolicy', 'platformTypes'],
    ...[
      'priority',
      'displayTimeToLive',
      'expirationDateTime',
      'fallbackPolicy',
      'endpointFallback',
      'ids',
      'all',
    ],
    ...['readState', 'userActionState', 'snoozeUntilDateTime', 'contentVersion', 'channel', 'type', 'keys'],
    ...['installationId', 'platformType', '@odata.type', '__proto__', 'constructor', 'groupName'],
  );
  const value = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        'a.example',
        'High',
        'windows',
        'read',
        'wns',
        'webPush',
        '2028-03-01T00:00:00Z',
        true,
        60,
      ),
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(name, tie('json'), { maxKeys: 6 }),
      fc.array(tie('json'), { maxLength: 3 }),
    ),
  })).json;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...doors), value, async ([method, path], body) => {
      const answer = await hub.request(method, path, { token, body: JSON.stringify(body) });
      assert.ok(answer.status < 500, `${answer.status} ${answer.text}`);
      if (answer.status >= 400) assertErrorShape(answer);
    }),
    { numRuns: 600 },
  );
});

test('any bytes, posted under any encoding, are answered below 500 in the one shape', async () => {
  const encoding = fc.constantFrom('identity', 'gzip', 'deflate');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), encoding, async (bytes, name) => {
      const headers = { 'content-encoding': name };
      const answer = await hub.request('POST', feed, { token, body: Buffer.from(bytes), headers });
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
      assertErrorShape(answer);
    }),
    { numRuns: 300 },
  );
});
