import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredOutcome, ownWord, retryAfterMs, unansweredOutcome } from './outcome.ts';

const now = Date.UTC(2030, 0, 1);

test('Retry-After is read as seconds and as a date, and what is neither is no promise', () => {
  assert.equal(retryAfterMs('120', now), 120_000);
  assert.equal(retryAfterMs('0', now), 0);
  assert.equal(retryAfterMs('Tue, 01 Jan 2030 00:01:00 GMT', now), 60_000);
  assert.equal(retryAfterMs('Mon, 31 Dec 2029 00:00:00 GMT', now), 0);
  for (const text of [undefined, '', 'soon', '-5 minutes']) assert.equal(retryAfterMs(text, now), null, text);
});

test('a provider is waited for only when there is another attempt', () => {
  const response = { status: 410, headers: { 'retry-after': '9' }, body: '' };
  const base = { response, reason: null, truncated: false, now };
  assert.equal(answeredOutcome({ ...base, line: { verdict: 'gone', blame: 'address' } }).afterMs, null);
  assert.equal(answeredOutcome({ ...base, line: { verdict: 'throttled', blame: 'address' } }).afterMs, 9000);
  assert.equal(answeredOutcome({ ...base, line: { verdict: 'retry', blame: 'provider' } }).afterMs, 9000);
});

test('a private address is refused for good, everything else without an answer is tried again', () => {
  const given = { truncated: true, blame: 'provider' } as const;
  const forbidden = { failure: 'forbidden', reason: 'private', unanswered: false } as const;
  assert.deepEqual(unansweredOutcome(forbidden, given), {
    verdict: 'refused',
    status: null,
    reason: 'privateAddress',
    afterMs: null,
    unanswered: false,
    truncated: true,
    blame: 'address',
  });
  const late = unansweredOutcome({ failure: 'timeout', reason: 'UND_ERR', unanswered: true }, given);
  assert.deepEqual(
    [late.verdict, late.reason, late.unanswered, late.blame],
    ['retry', 'timeout', true, 'provider'],
  );
  const refused = unansweredOutcome({ failure: 'connect', reason: 'ECONNREFUSED', unanswered: false }, given);
  assert.deepEqual([refused.verdict, refused.reason], ['retry', 'ECONNREFUSED']);
});

test("a provider's word is kept when it is a word, a sentence is not", () => {
  assert.equal(ownWord('BadDeviceToken'), 'BadDeviceToken');
  for (const word of ['see token abc', 'a'.repeat(61), '', 7, null]) assert.equal(ownWord(word), null);
});
