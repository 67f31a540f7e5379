import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTokenRefusal, readWnsAnswer, tokenVerdicts, wnsVerdicts } from './verdicts.ts';

const now = Date.UTC(2030, 0, 1);

function read(status: number, headers: Record<string, string> = {}) {
  const { verdict, blame, reason, afterMs } = readWnsAnswer(
    { status, headers, body: '' },
    false,
    now,
  ).outcome;
  return { verdict, blame, reason, afterMs };
}

test('each documented status has its verdict', () => {
  const seen = [200, 301, 400, 401, 403, 404, 405, 406, 410, 413, 429, 500, 503].map((status) => {
    const { verdict, blame } = read(status);
    return [status, verdict, blame];
  });
  assert.deepEqual(seen, [
    [200, 'accepted', null],
    [301, 'refused', 'address'],
    [400, 'refused', 'content'],
    [401, 'retry', 'credentials'],
    [403, 'refused', 'credentials'],
    [404, 'gone', 'address'],
    [405, 'refused', 'content'],
    [406, 'throttled', 'provider'],
    [410, 'gone', 'address'],
    [413, 'refused', 'content'],
    [429, 'throttled', 'provider'],
    [500, 'retry', 'provider'],
    [503, 'retry', 'provider'],
  ]);
});

test('a notification dropped in spite of 200 is tried again for a device that is away, and else refused', () => {
  const dropped = { 'x-wns-status': 'dropped' };
  const away = read(200, { ...dropped, 'x-wns-deviceconnectionstatus': 'disconnected' });
  assert.deepEqual([away.verdict, away.reason], ['retry', 'deviceOffline']);
  const off = read(200, { ...dropped, 'x-wns-deviceconnectionstatus': 'connected' });
  assert.deepEqual([off.verdict, off.reason, off.blame], ['refused', 'dropped', 'address']);
  assert.equal(read(200, { 'x-wns-status': 'received' }).verdict, 'accepted');
});

test('a throttled channel waits as long as WNS says', () => {
  const throttled = read(406, { 'retry-after': '30', 'x-wns-status': 'channelthrottled' });
  assert.deepEqual([throttled.verdict, throttled.blame, throttled.afterMs], ['throttled', 'address', 30_000]);
  assert.equal(read(200, { 'x-wns-status': 'channelthrottled' }).verdict, 'throttled');
});

test('a blocked sender does not end its subscriptions', () => {
  const { verdict, blame } = read(410, { 'x-wns-error-description': 'Domain Blocked' });
  assert.deepEqual([verdict, blame], ['retry', 'credentials']);
});

test('a token endpoint that refuses is told from one that fails', () => {
  const refusal = (status: number, body: string) => {
    const { verdict, blame, reason } = readTokenRefusal({ status, headers: {}, body }, now);
    return [verdict, blame, reason];
  };
  assert.deepEqual(refusal(400, '{"error":"invalid_client"}'), [
    'retry',
    'credentials',
    'token: invalid_client',
  ]);
  assert.deepEqual(refusal(200, '<html>'), ['retry', 'credentials', 'token: noAccessToken']);
  assert.deepEqual(refusal(404, ''), ['retry', 'credentials', 'token: HTTP 404']);
  assert.deepEqual(refusal(429, ''), ['throttled', 'provider', 'token: HTTP 429']);
  assert.deepEqual(refusal(502, ''), ['retry', 'provider', 'token: HTTP 502']);
});

test('every line of the tables names its source', () => {
  for (const { source } of [...wnsVerdicts, ...tokenVerdicts]) assert.ok(URL.canParse(source), source);
});
