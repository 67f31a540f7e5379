// userinfo (OpenID Connect Core, 5.3): who the bearer of an access token for the hub is. oidc-provider's own takes opaque
// tokens only; ours are JWTs, which are verified here as the hub verifies them.
import type { ServerResponse } from 'node:http';
import type { createLocalJWKSet, jwtVerify } from 'jose';
import type { Clock } from '../../lib/clock.ts';
import type { LocalUser, Registry } from '../../store/registry.ts';
import { type AccessAudit, unknownCaller } from '../access-audit.ts';
import { hasOneSpelling } from '../authenticate.ts';
import { identityClaims } from './claims.ts';
import type { InnerRequest } from './exchange/inner-request.ts';
import { isRevoked } from './exchange/on-behalf-of.ts';
import type { SigningKeys } from './keys.ts';

export interface Userinfo {
  readonly registry: Registry;
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly access: AccessAudit;
  readonly jose: {
    readonly jwtVerify: typeof jwtVerify;
    readonly createLocalJWKSet: typeof createLocalJWKSet;
  };
}

export async function handleUserinfo(
  userinfo: Userinfo,
  { method, headers, form, socket }: InnerRequest,
  response: ServerResponse,
): Promise<void> {
  // Pages of any origin may ask: the token says who, never a cookie.
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cache-control', 'no-store');
  if (method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
    response.setHeader('access-control-allow-headers', 'Authorization, Content-Type');
    response.writeHead(204).end();
    return;
  }
  const [, bearer] = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  const user = await findBearer(userinfo, bearer ?? form?.get('access_token') ?? '');
  response.setHeader('content-type', 'application/json');
  if (user) {
    response.end(JSON.stringify(identityClaims(user)));
    return;
  }
  const from = socket.remoteAddress;
  userinfo.access.refuse({ what: 'tokenRefused', who: unknownCaller, from, on: 'bearer' });
  const error = 'invalid_token';
  response.setHeader('www-authenticate', `Bearer realm="${userinfo.issuer}", error="${error}"`);
  const advice = 'Send an unexpired access token of a user for the hub.';
  response.writeHead(401).end(JSON.stringify({ error, error_description: advice }));
}

async function findBearer(
  { registry, keys, issuer, publicUrl, clock, jose }: Userinfo,
  token: string,
): Promise<LocalUser | null> {
  if (!hasOneSpelling(token)) return null;
  const keySet = jose.createLocalJWKSet({
    keys: keys.publicKeys.keys.map((key) => ({ ...key, kty: 'RSA' })),
  });
  const verified = await jose
    .jwtVerify(token, keySet, {
      issuer,
      audience: publicUrl,
      algorithms: ['RS256'],
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(clock.now()),
    })
    .catch(() => null);
  if (!verified || isRevoked({ registry, issuer }, verified.payload)) return null;
  const { sub, idtyp } = verified.payload;
  return sub === undefined || idtyp === 'app' ? null : registry.users.findById(sub);
}
