// Graph's one error shape, checked member by member: every failure of the hub must pass this.
import assert from 'node:assert/strict';
import type { Answered } from './hub.ts';

export interface ExpectedError {
  readonly status: number;
  readonly code?: string;
  readonly target?: string;
  readonly message?: RegExp;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const unsafe = /Bearer ey|\bat .+:\d+:\d+|node_modules|\/src\//;

export function assertErrorShape({ json, headers, text }: Answered): void {
  assert.match(headers['content-type'] ?? '', /^application\/json(;|$)/, text);
  assert.deepEqual(Object.keys(json), ['error'], text);
  const { error } = json;
  const members = Object.keys(error).filter((name) => name !== 'target');
  assert.deepEqual(members, ['code', 'message', 'innerError'], text);
  assert.equal(typeof error.code, 'string');
  assert.ok(error.message.length > 0);
  assert.doesNotMatch(error.message, unsafe);
  assert.deepEqual(Object.keys(error.innerError), ['date', 'request-id', 'client-request-id']);
  assert.match(error.innerError['request-id'], guid);
  assert.equal(headers['request-id'], error.innerError['request-id']);
  assert.equal(headers['client-request-id'], error.innerError['client-request-id']);
  if (error.code === 'TooManyRequests') assertRetry(headers);
}

/** What is throttled says when to come back and how many are allowed; `limit` null: it is no throttling, and names none. */
export function assertRetry(headers: Readonly<Record<string, unknown>>, limit?: number | null): void {
  const of = (name: string) => headers[name] ?? null;
  const seconds = of('retry-after');
  assert.match(String(seconds), /^[1-9]\d*$/);
  const [most, left, reset] = ['limit', 'remaining', 'reset'].map((name) => of(`ratelimit-${name}`));
  if (limit === null) {
    assert.deepEqual([most, left, reset], [null, null, null]);
    return;
  }
  assert.match(String(most), /^[1-9]\d*$/);
  assert.deepEqual([left, reset], ['0', seconds]);
  if (limit !== undefined) assert.equal(most, String(limit));
}

export function assertError(answer: Answered, { status, code, target, message }: ExpectedError): void {
  assert.equal(answer.status, status, answer.text);
  assertErrorShape(answer);
  if (code !== undefined) assert.equal(answer.json.error.code, code);
  if (target !== undefined) assert.equal(answer.json.error.target, target);
  if (message !== undefined) assert.match(answer.json.error.message, message);
}
