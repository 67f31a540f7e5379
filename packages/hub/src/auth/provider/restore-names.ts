// The names in the provider's answers: scopes as the client wrote them, what was granted of OpenID Connect among them, and
// in discovery what stands beside oidc-provider. The last step of each of its requests.
import type { Context } from 'oidc-provider';
import { hubScopes } from '../scope-names.ts';
import { InnerRequest } from './exchange/inner-request.ts';
import type { Spelling } from './exchange/rewrite.ts';
import { userinfoPath } from './routes.ts';
import { offlineScope, openIdScopes } from './scopes.ts';

export async function restoreNames(ctx: Context, next: () => Promise<void>): Promise<void> {
  await next();
  const { body, req } = ctx;
  if (typeof body !== 'object' || body === null || !(req instanceof InnerRequest)) return;
  if ('access_token' in body) {
    const scope = 'scope' in body && typeof body.scope === 'string' ? body.scope : '';
    const named = [...openIdGranted(ctx), ...spelled(scope, req.spelling)];
    if (named.length > 0) ctx.body = { ...body, scope: named.join(' ') };
  }
  if ('scopes_supported' in body && 'issuer' in body) {
    const userinfo = { userinfo_endpoint: `${body.issuer}${userinfoPath}` };
    ctx.body = { ...body, ...userinfo, scopes_supported: [...openIdScopes, ...hubScopes] };
  }
}

function spelled(scope: string, spelling: Spelling): string[] {
  return scope
    .split(' ')
    .filter(Boolean)
    .map((name) => spelling.get(name) ?? name);
}

/** Of On-Behalf-Of none: its answer holds them already. */
function openIdGranted({ oidc }: Context): string[] {
  const { AuthorizationCode: code, RefreshToken: refreshed } = oidc.entities;
  const granted = code ?? refreshed;
  if (!granted) return [];
  const scopes = !code && oidc.params.scope ? oidc.requestParamScopes : granted.scopes;
  return openIdScopes.filter((name) => scopes.has(name === 'offline_access' ? offlineScope : name));
}
