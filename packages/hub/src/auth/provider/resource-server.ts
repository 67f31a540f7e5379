// The audiences and scopes of tokens: the hub with the hub's scopes, or the client's own app with any scope. A client never
// gets a token for another app's service, which would accept it as the user's.
import type { Client, Context, errors, ResourceServerInfo } from 'oidc-provider';
import type { AppRegistry, Users } from '../../store/registry.ts';
import { adminScope, hubScopes, openIdScopes, readScopes, ScopeError } from './scopes.ts';

export interface ResourceRules {
  readonly apps: AppRegistry;
  readonly users: Users;
  readonly publicUrl: string;
  readonly oidcErrors: typeof errors;
}

export async function resourceServerInfo(
  ctx: Context,
  resource: string,
  client: Client,
  rules: ResourceRules,
): Promise<ResourceServerInfo> {
  if (resource === rules.publicUrl) return tokenFor(rules.publicUrl, await hubScopesFor(ctx, rules));
  const appId = /^api:\/\/(.+)$/.exec(resource)?.[1];
  const own = rules.apps.findByClient(client.clientId)?.id;
  if (appId === undefined || appId !== own) {
    const advice = `The client ${client.clientId} may ask for tokens for ${rules.publicUrl} and api://${own}, not for ${resource}.`;
    throw new rules.oidcErrors.InvalidTarget(advice);
  }
  return tokenFor(appId, askedScopes(ctx));
}

function tokenFor(audience: string, scopes: readonly string[]): ResourceServerInfo {
  return { audience, scope: scopes.join(' '), accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
}

/** Carillon.Admin only while the user is an operator, and never without a user. */
async function hubScopesFor(ctx: Context, { users, oidcErrors }: ResourceRules): Promise<readonly string[]> {
  const { params, account } = ctx.oidc;
  if (params.grant_type === 'client_credentials') {
    if (params.scope !== undefined) {
      throw new oidcErrors.InvalidScope(`${adminScope} is never given by client credentials.`, adminScope);
    }
    return [];
  }
  if (account && !(await users.findById(account.accountId))?.operator) {
    return hubScopes.filter((scope) => scope !== adminScope);
  }
  return hubScopes;
}

/** The names that the request, or what it redeems, carries. */
function askedScopes(ctx: Context): string[] {
  const { params, entities } = ctx.oidc;
  if (params.grant_type === 'client_credentials') return [];
  const scope = params.scope ?? entities.AuthorizationCode?.scope ?? entities.RefreshToken?.scope ?? '';
  return scope.split(' ').filter((name) => name !== '' && !openIdScopes.includes(name));
}

/** Reached only when a request's scopes could not be rewritten: says why, at the step where the client is known. */
export function refuseUnread(ctx: Context, { publicUrl, oidcErrors }: ResourceRules): never {
  try {
    readScopes(ctx.oidc.params.scope ?? '', null, publicUrl);
  } catch (error) {
    if (error instanceof ScopeError) throw new oidcErrors.InvalidScope(error.message);
    throw error;
  }
  throw new oidcErrors.InvalidTarget(`The resource must be ${publicUrl}, or api:// and the app's id.`);
}
