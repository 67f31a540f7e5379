// What a client has already is not sent again (RFC 9110, section 13.1.2): an answer with an ETag that the client names. The
// answer is made first, so that nobody learns from a 304 what they may not read.
import type { WrittenAnswer } from '../../operations/kernel/answer.ts';

type Body = Pick<WrittenAnswer, 'status' | 'headers' | 'body' | 'bytes'>;

/** The answer to a GET, or 304. */
export function unlessKnown<Answer extends Body>(answer: Answer, ifNoneMatch: string | undefined): Answer {
  const { ETag: etag } = answer.headers;
  if (ifNoneMatch === undefined || etag === undefined || answer.status !== 200) return answer;
  if (!isKnown(String(etag), ifNoneMatch)) return answer;
  const { 'Content-Type': _type, ...headers } = answer.headers;
  return { ...answer, status: 304, headers, body: '', bytes: undefined };
}

/** Weak comparison. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''));
  return known.includes('*') || known.includes(etag.replace(/^W\//, ''));
}
