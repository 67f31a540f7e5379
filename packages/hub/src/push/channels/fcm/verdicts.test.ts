import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canonicalVerdicts,
  detailedVerdicts,
  fcmVerdicts,
  readFcmAnswer,
  readTokenRefusal,
  tokenVerdicts,
} from './verdicts.ts';

const now = Date.UTC(2030, 0, 1);

interface Given {
  readonly status: string;
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly object[];
}

function read(status: number, given: Given | string, headers: Record<string, string> = {}) {
  const body = typeof given === 'string' ? given : bodyOf(given);
  return readFcmAnswer({ status, headers, body }, false, now).outcome;
}

function bodyOf({ status, code, message = 'Something', details = [] }: Given): string {
  const fcm = { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: code };
  return JSON.stringify({ error: { code: 0, message, status, details: code ? [fcm, ...details] : details } });
}

function field(name: string): object {
  return {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [{ field: name, description: 'Invalid' }],
  };
}

test('each code of the tables is read from an answer, and names the page that it is from', () => {
  for (const [code, line] of Object.entries(fcmVerdicts)) {
    const outcome = read(line.status, { status: 'UNKNOWN', code });
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], [line.verdict, line.blame, code]);
  }
  for (const [status, line] of Object.entries(canonicalVerdicts)) {
    const outcome = read(line.status, { status });
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], [line.verdict, line.blame, status]);
  }
  for (const table of [fcmVerdicts, canonicalVerdicts, detailedVerdicts, tokenVerdicts]) {
    for (const { source } of Object.values(table)) assert.match(source, /^https:\/\//);
  }
});

test('an address is given up when FCM says that it is unregistered, and kept when the sender is another', () => {
  assert.equal(read(404, { status: 'NOT_FOUND', code: 'UNREGISTERED' }).verdict, 'gone');
  assert.equal(read(403, { status: 'PERMISSION_DENIED', code: 'SENDER_ID_MISMATCH' }).verdict, 'refused');
});

test('a missing project or permission is about the credentials, and no address is given up for it', () => {
  for (const [status, word] of [
    [404, 'NOT_FOUND'],
    [403, 'PERMISSION_DENIED'],
    [401, 'UNAUTHENTICATED'],
  ] as const) {
    const outcome = read(status, { status: word });
    assert.deepEqual([outcome.verdict, outcome.blame], ['retry', 'credentials'], word);
  }
});

test('an invalid argument ends no address, and is told from a fault of the content', () => {
  const invalid = { status: 'INVALID_ARGUMENT', code: 'INVALID_ARGUMENT' };
  const googlesExample = 'The registration token is not a valid FCM registration token';
  assert.equal(read(400, { ...invalid, details: [field('message.token')] }).blame, 'address');
  assert.equal(read(400, { ...invalid, message: googlesExample }).blame, 'address');
  const ttl = read(400, { ...invalid, details: [field('message.android.ttl')] });
  assert.deepEqual([ttl.verdict, ttl.blame], ['refused', 'content']);
  // The title that was posted may stand in the message.
  const posted = { message: 'Invalid value at \'message.notification.title\', "registration token"' };
  assert.equal(
    read(400, { ...invalid, ...posted, details: [field('message.notification')] }).verdict,
    'refused',
  );
  assert.equal(read(400, { status: 'INVALID_ARGUMENT' }).verdict, 'refused');
});

test('a quota of one device throttles that device, any other the channel', () => {
  const quota = (description: string) => ({
    status: 'RESOURCE_EXHAUSTED',
    code: 'QUOTA_EXCEEDED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ description }] }],
  });
  const project = read(429, quota('Message rate exceeded'), { 'retry-after': '60' });
  assert.deepEqual([project.verdict, project.blame, project.afterMs], ['throttled', 'provider', 60_000]);
  const device = read(429, quota('Device message rate exceeded'));
  assert.deepEqual([device.verdict, device.blame, device.afterMs], ['throttled', 'address', 60_000]);
});

test('without a known code the status decides, and a broken body breaks nothing', () => {
  const cases = [
    [502, '<!DOCTYPE html>', 'retry', 'provider'],
    [500, 'null', 'retry', 'provider'],
    [503, '{"error":"down"}', 'retry', 'provider'],
    [418, '{"error":{"details":{"no":"list"}}}', 'refused', 'content'],
    [404, '<html>not here</html>', 'refused', 'content'],
    [401, '', 'retry', 'credentials'],
    [429, '{"error":{"details":[null,1]}}', 'throttled', 'provider'],
  ] as const;
  for (const [status, body, verdict, blame] of cases) {
    const outcome = read(status, body);
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], [verdict, blame, `HTTP ${status}`]);
  }
});

test('a token endpoint that refuses blames the account, one that fails is the provider', () => {
  const refusal = (status: number, body: string) => readTokenRefusal({ status, headers: {}, body }, now);
  const grant = refusal(400, '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}');
  assert.deepEqual(
    [grant.verdict, grant.blame, grant.reason],
    ['retry', 'credentials', 'token: invalid_grant'],
  );
  assert.equal(refusal(200, '{"id_token":"x"}').reason, 'token: noAccessToken');
  assert.equal(refusal(404, '<html>').blame, 'credentials');
  assert.deepEqual([refusal(503, '').verdict, refusal(503, '').blame], ['retry', 'provider']);
  assert.equal(refusal(429, '').verdict, 'throttled');
});
