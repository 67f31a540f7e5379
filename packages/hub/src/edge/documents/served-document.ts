// A document that is made once, when somebody first asks for it, and then served from memory: whole and compressed, with an
// ETag. A client that has it is told so.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Coding, chooseCoding } from '../answer/content-coding.ts';
import { isKnown } from '../answer/not-modified.ts';

interface Made {
  readonly etag: string;
  readonly whole: Buffer;
  readonly short: Readonly<Record<Coding, Buffer>>;
}

export interface ServedDocument {
  readonly type: string;
  /** By which headers of the request its answer differs; `Accept-Encoding` among them. */
  readonly vary?: string;
  readonly make: () => Promise<string>;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function serveDocument({ type, vary = 'Accept-Encoding', make }: ServedDocument): Handler {
  let made: Promise<Made> | null = null;
  return async (request, reply) => {
    made ??= compressed(make());
    const { etag, whole, short } = await made;
    reply.header('ETag', etag).header('Vary', vary).header('Cache-Control', 'no-cache');
    if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send();
    const coding = chooseCoding(request.headers['accept-encoding']?.toString(), ['br', 'gzip']);
    if (coding !== null) reply.header('Content-Encoding', coding);
    return reply.type(type).send(coding === null ? whole : short[coding]);
  };
}

async function compressed(text: Promise<string>): Promise<Made> {
  const whole = Buffer.from(await text);
  const hash = createHash('sha256').update(whole).digest('base64url');
  const [br, gz] = await Promise.all([promisify(brotliCompress)(whole), promisify(gzip)(whole)]);
  return { etag: `W/"${hash.slice(0, 22)}"`, whole, short: { br, gzip: gz } };
}
