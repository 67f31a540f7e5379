// Which coding a client takes (RFC 9110, section 12.5.3), and answers in it. A short body is compressed at once, in less time than
// the way to another thread costs; a longer one on another thread, so that the loop goes on.
//
// Compressed lengths tell what a body repeats (BREACH). That needs requests which an attacker's page makes for a person who is
// signed in, and there are none here: a call needs a token in a header, never a cookie. Answers to operators, which may hold
// secrets, and the pages of the identity provider, which live by a cookie, are not compressed.
import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib';

export type Coding = 'br' | 'gzip';

/** The one that the client likes most, of those that are offered; null for none. */
export function chooseCoding(accepted: string | undefined, offered: readonly Coding[]): Coding | null {
  const weights = readWeights(accepted ?? '');
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [best = null] = offered.toSorted((one, other) => weightOf(other) - weightOf(one));
  if (best === null || weightOf(best) === 0) return null;
  return (weights.get('identity') ?? 0) > weightOf(best) ? null : best;
}

/** What a header accepts, and how much; of a media type without its parameters. */
export function readWeights(accepted: string): ReadonlyMap<string, number> {
  return new Map(
    accepted.split(',').map((part): [string, number] => {
      const [name = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight) || 0];
    }),
  );
}

const codings: readonly Coding[] = ['br', 'gzip'];

/** Shorter ones gain nothing: they fit into one packet. */
export const compressedFrom = 1024;
const atOnceMax = 16 * 1024;

/** The lowest levels: on pages of notifications the higher ones save a tenth and take two to four times as long. */
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const deflate = { level: 1 };
const brotliLater = promisify(brotliCompress);
const gzipLater = promisify<string, typeof deflate, Buffer>(gzip);

/** Null when it is short, or when the client takes none. */
export function codingFor(accepted: string | undefined, body: string): Coding | null {
  return body.length <= compressedFrom || accepted === undefined ? null : chooseCoding(accepted, codings);
}

export function compress(body: string, coding: Coding): Buffer | Promise<Buffer> {
  if (body.length > atOnceMax) return coding === 'br' ? brotliLater(body, brotli) : gzipLater(body, deflate);
  return coding === 'br' ? brotliCompressSync(body, brotli) : gzipSync(body, deflate);
}
