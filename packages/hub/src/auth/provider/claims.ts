// The claims of access tokens, the same whether the provider issues them or a command mints them. They are shaped as
// Entra ID shapes its own (`oid`, `scp`, `azp`, `idtyp`), so that a service that read those reads these.
import type { LocalUser } from '../../store/registry.ts';
import { isOperatorScope } from '../scope-names.ts';

export const accessTokenSeconds = 3600;

export function issuerOf(publicUrl: string): string {
  return `${trimmed(publicUrl)}/identity`;
}

/** A user's token: it acts for the user within its scopes. */
export function delegatedClaims(user: LocalUser, clientId: string, scopes: readonly string[]) {
  const roles = scopes.filter(isOperatorScope);
  return {
    sub: user.id,
    oid: user.id,
    preferred_username: user.name,
    name: user.name,
    azp: clientId,
    client_id: clientId,
    // A token without `scp` would count as an app's own. Sign-in alone grants nothing, so its `scp` says that.
    scp: scopes.length > 0 ? scopes.join(' ') : 'openid',
    scope: scopes.length > 0 ? scopes.join(' ') : 'openid',
    ...(roles.length > 0 ? { roles } : {}),
  };
}

/** An app's own token: it is never a user, and has no scopes. */
export function appOnlyClaims(clientId: string) {
  return { sub: clientId, azp: clientId, client_id: clientId, idtyp: 'app' };
}

/** What an ID token may say of the user; the scopes openid and profile choose from it. */
export function identityClaims(user: LocalUser) {
  return { sub: user.id, oid: user.id, name: user.name, preferred_username: user.name };
}

/** Without slashes at its end. */
export function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
