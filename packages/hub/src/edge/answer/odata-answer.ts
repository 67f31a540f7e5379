// An operation's answer becomes Graph's: status, headers, context and links. Every URL is built from the public URL,
// never from Host or a forwarded header.
import type { GraphVersion } from '@carillon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../operations/kernel/call.ts';
import { baseHeaders, type Headers } from '../http/base-headers.ts';

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

/**
 * Writes past Fastify's reply: it would add a charset to a type that Graph documents without one, and its header table
 * costs 5 µs an answer.
 */
export function sendAnswer(answer: Answer, target: AnswerTarget): void {
  const { request, reply } = target;
  const headers = headersOf(answer, target);
  const body = bodyOf(answer, target, headers);
  reply.hijack();
  const { raw } = reply;
  if (body === '') {
    if (answer.outcome !== 'noContent') headers['Content-Length'] = 0;
    raw.writeHead(statuses[answer.outcome], headers);
    raw.end();
  } else {
    headers['Content-Length'] = Buffer.byteLength(body);
    raw.writeHead(statuses[answer.outcome], headers);
    raw.end(request.method === 'HEAD' ? undefined : body);
  }
}

function headersOf(answer: Answer, { request, publicUrl, version, userPath }: AnswerTarget): Headers {
  const headers = baseHeaders(request);
  headers['OData-Version'] = '4.0';
  if (answer.etag) headers.ETag = answer.etag;
  if (answer.result) headers['Carillon-Result'] = answer.result;
  if (answer.location) {
    headers.Location = `${publicUrl}/${version}/${userPath}/${collectionOf(answer)}/${answer.location}`;
  }
  return headers;
}

function bodyOf(answer: Answer, target: AnswerTarget, headers: Headers): string {
  if (answer.outcome === 'noContent') return '';
  if (answer.text !== undefined) {
    headers['Content-Type'] = 'text/plain;charset=utf-8';
    return answer.text;
  }
  const { prefer } = target.request.headers;
  if (answer.location && prefer !== undefined && /\breturn=minimal\b/i.test(String(prefer))) {
    headers['Preference-Applied'] = 'return=minimal';
    return '';
  }
  headers['Content-Type'] = jsonType;
  const { json, values } = answer;
  const members = JSON.stringify({ ...contextOf(answer, target), ...answer.body, ...linkOf(answer, target) });
  if (json !== undefined) return members === '{}' ? json : `${members.slice(0, -1)},${json.slice(1)}`;
  if (values === undefined) return members;
  return `${members === '{}' ? '{' : `${members.slice(0, -1)},`}"value":[${values.join()}]}`;
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
