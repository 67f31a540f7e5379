// VAPID (RFC 8292) as push services check it: an ES256 token signed by the key that comes with it, for this origin, not
// past and at most a day ahead, with a contact, and by the key that the subscription was made for. Verified tokens are
// remembered, since a sender uses one for hours.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSignedBy, parseJsonWebToken } from '../json-web-token.ts';

export interface VapidDemand {
  /** Origin of the endpoint. */
  readonly audience: string;
  /** Of the subscription, base64url; null when it was made without one: any sender may then push, even a nameless one. */
  readonly applicationServerKey: string | null;
  readonly now: number;
}

export interface VapidFault {
  readonly status: 401 | 403;
  readonly message: string;
}

interface VapidParameters {
  readonly token: string;
  readonly key: string;
}

const longestLifeSeconds = 24 * 60 * 60;
const rememberedMax = 10_000;

export class VapidVerifier {
  /** Expiry in milliseconds, by audience, key and token. */
  readonly #verified = new Map<string, number>();

  /** Null when the sender may push. */
  judge(authorization: string | undefined, demand: VapidDemand): VapidFault | null {
    const parameters = parseAuthorization(authorization);
    if (!parameters) return faultOfMissing(authorization, demand);
    const { key, token } = parameters;
    if (demand.applicationServerKey !== null && key !== demand.applicationServerKey) {
      return forbidden('VAPID public key mismatch: k is not the applicationServerKey of the subscription');
    }
    const name = `${demand.audience} ${key} ${token}`;
    if ((this.#verified.get(name) ?? 0) > demand.now) return null;
    const verified = verifyToken(parameters, demand);
    if (typeof verified === 'string') return forbidden(`VAPID token: ${verified}`);
    const [oldest] = this.#verified.keys();
    if (oldest !== undefined && this.#verified.size >= rememberedMax) this.#verified.delete(oldest);
    this.#verified.set(name, verified.expires);
    return null;
  }
}

/** `vapid t=…, k=…` (RFC 8292, section 3); null when it is none. */
function parseAuthorization(authorization: string | undefined): VapidParameters | null {
  const rest = /^vapid +(.*)$/i.exec(authorization?.trim() ?? '')?.[1];
  if (rest === undefined) return null;
  const parameters = new Map<string, string>();
  for (const part of rest.split(',')) {
    const [, name = '', value = ''] = /^\s*([a-z]+)\s*=\s*"?([\w.-]+)"?\s*$/i.exec(part) ?? [];
    parameters.set(name.toLowerCase(), value);
  }
  const token = parameters.get('t');
  const key = parameters.get('k');
  return token && key ? { token, key } : null;
}

function faultOfMissing(authorization: string | undefined, demand: VapidDemand): VapidFault | null {
  if (authorization !== undefined)
    return forbidden('Authorization is not of the form vapid t=<jwt>, k=<key>');
  if (demand.applicationServerKey === null) return null;
  return { status: 401, message: 'Authorization of the scheme vapid is missing' };
}

/** What is wrong with the token, or when it expires. */
function verifyToken(
  { token, key }: VapidParameters,
  { audience, now }: VapidDemand,
): { readonly expires: number } | string {
  const publicKey = importPoint(key);
  if (!publicKey) return 'k is not an uncompressed point of P-256 in base64url';
  const parsed = parseJsonWebToken(token);
  if (!parsed) return 't is not a JWT';
  if (!isSignedBy(parsed, 'ES256', publicKey)) return 'it has no ES256 signature of k';
  const { aud, exp, sub } = parsed.claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(audience)) return `aud is not ${audience}`;
  if (typeof exp !== 'number') return 'exp is not a number';
  if (exp * 1000 <= now) return 'exp is past';
  if (exp > now / 1000 + longestLifeSeconds) return 'exp is more than 24 hours ahead';
  return isContact(sub) ? { expires: exp * 1000 } : 'sub is not a mailto: or https: URI';
}

function isContact(sub: unknown): boolean {
  if (typeof sub !== 'string') return false;
  if (sub.startsWith('https:')) return URL.canParse(sub);
  return /^mailto:[^\s<>@]+@[^\s<>@]+$/.test(sub);
}

function importPoint(key: string): KeyObject | null {
  const point = Buffer.from(key, 'base64url');
  if (point.length !== 65 || point[0] !== 4) return null;
  const x = point.toString('base64url', 1, 33);
  const y = point.toString('base64url', 33);
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return null;
  }
}

function forbidden(message: string): VapidFault {
  return { status: 403, message };
}
