// Cross-origin answers, as Graph gives them: any origin may call (a call needs a token, never a cookie), and the headers
// that a client reads are exposed.
import type { FastifyReply } from 'fastify';

const exposed =
  'ETag, Location, Preference-Applied, request-id, client-request-id, Retry-After, WWW-Authenticate, OData-Version, Carillon-Result';
const allowed =
  'Authorization, Content-Type, Content-Encoding, Accept, Prefer, If-Match, Last-Event-ID, X-UNS-ID, client-request-id, OData-Version, OData-MaxVersion, SdkVersion';

export function setCors(reply: FastifyReply): void {
  reply.header('Access-Control-Allow-Origin', '*');
  reply.header('Access-Control-Expose-Headers', exposed);
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
