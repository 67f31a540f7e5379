// The bytes of a body become one JSON value. The limit holds for what arrives and for what it decompresses to; text
// must be UTF-8, JSON no deeper than 16, and no string may hold U+0000 or half a surrogate pair.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { limits } from '@carillon/protocol';
import { HubError, invalid } from '../../model/errors.ts';

type Encoding = 'identity' | 'gzip' | 'deflate';

export interface BodyHead {
  /** After decompression too. */
  readonly bytesMax: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly contentLength: string | undefined;
}

/** What can be refused before a byte is read. */
export function checkBodyHead({ bytesMax, contentType, contentEncoding, contentLength }: BodyHead): Encoding {
  if (!/^application\/json\s*(?:;|$)/i.test(contentType ?? '')) {
    throw new HubError('unsupportedMediaType', 'Send the body as Content-Type: application/json.', {
      target: 'Content-Type',
    });
  }
  const encoding = (contentEncoding ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'deflate') {
    throw new HubError('unsupportedMediaType', 'Content-Encoding must be gzip, deflate or identity.', {
      target: 'Content-Encoding',
    });
  }
  if (Number(contentLength ?? 0) > bytesMax) throw tooLarge(bytesMax);
  return encoding;
}

export function readBytes(stream: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bytesMax) {
        stream.pause();
        reject(tooLarge(bytesMax));
      } else chunks.push(chunk);
    });
    stream.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.on('error', () => reject(invalid('The body ended before it was complete.')));
  });
}

export function parseJson(bytes: Buffer, encoding: Encoding, bytesMax: number): unknown {
  const plain = decompress(bytes, encoding, bytesMax);
  if (!isUtf8(plain)) throw invalid('The body is not UTF-8.');
  const text = plain.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(
      text.trim() === '' ? 'The body is empty; send a JSON object.' : 'The body is not valid JSON.',
    );
  }
  checkDepth(value, 1);
  // Only an escape can hide one of these: raw control characters are not JSON, raw surrogates not UTF-8.
  if (text.includes('\\u')) checkStrings(value);
  return value;
}

function decompress(bytes: Buffer, encoding: Encoding, bytesMax: number): Buffer {
  if (encoding === 'identity') return bytes;
  const options = { maxOutputLength: bytesMax };
  try {
    if (encoding === 'gzip') return gunzipSync(bytes, options);
    // RFC 9110 8.4.1.2 means zlib's format, but some clients send bare deflate.
    const zlib = ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
    return zlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytesMax);
    throw invalid(`The body is not valid ${encoding}.`, 'Content-Encoding');
  }
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > limits.jsonDepth) throw invalid(`The JSON is nested deeper than ${limits.jsonDepth} levels.`);
  if (Array.isArray(value)) {
    for (const member of value) checkDepth(member, depth + 1);
  } else {
    for (const name in value) checkDepth((value as Record<string, unknown>)[name], depth + 1);
  }
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

function tooLarge(bytesMax: number): HubError {
  return new HubError('requestTooLarge', `The body is larger than ${bytesMax} bytes after decompression.`);
}
