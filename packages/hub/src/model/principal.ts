// Who calls. A delegated token names a user and an app; an app-only token names an app and is never a user;
// an operator's token reaches the admin operations alone.
import { createHash } from 'node:crypto';
import type { App, AppId } from './app.ts';

/** 128 bits of SHA-256 over issuer and subject, base64url (22 characters). */
export type UserKey = string & { readonly brand: 'UserKey' };

/** Which notifications of a feed a token may see: those of its own app, or all. */
export type Visibility = AppId | null;

export interface User {
  readonly key: UserKey;
  readonly issuer: string;
  readonly subject: string;
  /** The user principal name, for links and for `users/{name}`; the subject when the token has none. */
  readonly name: string;
}

/** What a token is revoked by. */
export interface TokenOrigin {
  readonly issuer: string;
  readonly subject: string;
  /** In seconds since 1970; 0 when the token does not say. */
  readonly issuedAt: number;
  /** The sign-in session at the embedded provider, when there was one. */
  readonly session: string | null;
}

interface Caller {
  readonly origin: TokenOrigin;
  readonly app: App;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export type UserPrincipal = Caller & {
  readonly kind: 'user';
  readonly user: User;
  readonly visibility: Visibility;
};
export type AppPrincipal = Caller & { readonly kind: 'app'; readonly issuer: string };
export interface OperatorPrincipal {
  readonly kind: 'operator';
  /** `oid`, else `sub`. */
  readonly id: string;
  readonly name: string;
  /** One that reads changes nothing. */
  readonly role: 'admin' | 'read';
  readonly expiresAt: number;
}
export type Principal = UserPrincipal | AppPrincipal | OperatorPrincipal;

export function userKey(issuer: string, subject: string): UserKey {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest()
    .subarray(0, 16)
    .toString('base64url') as UserKey;
}
