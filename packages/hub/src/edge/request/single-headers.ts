// Headers that may stand once. Node keeps the first of two or joins them, and what stands in front of the hub may have read
// the other one, so that a request with two of them says nothing that can be relied on (RFC 9110, 5.3; RFC 9112, 3.2).
// HTTP/1.1 demands one of them, Host.
import { invalid } from '../../model/errors.ts';

const single = [
  'Host',
  'Authorization',
  'X-UNS-ID',
  'Content-Type',
  'Content-Length',
  'Content-Encoding',
  'If-Match',
  'Last-Event-ID',
  'client-request-id',
];
const byLowerCase = new Map(single.map((name) => [name.toLowerCase(), name]));
const lengths = new Set(single.map(({ length }) => length));

const hostBit = 1 << single.indexOf('Host');

interface SentHeaders {
  readonly httpVersion: string;
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
}

export function checkSingleHeaders({ httpVersion, rawHeaders: raw }: SentHeaders): void {
  let seen = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const given = raw[index] ?? '';
    if (!lengths.has(given.length)) continue;
    const name = byLowerCase.get(given.toLowerCase());
    if (name === undefined) continue;
    const bit = 1 << single.indexOf(name);
    if (seen & bit) throw invalid(`The header ${name} is given twice: send it once.`, name);
    seen |= bit;
  }
  if (httpVersion === '1.1' && !(seen & hostBit))
    throw invalid('The header Host is missing: HTTP/1.1 demands it.', 'Host');
}
