// The keys of the issuers that the hub trusts: its own, in memory, and those of configured OpenID Connect issuers, found
// by discovery (OpenID Connect Discovery 1.0, section 4) and fetched again when a token names a new key.
import type { JWK, JWTVerifyGetKey } from 'jose';
import * as errors from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { createRemoteJWKSet, customFetch } from 'jose/jwks/remote';
import { busy, HubError } from '../model/errors.ts';

export interface Issuers {
  has(issuer: string): boolean;
  /** Finds the key that signed a token of this issuer. */
  keys(issuer: string): JWTVerifyGetKey;
  /** Another one whenever a key of the hub's own may have ended; of other issuers always the same. */
  keyVersion(issuer: string): object | null;
}

interface PublicKeys {
  readonly keys: readonly JWK[];
}

export interface IssuersOptions {
  /** The embedded provider, when it runs. */
  readonly own: { readonly issuer: string; readonly keys: () => PublicKeys } | null;
  /** Issuer identifiers, exactly as tokens name them. */
  readonly remote: readonly string[];
  readonly fetch?: typeof fetch;
}

const discoveryTimeoutMs = 5000;
const unreachable = 'The keys of the token issuer can not be fetched right now.';

export function openIssuers({ own, remote, fetch: get = fetch }: IssuersOptions): Issuers {
  const keySets = new Map<string, JWTVerifyGetKey>();
  if (own) keySets.set(own.issuer, localKeys(own.keys));
  for (const issuer of remote) keySets.set(issuer, remoteKeys(issuer, get));
  return {
    has: (issuer) => keySets.has(issuer),
    keys(issuer) {
      const keys = keySets.get(issuer);
      if (!keys) throw new HubError('invalidToken', 'The hub does not trust the issuer of this token.');
      return keys;
    },
    keyVersion: (issuer) => (issuer === own?.issuer ? own.keys() : null),
  };
}

/** The set is made again only when the keys are others, since it keeps what it has imported. */
function localKeys(read: () => PublicKeys): JWTVerifyGetKey {
  let known: PublicKeys | null = null;
  let keySet: JWTVerifyGetKey | null = null;
  return (header, token) => {
    const keys = read();
    if (keys !== known || keySet === null) {
      known = keys;
      keySet = createLocalJWKSet({ keys: [...keys.keys] });
    }
    return keySet(header, token);
  };
}

/** Discovers on first use, and again after a failure, so the hub can start while an issuer is down. */
function remoteKeys(issuer: string, get: typeof fetch): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | null = null;
  return async (header, token) => {
    found ??= discover(issuer, get).catch((error: unknown) => {
      found = null;
      throw busy(unreachable, error);
    });
    const keySet = await found;
    try {
      return await keySet(header, token);
    } catch (error) {
      throw wasFetched(error) ? error : busy(unreachable, error);
    }
  };
}

/** Whether the token is at fault: the keys were there, and none of them fits it. */
function wasFetched(error: unknown): boolean {
  const atFault = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
  return atFault.some((kind) => error instanceof kind) || error instanceof errors.JWSInvalid;
}

async function discover(issuer: string, get: typeof fetch): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await get(url, { signal: AbortSignal.timeout(discoveryTimeoutMs), redirect: 'error' });
  if (!response.ok) throw new Error(`discovery of ${issuer} answered ${response.status}`);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  // Entra ID's common endpoint answers a template; any other difference is somebody else's document.
  if (document.issuer !== issuer)
    throw new Error(`discovery of ${issuer} names the issuer ${String(document.issuer)}`);
  return createRemoteJWKSet(new URL(String(document.jwks_uri)), {
    timeoutDuration: discoveryTimeoutMs,
    [customFetch]: get,
  });
}
