// The bytes of an answer: its headers with those of every answer, not at all when the client has it already, compressed when
// the client takes that. They are written past Fastify, which would answer in a header table of its own.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Headers, WrittenAnswer } from '../../operations/kernel/answer.ts';
import { isGone } from '../streams/when-closed.ts';
import { baseHeaders } from './base-headers.ts';
import { codingFor, compress, compressedFrom } from './content-coding.ts';
import { unlessKnown } from './not-modified.ts';

type Body = Pick<WrittenAnswer, 'status' | 'headers' | 'body' | 'bytes'>;

/** At once, but for a long body that is compressed. */
export function write(answer: Body, request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
  const { method, headers: sent, admission } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  const {
    status,
    headers,
    body,
    bytes: content = body,
  } = isRead ? unlessKnown(answer, sent['if-none-match']) : answer;
  const all: Headers = Object.assign(baseHeaders(request), headers);
  const mayBeShort = admission?.principal.kind !== 'operator' && body.length > compressedFrom;
  if (mayBeShort) all.Vary = 'Accept-Encoding';
  // Also for HEAD, whose headers are those of GET, its length among them (RFC 9110, section 8.6).
  const coding = mayBeShort ? codingFor(sent['accept-encoding']?.toString(), body) : null;
  if (coding === null) return send(content);
  all['Content-Encoding'] = coding;
  const short = compress(body, coding);
  if (!(short instanceof Promise)) return send(short);
  // Its reader may have left meanwhile.
  return short.then((bytes) => (isGone(reply.raw) ? void reply.hijack() : send(bytes)));

  function send(bytes: string | Buffer): void {
    reply.hijack();
    if (status !== 204 && status !== 304) all['Content-Length'] = Buffer.byteLength(bytes);
    reply.raw.writeHead(status, all);
    if (bytes.length === 0 || method === 'HEAD') reply.raw.end();
    else if (request.raw.httpVersionMajor === 1 || bytes.length <= chunkBytes) reply.raw.end(bytes);
    else endInChunks(reply, Buffer.from(bytes));
  }
}

/** HTTP/2 says how much has left by whole writes only, and a slow reader is none that has stalled. */
const chunkBytes = 16 * 1024;

function endInChunks({ raw }: FastifyReply, body: Buffer): void {
  for (let start = 0; start < body.length; start += chunkBytes)
    raw.write(body.subarray(start, start + chunkBytes));
  raw.end();
}

/** As fast as the reader takes them. One that fails after it began is cut off, so that it isn't taken for whole. */
export async function writeLines(
  { status, headers }: Omit<WrittenAnswer, 'stream' | 'lines'>,
  lines: AsyncIterable<string>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(status, Object.assign(baseHeaders(request), headers));
  if (request.method === 'HEAD') return void reply.raw.end();
  await pipeline(Readable.from(lines, { highWaterMark: 1 }), reply.raw).catch((error: unknown) =>
    request.log.warn({ err: error }, 'an answer was cut off'),
  );
}
