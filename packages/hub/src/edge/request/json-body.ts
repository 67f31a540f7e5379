// The body of a request, read past Fastify: media type ▶ encoding ▶ size ▶ UTF-8 ▶ JSON ▶ depth and strings. The first that is
// wrong is refused, and nothing is read of a body that says of itself that it is too large.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { limits } from '@carillon/protocol';
import type { FastifyRequest } from 'fastify';
import { dropRest } from '../../lib/inbound/dropped-body.ts';
import { HubError, invalid } from '../../model/errors.ts';
import type { BodySpec } from '../../operations/kernel/operation.ts';

/** The limit holds for what arrives and for what it decompresses to. */
export async function readJson(
  { raw, headers }: FastifyRequest,
  { bytesMax, inParts = false }: Pick<BodySpec<unknown>, 'bytesMax' | 'inParts'>,
): Promise<unknown> {
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
    throw unsupported('Send the body as Content-Type: application/json.', 'Content-Type');
  }
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'deflate')
    throw unsupported('Content-Encoding must be gzip, deflate or identity.', 'Content-Encoding');
  if (Number(headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const bytes = await readBytes(raw, bytesMax);
  const text = textOf(encoding === 'identity' ? bytes : decompress(bytes, encoding, bytesMax));
  const value = parseJson(text);
  if (!inParts) checkJson(value, text);
  return value;
}

function readBytes(stream: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= bytesMax) return;
      stream.off('data', take);
      dropRest(stream);
      reject(tooLarge(bytesMax));
    };
    stream.on('data', take);
    let isWhole = false;
    stream.on('end', () => {
      isWhole = true;
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    // Each request is closed at its end: an error made for nothing costs 9 µs.
    const cut = (): void => {
      if (!isWhole) reject(invalid('The body ended before it was complete.'));
    };
    stream.on('error', cut).on('close', cut);
  });
}

function decompress(bytes: Buffer, encoding: 'gzip' | 'deflate', bytesMax: number): Buffer {
  const options = { maxOutputLength: bytesMax };
  try {
    if (encoding === 'gzip') return gunzipSync(bytes, options);
    // RFC 9110 8.4.1.2 means zlib's format, but some clients send bare deflate.
    const zlib = ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
    return zlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(bytesMax);
    throw invalid(`The body is not valid ${encoding}.`, 'Content-Encoding');
  }
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw invalid('The body is not UTF-8.');
  return bytes.toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(
      text.trim() === '' ? 'The body is empty; send a JSON object.' : 'The body is not valid JSON.',
    );
  }
}

/** No deeper than 16 levels, and no string with U+0000 or half a surrogate pair. `text`: what it was parsed from, if it is known. */
export function checkJson(value: unknown, text?: string): void {
  checkDepth(value, 1);
  // Only an escape can hide one of these: raw control characters are not JSON, raw surrogates not UTF-8.
  if (text === undefined || text.includes('\\u')) checkStrings(value);
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > limits.jsonDepth) throw invalid(`The JSON is nested deeper than ${limits.jsonDepth} levels.`);
  for (const member of Array.isArray(value) ? value : Object.values(value)) checkDepth(member, depth + 1);
}

function checkStrings(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw invalid('A string holds half of a surrogate pair, which is not text.');
    if (value.includes('\0')) throw invalid('A string holds U+0000, which is not accepted.');
  } else if (Array.isArray(value)) value.forEach(checkStrings);
  else if (typeof value === 'object' && value !== null) {
    Object.keys(value).forEach(checkStrings);
    Object.values(value).forEach(checkStrings);
  }
}

export function unsupported(message: string, target: string): HubError {
  return new HubError('unsupportedMediaType', message, { target });
}

export function tooLarge(bytesMax: number): HubError {
  return new HubError('requestTooLarge', `The body is larger than ${bytesMax} bytes after decompression.`);
}
