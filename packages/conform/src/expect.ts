// The checks that many cases share: a success, a failure in Graph's shape, the ids and the headers of any answer. Each
// failure names the request, the status and the body.
import assert from 'node:assert/strict';
import type { Exchange } from './exchange.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const exposedNames = [
  'ETag',
  'Location',
  'request-id',
  'client-request-id',
  'Retry-After',
  'WWW-Authenticate',
  'Date',
];
const shownLength = 300;

export function expectStatus(answer: Exchange, ...statuses: readonly number[]): void {
  assert.ok(statuses.includes(answer.status), `${seen(answer)}; expected ${statuses.join(' or ')}`);
}

/** A success with a JSON body. */
export function expectJson(answer: Exchange, ...statuses: readonly number[]): void {
  expectStatus(answer, ...(statuses.length > 0 ? statuses : [200]));
  expectHeader(answer, 'content-type', 'application/json;odata.metadata=minimal');
  expectHeader(answer, 'odata-version', '4.0');
  expectIds(answer);
  expectCors(answer);
}

function expectHeader(answer: Exchange, name: string, value: string): void {
  assert.equal(answer.headers.get(name), value, `${name} of ${seen(answer)}`);
}

/** Graph's one shape of a failure. */
export function expectFailure(answer: Exchange, status: number, code: string, target?: string): void {
  expectStatus(answer, status);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json(;|$)/, seen(answer));
  const error = answer.json?.error;
  assert.equal(error?.code, code, seen(answer));
  assert.ok(error.message.length > 0, `the message of ${seen(answer)}`);
  if (target !== undefined) assert.equal(error.target, target, seen(answer));
  assert.equal(error.innerError['request-id'], answer.headers.get('request-id'));
  assert.equal(error.innerError['client-request-id'], answer.headers.get('client-request-id'));
  assert.ok(!Number.isNaN(Date.parse(error.innerError.date)), `innerError.date of ${seen(answer)}`);
  expectIds(answer);
  expectCors(answer);
}

export function expectInvalid(answer: Exchange, target?: string): void {
  expectFailure(answer, 400, 'invalidRequest', target);
}

export function expectIds(answer: Exchange, clientRequestId?: string): void {
  const id = answer.headers.get('request-id') ?? '';
  assert.match(id, guid, `request-id of ${seen(answer)}`);
  expectHeader(answer, 'client-request-id', clientRequestId ?? id);
}

function expectCors(answer: Exchange): void {
  expectHeader(answer, 'access-control-allow-origin', '*');
  const exposed = (answer.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(/, */);
  for (const name of exposedNames)
    assert.ok(exposed.includes(name.toLowerCase()), `${name} is not exposed by ${seen(answer)}`);
}

function seen({ method, path, status, text }: Exchange): string {
  const said = text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
  return `${method} ${path} was answered ${status} ${said}`.trim();
}
