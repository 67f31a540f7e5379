// An operation's answer becomes Graph's: status, headers, context and links. Every URL is built from the public URL,
// never from Host or a forwarded header.
import type { GraphVersion } from '@carillon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../operations/call.ts';

const statuses = { created: 201, ok: 200, noContent: 204 } as const;
const jsonType = 'application/json;odata.metadata=minimal';

export interface AnswerTarget {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly publicUrl: string;
  readonly version: GraphVersion;
  readonly userName: string;
  /** `me`, or `users/{id}` for an app-only caller. */
  readonly userPath: string;
}

export function sendAnswer(answer: Answer, target: AnswerTarget): FastifyReply {
  const { request, reply, publicUrl, version, userPath } = target;
  reply.code(statuses[answer.outcome]).header('OData-Version', '4.0');
  if (answer.etag) reply.header('ETag', answer.etag);
  if (answer.result) reply.header('Carillon-Result', answer.result);
  if (answer.location)
    reply.header(
      'Location',
      `${publicUrl}/${version}/${userPath}/${collectionOf(answer)}/${answer.location}`,
    );
  if (answer.text !== undefined) return reply.type('text/plain;charset=utf-8').send(answer.text);
  if (answer.outcome === 'noContent') return reply.send();
  if (answer.location && /\breturn=minimal\b/i.test(String(request.headers.prefer ?? ''))) {
    return reply.header('Preference-Applied', 'return=minimal').send();
  }
  return reply
    .type(jsonType)
    .send(JSON.stringify({ ...contextOf(answer, target), ...answer.body, ...linkOf(answer, target) }));
}

function collectionOf({ context = '' }: Answer): string {
  return context.split('/', 1)[0] as string;
}

function contextOf({ context }: Answer, { publicUrl, version, userName }: AnswerTarget) {
  if (context === undefined) return {};
  const user = encodeURIComponent(userName).replaceAll("'", "''");
  return { '@odata.context': `${publicUrl}/${version}/$metadata#users('${user}')/${context}` };
}

function linkOf({ next }: Answer, { request, publicUrl }: AnswerTarget) {
  if (!next) return {};
  const path = (request.url.split('?', 1)[0] as string).replace(/\/$/, '');
  const query = Object.entries(next.query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return { [next.link]: `${publicUrl}${path}?${query.join('&')}` };
}
