// Who is signed in at the console, in this tab alone: the token is stored nowhere else, lasts an hour and is never renewed.
// A role that the token has not is refused by the hub; the page only leaves out what would be refused.
import { decodeBase64url } from '../../../web/src/sign-in/base64url.ts';
import { clock } from '../clock.ts';

export type Role = 'admin' | 'read' | 'none';

export interface Operator {
  readonly name: string;
  readonly role: Role;
  readonly accessToken: string;
  readonly idToken: string;
  readonly clientId: string;
  readonly endSessionEndpoint: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const keptName = 'carillon-console';

/** Null when nobody is signed in, or no longer. */
export function readOperator(): Operator | null {
  const text = sessionStorage.getItem(keptName);
  if (text === null) return null;
  const kept: Operator = JSON.parse(text);
  return clock.now() < kept.expiresAt ? kept : null;
}

export function keepOperator(operator: Operator): void {
  sessionStorage.setItem(keptName, JSON.stringify(operator));
}

export function forgetOperator(): void {
  sessionStorage.removeItem(keptName);
}

interface Claims {
  readonly roles?: readonly string[];
  readonly scp?: string;
  readonly scope?: string | readonly string[];
}

/** By the token's roles and scopes, in any case and with any prefix, as the hub reads them. */
export function roleOf(accessToken: string): Role {
  const { roles = [], scp = '', scope = '' } = readClaims(accessToken);
  const names = [...roles, ...scp.split(' '), ...[scope].flat().join(' ').split(' ')].map((each) =>
    each.replace(/^.*\//, '').toLowerCase(),
  );
  if (names.includes('carillon.admin')) return 'admin';
  return names.includes('carillon.read') ? 'read' : 'none';
}

function readClaims(token: string): Claims {
  try {
    const claims: Claims = JSON.parse(decodeBase64url(token.split('.')[1] ?? ''));
    return claims;
  } catch {
    return {};
  }
}
