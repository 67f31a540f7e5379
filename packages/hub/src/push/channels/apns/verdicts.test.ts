import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApnsReason, apnsVerdicts, readApnsAnswer } from './verdicts.ts';

const now = Date.UTC(2030, 0, 1);

function read(status: number, body: string, headers: Record<string, string> = {}, registeredAt = 0) {
  return readApnsAnswer({ status, headers, body }, { truncated: false, registeredAt, now }).outcome;
}

function reasonsWith(test: (line: (typeof apnsVerdicts)[ApnsReason]) => boolean): string[] {
  return Object.entries(apnsVerdicts)
    .filter(([, line]) => test(line))
    .map(([reason]) => reason)
    .sort();
}

test('200 is accepted, without a reason', () => {
  const outcome = read(200, '');
  assert.deepEqual(
    [outcome.verdict, outcome.status, outcome.reason, outcome.blame],
    ['accepted', 200, null, null],
  );
});

test('each reason of the table is read from an answer, and names the page that it is from', () => {
  for (const [reason, line] of Object.entries(apnsVerdicts)) {
    const outcome = read(line.status, JSON.stringify({ reason }));
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], [line.verdict, line.blame, reason]);
    assert.match(line.source, /^https:\/\//);
  }
});

test('an address is given up only for the answers that say so of the address', () => {
  assert.deepEqual(
    reasonsWith(({ verdict }) => verdict === 'gone'),
    ['BadDeviceToken', 'ExpiredToken', 'Unregistered'],
  );
  assert.equal(read(410, '{"reason":"Unregistered","timestamp":1893456000000}').verdict, 'gone');
});

test('a device that was last gone before it registered is kept', () => {
  const gone = (timestamp: number) => {
    const outcome = read(410, JSON.stringify({ reason: 'Unregistered', timestamp }), {}, now);
    return [outcome.verdict, outcome.blame];
  };
  assert.deepEqual(gone(now - 1), ['refused', 'address']);
  assert.deepEqual(gone(now + 1), ['gone', 'address']);
});

test('what a device chose when it registered never pauses the channel', () => {
  const chosen = ['BadTopic', 'BadPath', 'BadEnvironmentKeyIdInToken', 'TooManyRequests'] as const;
  for (const reason of chosen) assert.equal(apnsVerdicts[reason].blame, 'address', reason);
});

test('tokens and topics of another app are the credentials\u2019 fault, refused without a pause of the channel', () => {
  for (const reason of ['DeviceTokenNotForTopic', 'TopicDisallowed'] as const) {
    const { verdict, blame } = apnsVerdicts[reason];
    assert.deepEqual([verdict, blame], ['refused', 'credentials'], reason);
  }
});

test('a refused provider token is not used again', () => {
  assert.deepEqual(
    reasonsWith((line) => 'tokenRefused' in line),
    ['ExpiredProviderToken', 'InvalidProviderToken'],
  );
});

test('too many requests are one device, too many tokens the credentials, both after Retry-After', () => {
  const device = read(429, '{"reason":"TooManyRequests"}', { 'retry-after': '7' });
  assert.deepEqual([device.verdict, device.blame, device.afterMs], ['throttled', 'address', 7000]);
  const tokens = read(429, '{"reason":"TooManyProviderTokenUpdates"}');
  assert.deepEqual([tokens.verdict, tokens.blame, tokens.afterMs], ['throttled', 'credentials', null]);
});

test('without a known reason the status decides, and no foreign sentence is kept', () => {
  const cases = [
    [418, '{"reason":"Teapot"}', 'refused', 'content', 'Teapot'],
    [400, '{"reason":"your token abcdef is bad"}', 'refused', 'content', 'HTTP 400'],
    [410, '', 'gone', 'address', 'HTTP 410'],
    [403, '<html>', 'retry', 'credentials', 'HTTP 403'],
    [429, 'null', 'throttled', 'provider', 'HTTP 429'],
    [502, '<html>', 'retry', 'provider', 'HTTP 502'],
    [599, '{}', 'retry', 'provider', 'HTTP 599'],
    [302, '', 'retry', 'provider', 'HTTP 302'],
    [400, '{"reason":"constructor"}', 'refused', 'content', 'constructor'],
  ] as const;
  for (const [status, body, verdict, blame, reason] of cases) {
    const outcome = read(status, body);
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], [verdict, blame, reason], `${status}`);
  }
});
