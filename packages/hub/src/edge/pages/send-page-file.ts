// How a file of a built page is sent: under the page's policy, in the smallest encoding that the client takes, and not again to
// who has it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKnown } from '../answer/not-modified.ts';
import { chooseEncoding, type PageFile } from './page-files.ts';

export const htmlType = 'text/html;charset=utf-8';

const yearSeconds = 31_536_000;

const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export interface Sending {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The Content-Security-Policy. */
  readonly policy: string;
  /** In place of the page's own. */
  readonly more?: Readonly<Record<string, string>>;
}

export function sendPageFile(file: PageFile, { request, reply, policy, more = {} }: Sending): FastifyReply {
  for (const [name, value] of Object.entries({ ...securityHeaders, ...more })) reply.header(name, value);
  reply.header('Content-Security-Policy', policy);
  reply.header('ETag', file.etag).header('Vary', 'Accept-Encoding');
  reply.header('Cache-Control', file.immutable ? `public, max-age=${yearSeconds}, immutable` : 'no-cache');
  if (isKnown(file.etag, request.headers['if-none-match'])) return reply.code(304).send();
  const encoding = chooseEncoding(file, request.headers['accept-encoding']?.toString());
  if (encoding !== 'identity') reply.header('Content-Encoding', encoding);
  return reply.type(file.type).send(file.bodies.get(encoding));
}
