// On-Behalf-Of (RFC 7523 with Entra ID's `requested_token_use`, as the pages on Graph notifications ask): a service gives
// the token that its app's user signed in with, and gets one for the hub in the user's name. The new token never
// outranks what user and client were granted: the app's own notifications, or all when an operator gave the client that.
import { createHash } from 'node:crypto';
import type { createLocalJWKSet, JWTPayload, jwtVerify } from 'jose';
import type { Context, errors, Provider } from 'oidc-provider';
import type { Clock } from '../../../lib/clock.ts';
import type { LocalUser, Registry } from '../../../store/registry.ts';
import { hasOneSpelling } from '../../authenticate.ts';
import { openRevokedTokens } from '../../revoked-tokens.ts';
import { createdByAppScope, isOperatorScope } from '../../scope-names.ts';
import { identityClaims } from '../claims.ts';
import { grantedScopes, onBehalfOfGrant } from '../clients.ts';
import type { SigningKeys } from '../keys.ts';
import { type ResourceRules, resourceServerInfo } from '../resource-server.ts';
import { type Asked, readScopes, ScopeError } from '../scopes.ts';
import { inner, resourceOf } from './rewrite.ts';

const toleranceSeconds = 60;
/** Short, for a service may make one at every request; it can always come with a new assertion. */
const refreshTokenSeconds = 14 * 24 * 3600;

export interface OnBehalfOf {
  readonly provider: Provider;
  readonly registry: Registry;
  readonly rules: ResourceRules;
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly clock: Clock;
  readonly oidcErrors: typeof errors;
  readonly jose: {
    readonly jwtVerify: typeof jwtVerify;
    readonly createLocalJWKSet: typeof createLocalJWKSet;
  };
}

export function registerOnBehalfOf(flow: OnBehalfOf): void {
  const parameters = ['assertion', 'requested_token_use', 'scope', 'resource'];
  flow.provider.registerGrantType(onBehalfOfGrant, (ctx) => exchange(flow, ctx), parameters);
}

async function exchange(flow: OnBehalfOf, ctx: Context): Promise<void> {
  const { assertion, requested_token_use: use } = ctx.oidc.params;
  if (use !== 'on_behalf_of')
    throw refusal(flow, 'invalid_request', 'requested_token_use must be on_behalf_of.');
  if (!assertion)
    throw refusal(
      flow,
      'invalid_request',
      'assertion is missing: send the token that the user signed in with.',
    );
  const claims = await readAssertion(flow, ctx, assertion);
  if (isRevoked(flow, claims))
    throw refusal(flow, 'invalid_grant', 'The assertion was revoked: the user must sign in again.');
  const user = await flow.registry.users.findById(claims.sub ?? '');
  if (!user || user.disabled)
    throw refusal(flow, 'invalid_grant', 'The user of the assertion no longer exists, or is disabled.');
  const asked = readAsked(flow, ctx);
  ctx.oidc.entity('Account', { accountId: user.id, claims: async () => identityClaims(user) });
  ctx.body = await issue(flow, ctx, user, asked);
}

export function isRevoked(
  { registry, issuer }: Pick<OnBehalfOf, 'registry' | 'issuer'>,
  { sub = '', iat = 0, sid }: JWTPayload,
): boolean {
  const origin = { issuer, subject: sub, issuedAt: iat, session: typeof sid === 'string' ? sid : null };
  return openRevokedTokens(registry.revocations, issuer).has(origin);
}

async function readAssertion(flow: OnBehalfOf, ctx: Context, assertion: string): Promise<JWTPayload> {
  const { jose, keys, issuer, clock } = flow;
  const clientId = ctx.oidc.client?.clientId ?? '';
  const appId = flow.registry.apps.findByClient(clientId)?.id;
  let claims: JWTPayload;
  try {
    if (!hasOneSpelling(assertion)) throw new Error('its base64url has bits that an encoder does not write');
    const keySet = jose.createLocalJWKSet({
      keys: keys.publicKeys.keys.map((key) => ({ ...key, kty: 'RSA' })),
    });
    const { payload } = await jose.jwtVerify(assertion, keySet, {
      issuer,
      algorithms: ['RS256'],
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'aud'],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(clock.now()),
    });
    claims = payload;
  } catch (error) {
    throw refusal(
      flow,
      'invalid_grant',
      `The assertion is not an unexpired access token of ${issuer}.`,
      error,
    );
  }
  if (claims.aud !== appId) {
    const advice = `The assertion is for the audience ${claims.aud}; it must be for ${appId}, so ask for it with the scope api://${appId}/user_impersonation.`;
    throw refusal(flow, 'invalid_grant', advice);
  }
  if (claims.idtyp === 'app' || claims.sub === claims.client_id || typeof claims.scp !== 'string') {
    throw refusal(
      flow,
      'invalid_grant',
      "The assertion is an app's own token; it must be one of a signed-in user.",
    );
  }
  return claims;
}

/** What is asked, once it is within what the client was granted. The assertion adds nothing to that. */
function readAsked({ oidcErrors, rules }: OnBehalfOf, ctx: Context): Asked {
  const { scope = '', resource = null } = ctx.oidc.params;
  const { apps, publicUrl } = rules;
  const granted = grantedScopes(apps, ctx.oidc.client?.clientId ?? '').filter(
    (name) => !isOperatorScope(name),
  );
  try {
    const asked = readScopes(scope, resource, { publicUrl, granted });
    if (asked.audience !== null || asked.names.length > 0) return asked;
    return { ...asked, names: [createdByAppScope] };
  } catch (error) {
    if (error instanceof ScopeError) throw new oidcErrors.InvalidScope(error.message);
    throw error;
  }
}

async function issue(flow: OnBehalfOf, ctx: Context, user: LocalUser, asked: Asked): Promise<object> {
  const { provider, rules } = flow;
  const client = ctx.oidc.client;
  if (!client) throw new Error('the client is authenticated before its grant is handled');
  const resource = resourceOf(asked.audience, rules.publicUrl);
  const openId = asked.openId.map(inner);
  const grant = await openGrant(provider, client.clientId, user.id);
  grant.addOIDCScope(openId);
  grant.addResourceScope(resource, asked.names);
  const issued = { accountId: user.id, client, grantId: await grant.save(), gty: onBehalfOfGrant };
  const accessToken = new provider.AccessToken(issued);
  accessToken.resourceServer = new provider.ResourceServer(
    resource,
    await resourceServerInfo(ctx, resource, client, rules),
  );
  accessToken.scope = asked.names.join(' ');
  const refreshToken = new provider.RefreshToken({
    ...issued,
    resource,
    scope: [...openId, ...asked.names].join(' '),
    rotations: 0,
    expiresWithSession: false,
    expiresIn: refreshTokenSeconds,
  });
  return {
    token_type: 'Bearer',
    scope: [...asked.openId, ...asked.names.map((name) => asked.spelling.get(name) ?? name)].join(' '),
    access_token: await accessToken.save(),
    expires_in: accessToken.expiration,
    refresh_token: await refreshToken.save(),
    ...(asked.openId.includes('openid') ? { id_token: await issueIdToken(provider, ctx, user, openId) } : {}),
  };
}

/** One grant for a client and user, however often it exchanges. */
async function openGrant(provider: Provider, clientId: string, accountId: string) {
  const id = createHash('sha256')
    .update(JSON.stringify([clientId, accountId]))
    .digest('base64url');
  const known = await provider.Grant.find(id);
  if (known) return known;
  const grant = new provider.Grant({ clientId, accountId });
  grant.jti = id;
  return grant;
}

async function issueIdToken(provider: Provider, ctx: Context, user: LocalUser, scopes: readonly string[]) {
  const idToken = new provider.IdToken(identityClaims(user), { ctx });
  idToken.scope = scopes.join(' ');
  return idToken.issue({ use: 'idtoken' });
}

function refusal({ oidcErrors }: OnBehalfOf, error: string, description: string, cause?: unknown): Error {
  return new oidcErrors.CustomOIDCProviderError(error, description, { cause });
}
