// The audiences and scopes of tokens: the hub with the scopes that the client was granted, or the client's own app with any
// scope. A client never gets a token for another app's service, which would accept it as the user's.
import type { Client, Context, errors, ResourceServerInfo } from 'oidc-provider';
import type { AppRegistry, Users } from '../../store/registry.ts';
import { adminScope, isOperatorScope, readScope } from '../scope-names.ts';
import { grantedScopes } from './clients.ts';
import { offlineScope, openIdScopes, readScopes, ScopeError } from './scopes.ts';

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
  if (resource === rules.publicUrl) return tokenFor(rules.publicUrl, await hubScopesFor(ctx, client, rules));
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

/** None without a user. A role only while the user has it, and only by a sign-in of the moment before. */
async function hubScopesFor(
  ctx: Context,
  { clientId }: Client,
  { apps, users }: ResourceRules,
): Promise<readonly string[]> {
  const { params, account } = ctx.oidc;
  if (params.grant_type === 'client_credentials') return [];
  const granted = grantedScopes(apps, clientId);
  if (!granted.some(isOperatorScope)) return granted;
  const bySignIn = params.grant_type === undefined || params.grant_type === 'authorization_code';
  const roles = bySignIn ? await rolesOf(account?.accountId, users) : [];
  return granted.filter((scope) => !isOperatorScope(scope) || roles.includes(scope));
}

/** Before the sign-in all of them. Who may change everything may also just look. */
async function rolesOf(id: string | undefined, users: Users): Promise<readonly string[]> {
  if (id === undefined) return [adminScope, readScope];
  const user = await users.findById(id);
  if (user?.operator) return [adminScope, readScope];
  return user?.operatorRead ? [readScope] : [];
}

/** The names that the request, or what it redeems, carries. */
function askedScopes(ctx: Context): string[] {
  const { params, entities } = ctx.oidc;
  if (params.grant_type === 'client_credentials') return [];
  const scope = params.scope ?? entities.AuthorizationCode?.scope ?? entities.RefreshToken?.scope ?? '';
  return scope
    .split(' ')
    .filter((name) => name !== '' && name !== offlineScope && !openIdScopes.includes(name));
}

/** Reached only when a request's scopes could not be rewritten: says why, at the step where the client is known. */
export function refuseUnread(ctx: Context, { apps, publicUrl, oidcErrors }: ResourceRules): never {
  const granted = grantedScopes(apps, ctx.oidc.client?.clientId ?? '');
  try {
    readScopes(ctx.oidc.params.scope ?? '', null, { publicUrl, granted });
  } catch (error) {
    if (error instanceof ScopeError) throw new oidcErrors.InvalidScope(error.message);
    throw error;
  }
  throw new oidcErrors.InvalidTarget(`The resource must be ${publicUrl}, or api:// and the app's id.`);
}
