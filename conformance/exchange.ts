// One exchange with the service under test: what was asked and all that came back. Knows HTTP and nothing else.
// The answer's checks that hold for every success and every failure stand here too.
import assert from 'node:assert/strict';

export interface Ask {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is bytes or a text already. */
  readonly body?: unknown;
}

export interface Exchange {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  readonly json: any;
}

export async function exchange(method: string, url: string, ask: Ask = {}): Promise<Exchange> {
  const { token, body } = ask;
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...ask.headers,
    },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function assertIds({ headers }: Exchange, clientRequestId?: string): void {
  const id = headers.get('request-id') ?? '';
  assert.match(id, guid);
  assert.equal(headers.get('client-request-id'), clientRequestId ?? id);
}

export function assertCors({ headers }: Exchange): void {
  assert.equal(headers.get('access-control-allow-origin'), '*');
  const exposed = (headers.get('access-control-expose-headers') ?? '').split(/, */);
  for (const name of [
    'ETag',
    'Location',
    'request-id',
    'client-request-id',
    'Retry-After',
    'WWW-Authenticate',
  ])
    assert.ok(exposed.includes(name), `${name} is exposed`);
}

export function assertJson(answer: Exchange): void {
  assert.equal(answer.headers.get('content-type'), 'application/json;odata.metadata=minimal');
  assert.equal(answer.headers.get('odata-version'), '4.0');
}

/** Graph's one shape of a failure. */
export function assertFailure(answer: Exchange, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json(;|$)/);
  const { error } = answer.json;
  assert.equal(error.code, code);
  assert.ok(error.message.length > 0);
  assert.equal(error.innerError['request-id'], answer.headers.get('request-id'));
  assert.equal(error.innerError['client-request-id'], answer.headers.get('client-request-id'));
  assert.ok(!Number.isNaN(Date.parse(error.innerError.date)));
  assertIds(answer);
  assertCors(answer);
}
