import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWebPushAnswer, webPushVerdicts } from './verdicts.ts';

const now = Date.UTC(2030, 0, 1);

function read(status: number, body = '', headers: Record<string, string> = {}) {
  return readWebPushAnswer({ status, headers, body }, false, now).outcome;
}

test('each status of RFC 8030 has its verdict, and a failure has somebody to blame', () => {
  const seen = [200, 201, 202, 204, 301, 307, 400, 401, 403, 404, 408, 410, 413, 418, 429, 500, 503].map(
    (status) => {
      const { verdict, blame } = read(status);
      return [status, verdict, blame];
    },
  );
  assert.deepEqual(seen, [
    [200, 'accepted', null],
    [201, 'accepted', null],
    [202, 'accepted', null],
    [204, 'accepted', null],
    [301, 'refused', 'address'],
    [307, 'refused', 'address'],
    [400, 'refused', 'content'],
    [401, 'retry', 'credentials'],
    [403, 'retry', 'credentials'],
    [404, 'gone', 'address'],
    [408, 'retry', 'provider'],
    [410, 'gone', 'address'],
    [413, 'refused', 'content'],
    [418, 'refused', 'content'],
    [429, 'throttled', 'address'],
    [500, 'retry', 'provider'],
    [503, 'retry', 'provider'],
  ]);
});

test('a subscription for another VAPID key costs its own address alone, however a service says it', () => {
  const mozilla = JSON.stringify({ code: 401, errno: 109, message: 'VAPID public key mismatch' });
  const google =
    'the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.';
  const answers: readonly (readonly [number, string])[] = [
    [400, '{"reason":"VapidPkHashMismatch"}'],
    [401, mozilla],
    [403, google],
    [400, '<TITLE>UnauthorizedRegistration</TITLE>'],
  ];
  for (const [status, body] of answers) {
    const { verdict, blame, reason } = read(status, body);
    assert.deepEqual([verdict, blame], ['refused', 'address'], body);
    assert.match(reason ?? '', /^otherVapidKey/);
  }
});

test('a refused token is told from a foreign subscription, and is not used again', () => {
  const response = { status: 403, headers: {}, body: '{"reason":"BadJwtToken"}' };
  const { outcome, line } = readWebPushAnswer(response, false, now);
  assert.equal(line.tokenRefused, true);
  assert.deepEqual([outcome.blame, outcome.reason], ['credentials', 'vapidRefused: BadJwtToken']);
});

test('Retry-After is read as seconds and as a date', () => {
  assert.equal(read(429, '', { 'retry-after': '120' }).afterMs, 120_000);
  assert.equal(read(503, '', { 'retry-after': new Date(now + 5000).toUTCString() }).afterMs, 5000);
  assert.equal(read(429).afterMs, null);
});

test('no more than a word of a foreign body is kept', () => {
  const story = JSON.stringify({ reason: 'a long story with https://push.example/secret in it' });
  assert.equal(read(400, story).reason, 'HTTP 400');
  assert.equal(read(400, 'null').reason, 'HTTP 400');
  assert.equal(read(400, '{"errno":111}').reason, 'errno 111');
});

test('throttling is read from the words and headers of each service', () => {
  const wns = (word: string) => ({ 'x-wns-status': word, 'retry-after': '3' });
  const cases = [
    [406, wns('channelthrottled'), 'throttled', 'address', 3000],
    [406, wns('appthrottled'), 'throttled', 'provider', 3000],
    [406, {}, 'throttled', 'address', null],
    [200, wns('channelThrottled'), 'throttled', 'address', 3000],
    [201, { 'x-wns-status': 'dropped' }, 'refused', 'address', null],
    [201, { 'x-wns-status': 'received' }, 'accepted', null, null],
    [429, { 'retry-after': '3' }, 'throttled', 'address', 3000],
  ] as const;
  for (const [status, headers, ...expected] of cases) {
    const { verdict, blame, afterMs } = read(status, '', headers);
    assert.deepEqual([verdict, blame, afterMs], expected, `${status} ${JSON.stringify(headers)}`);
  }
});

test('a UnifiedPush topic that nobody listens to, or that is closed, costs its own address alone', () => {
  const inactive =
    '{"code":50701,"http":507,"error":"internal server error: cannot publish to UnifiedPush topic"}';
  const forbidden = '{"code":40301,"http":403,"error":"forbidden"}';
  for (const [status, body, reason] of [
    [507, inactive, /^noSubscriber/],
    [403, forbidden, /^topicForbidden/],
  ] as const) {
    const outcome = read(status, body);
    assert.deepEqual([outcome.verdict, outcome.blame], ['retry', 'address']);
    assert.match(outcome.reason ?? '', reason);
  }
});

test('every line of the table names its source', () => {
  for (const { source } of webPushVerdicts) assert.ok(URL.canParse(source), source);
});
