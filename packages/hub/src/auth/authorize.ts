// May they: a verified identity becomes a principal, and the principal is held against the access that an operation
// declares. Nothing else decides on access by who calls; whose feed it is, operations/kernel/run checks.
import type { App } from '../model/app.ts';
import { denied, HubError } from '../model/errors.ts';
import { type OperatorPrincipal, type Principal, type UserPrincipal, userKey } from '../model/principal.ts';
import type { AppRegistry } from '../store/registry.ts';
import type { Identity } from './authenticate.ts';
import { adminScope, allScope, createdByAppScope, createdByAppScopes, readScope } from './scope-names.ts';

/**
 * Whom an operation is for; each operation says it of itself.
 *   user              a delegated token with a feed scope
 *   inbox             a delegated token that sees all apps
 *   userOrApp         or an app-only token, which needs no permission; its X-UNS-ID names the user
 *   userOrAppByPath   or an app-only token, which may also name the user in the path
 *   batch             as userOrApp, where each part of the request says whose feed it is
 *   appOrUser         or an app-only token, which calls for itself and names no user
 *   operator          an operator's token with the role Carillon.Admin, which reaches nothing else
 *   operatorRead      or with the role Carillon.Read
 */
export type Access =
  | 'user'
  | 'inbox'
  | 'userOrApp'
  | 'userOrAppByPath'
  | 'batch'
  | 'appOrUser'
  | OperatorAccess;

type OperatorAccess = 'operator' | 'operatorRead';

export function isForOperators(access: Access): access is OperatorAccess {
  return access === 'operator' || access === 'operatorRead';
}

export interface Authorizer {
  /** Throws `accessDenied`. */
  authorize(identity: Identity, access: Access): Principal;
}

export interface AuthorizerOptions {
  readonly apps: AppRegistry;
  /** The only issuer whose tokens make an operator; null for none. */
  readonly adminIssuer: string | null;
  /** That of apps which name none. */
  readonly firstIssuer: string | null;
}

/** The app of a token's client. One that belongs to other issuers is not found: anybody may be called so elsewhere. */
export function appOfToken(
  apps: AppRegistry,
  firstIssuer: string | null,
  { clientId, issuer }: Pick<Identity, 'clientId' | 'issuer'>,
): App | null {
  const app = clientId === '' ? null : apps.findByClient(clientId);
  if (!app) return null;
  return isOfIssuer(app, issuer, firstIssuer) ? app : null;
}

/** An app that names no issuer belongs to the first. */
export function isOfIssuer({ issuers = [] }: App, issuer: string, firstIssuer: string | null): boolean {
  return issuers.length > 0 ? issuers.includes(issuer) : issuer === firstIssuer;
}

export function openAuthorizer({ apps, adminIssuer, firstIssuer }: AuthorizerOptions): Authorizer {
  // Kept for as long as the identity is (the token's cache) and no app has changed.
  const known = new WeakMap<Identity, { version: number; principal: Principal }>();

  function principalOf(identity: Identity): Principal {
    const version = apps.version();
    const kept = known.get(identity);
    if (kept?.version === version) return kept.principal;
    const principal = makePrincipal(identity, appOfToken(apps, firstIssuer, identity), adminIssuer);
    known.set(identity, { version, principal });
    return principal;
  }

  return {
    authorize(identity, access) {
      if (!isForOperators(access)) return allowed(principalOf(identity), access);
      // Whatever app the token's client belongs to, blocked or not.
      const operator = readOperator(identity, adminIssuer);
      if (operator && (operator.role === 'admin' || access === 'operatorRead')) return operator;
      const roles = access === 'operator' ? adminScope : `${adminScope} or ${readScope}`;
      throw denied(`Only an operator may do this: the token needs the role or scope ${roles}.`);
    },
  };
}

function allowed(principal: Principal, access: Exclude<Access, OperatorAccess>): Principal {
  if (principal.kind === 'operator') throw denied("An operator's token reaches the admin operations only.");
  if (principal.app.blocked) throw denied('The app is on the blocked list.');
  if (principal.kind === 'app') {
    if (access !== 'user' && access !== 'inbox') return principal;
    throw denied('An app-only token can not do this: use a delegated token of the user.');
  }
  if (access === 'inbox' && principal.visibility !== null)
    throw lacking(
      allScope,
      `Only an inbox over all apps may do this: the token needs the scope ${allScope}.`,
    );
  if (hasFeedScope(principal)) return principal;
  throw lacking(createdByAppScope, `The token has no scope for this: ask for ${createdByAppScope}.`);
}

function lacking(scope: string, message: string): HubError {
  return new HubError('accessDenied', message, { scope });
}

/** By a role, or the scope of its name in a delegated token, from the admin issuer. */
function readOperator(identity: Identity, adminIssuer: string | null): OperatorPrincipal | null {
  const { issuer, subject: id, name, roles, scopes, appOnly, expiresAt } = identity;
  if (issuer !== adminIssuer) return null;
  const has = (role: string): boolean => roles.includes(role) || (!appOnly && scopes.includes(role));
  const role = has(adminScope) ? 'admin' : has(readScope) ? 'read' : null;
  return role && { kind: 'operator', id, name, role, expiresAt };
}

function makePrincipal(identity: Identity, app: App | null, adminIssuer: string | null): Principal {
  const { issuer, subject, name, clientId, scopes, appOnly, expiresAt, issuedAt, session } = identity;
  if (!app) {
    const operator = readOperator(identity, adminIssuer);
    if (operator) return operator;
    throw denied(
      'The client of this token is not registered with any app of this hub, for the issuer of the token.',
    );
  }
  const origin = { issuer, subject, issuedAt, session };
  if (appOnly) return { kind: 'app', issuer, app, clientId, scopes, expiresAt, origin };
  const user = { key: userKey(issuer, subject), issuer, subject, name };
  return {
    kind: 'user',
    user,
    app,
    clientId,
    scopes,
    expiresAt,
    origin,
    visibility: scopes.includes(allScope) ? null : app.id,
  };
}

function hasFeedScope({ scopes }: UserPrincipal): boolean {
  return scopes.includes(allScope) || createdByAppScopes.some((scope) => scopes.includes(scope));
}
