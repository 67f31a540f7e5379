// Reads and verifies JSON Web Tokens (RFC 7515, 7519) of the two kinds that providers take: ES256 and RS256. Says only
// whether form and signature are right; which claims a provider wants is its own affair.
import { type KeyObject, verify } from 'node:crypto';

export interface JsonWebToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

/** Null when it is no JWT in compact form. */
export function parseJsonWebToken(text: string): JsonWebToken | null {
  const parts = text.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return null;
  const [head = '', body = '', signature = ''] = parts;
  const header = readObject(head);
  const claims = readObject(body);
  if (!header || !claims) return null;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

/** True when the header names that algorithm and the signature is the key's. */
export function isSignedBy(token: JsonWebToken, alg: 'ES256' | 'RS256', key: KeyObject): boolean {
  if (token.header.alg !== alg || token.header.crit !== undefined) return false;
  const data = Buffer.from(token.signed, 'ascii');
  if (alg === 'RS256') return verify('sha256', data, key, token.signature);
  return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, token.signature);
}

function readObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
