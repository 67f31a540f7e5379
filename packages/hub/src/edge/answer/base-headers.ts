// The headers of every answer: the ids that a request is found again by, CORS as Graph has it (any origin may call, since
// a call needs a token and never a cookie), and what keeps an answer out of caches, guesses of its type, and plain HTTP.
import type { FastifyRequest } from 'fastify';
import { isUuid } from '../../lib/ids.ts';
import type { Headers } from '../../operations/kernel/answer.ts';

/** What a page of another origin may read; by Date a client corrects its clock. */
const exposed =
  'Date, ETag, Location, Preference-Applied, request-id, client-request-id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, WWW-Authenticate, OData-Version, Carillon-Result';

export function baseHeaders(request: FastifyRequest): Headers {
  const headers: Headers = {
    'request-id': request.id,
    'client-request-id': clientRequestId(request),
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': exposed,
    'X-Content-Type-Options': 'nosniff',
  };
  if (isOverTls(request)) headers['Strict-Transport-Security'] = transportSecurity(request);
  return headers;
}

/** Those of the identity provider, which writes its own answers. */
export function providerHeaders(request: FastifyRequest): Headers {
  return {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(isOverTls(request) ? { 'Strict-Transport-Security': transportSecurity(request) } : {}),
  };
}

function isOverTls({ raw }: FastifyRequest): boolean {
  const socket: object | undefined = raw.socket; // gone with its session of HTTP/2
  return socket !== undefined && socket !== null && 'encrypted' in socket;
}

/** A browser applies it to every port of a host, so a developer's localhost is bound to HTTPS for minutes only. */
function transportSecurity({ headers }: FastifyRequest): string {
  const host = String(headers.host ?? headers[':authority'] ?? '');
  return /^localhost(?::|$)/i.test(host) ? 'max-age=300' : 'max-age=31536000';
}

/** The client's own, if it is a GUID; else the hub's. */
export function clientRequestId({ headers, id }: FastifyRequest): string {
  const asked = headers['client-request-id'];
  return typeof asked === 'string' && isUuid(asked) ? asked : id;
}
