// Who calls: a bearer token becomes a verified identity. Asymmetric signatures only, of a configured issuer, for a
// configured audience. What was verified is kept, keyed by the whole token, bounded in bytes and by its expiry:
// RS256 costs 60-160 µs without, 2-5 µs with.
import { limits } from '@carillon/protocol';
import type { JWTPayload, JWTVerifyResult } from 'jose';
import * as errors from 'jose/errors';
import { decodeJwt } from 'jose/jwt/decode';
import { jwtVerify } from 'jose/jwt/verify';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Clock } from '../lib/clock.ts';
import { HubError } from '../model/errors.ts';
import type { TokenOrigin } from '../model/principal.ts';
import type { Issuers } from './issuers.ts';
import type { RevokedTokens } from './revoked-tokens.ts';
import { hubScopeOf } from './scope-names.ts';

export interface Identity extends TokenOrigin {
  /** `oid`, else `sub`. */
  readonly subject: string;
  readonly name: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Never a user, whatever its scopes. */
  readonly appOnly: boolean;
  readonly expiresAt: number;
}

export interface Authenticator {
  /** Known without any cryptography, so that an address may be throttled before. */
  cached(token: string): Identity | null;
  /** Throws `invalidToken`. */
  authenticate(token: string): Promise<Identity>;
}

interface Verified {
  readonly token: string;
  readonly identity: Identity;
  /** Of the keys that verified it, one of which may end before the token. */
  readonly keyVersion: object | null;
}

export interface AuthenticatorOptions {
  readonly issuers: Issuers;
  readonly audiences: readonly string[];
  /** A prefix of scopes, beside Microsoft's. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly revoked: RevokedTokens;
  readonly cacheBytes?: number;
}

const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const tokenBytesMax = 16 * 1024;
const entryBytes = 1024;

export function openAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { issuers, audiences, publicUrl, clock, revoked, cacheBytes = 32 * 1024 * 1024 } = options;
  const cache = new BoundedMap<string, Verified>({
    entriesMax: Math.floor(cacheBytes / entryBytes),
    bytesMax: cacheBytes,
    bytesOf: (_key, { token }) => token.length + entryBytes,
  });
  const toleranceMs = limits.clockToleranceSeconds * 1000;

  function cached(token: string): Identity | null {
    const key = keyOf(token);
    const entry = cache.get(key);
    if (entry?.token !== token) return null;
    const { identity, keyVersion } = entry;
    const isGood = keyVersion === issuers.keyVersion(identity.issuer) && !revoked.has(identity);
    if (isGood && identity.expiresAt + toleranceMs > clock.now()) return identity;
    cache.delete(key);
    return null;
  }

  return {
    cached,
    async authenticate(token) {
      const known = cached(token);
      if (known) return known;
      if (token.length > tokenBytesMax) throw refused('The token is longer than 16 KiB.');
      const keyVersion = issuers.keyVersion(issuerOf(token));
      const identity = identityOf(await verify(token), publicUrl);
      if (revoked.has(identity)) throw refused('The token was revoked: sign in again.');
      cache.set(keyOf(token), { token, identity, keyVersion });
      return identity;
    },
  };

  async function verify(token: string): Promise<JWTVerifyResult> {
    if (!hasOneSpelling(token)) throw refused('The bearer token is not a JWT.');
    const issuer = issuerOf(token);
    if (!issuers.has(issuer)) throw refused('The hub does not trust the issuer of this token.');
    try {
      return await jwtVerify(token, issuers.keys(issuer), {
        issuer,
        audience: [...audiences],
        algorithms,
        clockTolerance: limits.clockToleranceSeconds,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp'],
      });
    } catch (error) {
      throw error instanceof HubError ? error : refused(reasonOf(error));
    }
  }
}

/** The end of the signature: it distinguishes tokens, and hashes faster than the whole. The whole token is compared. */
function keyOf(token: string): string {
  return token.slice(-43);
}

/**
 * Three parts of base64url as an encoder writes them. Decoders skip what is not base64url and the bits that are over, so
 * that without this one signed token would be many texts.
 */
export function hasOneSpelling(token: string): boolean {
  const parts = token.split('.');
  return (
    parts.length === 3 &&
    parts.every((part) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part)
  );
}

function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw refused('The bearer token is not a JWT.');
  }
}

function identityOf({ payload, protectedHeader }: JWTVerifyResult, publicUrl: string): Identity {
  if (isIdToken(payload, protectedHeader.typ))
    throw refused('The token is an ID token or of another kind: send an access token.');
  const text = (...names: string[]): string => {
    for (const name of names) {
      const value = payload[name];
      if (typeof value === 'string' && value !== '') return value;
    }
    return '';
  };
  const subject = text('oid', 'sub');
  const clientId = text('azp', 'appid', 'client_id');
  if (subject === '') throw refused('The token identifies no user: it has neither oid nor sub.');
  const scoped = payload.scp !== undefined || payload.scope !== undefined;
  const appOnly = isAppOnly(payload, clientId, scoped);
  if (!scoped && !appOnly)
    throw refused('The token has no scope, and nothing marks it as an app-only token: ask for a scope.');
  return {
    issuer: payload.iss as string,
    subject,
    name: text('preferred_username', 'upn') || subject,
    clientId,
    scopes: words(payload.scp ?? payload.scope).map((word) => hubScopeOf(word, publicUrl) ?? word),
    roles: words(payload.roles),
    appOnly,
    issuedAt: payload.iat ?? 0,
    session: text('sid') || null,
    expiresAt: (payload.exp as number) * 1000,
  };
}

/** Entra ID's mark, an app that is its own subject (RFC 9068), or a service principal, which has no scopes. */
function isAppOnly({ idtyp, sub, oid }: JWTPayload, clientId: string, scoped: boolean): boolean {
  if (idtyp === 'app' || (clientId !== '' && sub === clientId)) return true;
  return !scoped && typeof oid === 'string' && oid === sub;
}

const idTokenClaims = ['nonce', 'at_hash', 'c_hash'];

/** RFC 9068 and RFC 7519 write the types with or without `application/`, in any case. */
function isIdToken(payload: JWTPayload, typ = 'JWT'): boolean {
  return (
    !/^(application\/)?(at\+)?jwt$/i.test(typ) || idTokenClaims.some((name) => payload[name] !== undefined)
  );
}

function words(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter(Boolean);
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
}

/** jose's own messages may quote claims; these do not. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired: get a new one.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'The token is for another audience than this hub.';
    if (error.claim === 'nbf') return 'The token is not valid yet: check the clocks.';
    return `The token's claim ${error.claim} is missing or wrong.`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The token is signed with an algorithm that is not accepted.';
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The token is signed with a key that its issuer does not publish.';
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'The signature of the token is not valid.';
  return 'The bearer token is not a valid JWT of an accepted issuer.';
}

function refused(message: string): HubError {
  return new HubError('invalidToken', message);
}
