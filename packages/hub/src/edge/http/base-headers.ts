// The headers of every answer: the ids that a request is found again by, and CORS as Graph has it (any origin may call,
// since a call needs a token and never a cookie; the headers that a client reads are exposed).
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUuid } from '../../lib/ids.ts';

const exposed =
  'ETag, Location, Preference-Applied, request-id, client-request-id, Retry-After, WWW-Authenticate, OData-Version, Carillon-Result';
const allowed =
  'Authorization, Content-Type, Content-Encoding, Accept, Prefer, If-Match, Last-Event-ID, X-UNS-ID, client-request-id, OData-Version, OData-MaxVersion, SdkVersion';

export type Headers = Record<string, string | number>;

export function baseHeaders(request: FastifyRequest): Headers {
  return {
    'request-id': request.id,
    'client-request-id': clientRequestId(request),
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': exposed,
  };
}

/** The client's own, if it is a GUID; else the hub's. */
export function clientRequestId({ headers, id }: FastifyRequest): string {
  const asked = headers['client-request-id'];
  return typeof asked === 'string' && isUuid(asked) ? asked : id;
}

export function answerPreflight(reply: FastifyReply, methods: readonly string[]): FastifyReply {
  const list = [...methods, 'OPTIONS'].join(', ');
  return reply
    .code(204)
    .header('Allow', list)
    .header('Access-Control-Allow-Methods', list)
    .header('Access-Control-Allow-Headers', allowed)
    .header('Access-Control-Max-Age', '86400')
    .send();
}
