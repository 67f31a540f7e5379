// Reads the user from the ID token. The token comes directly from the token endpoint, so its signature adds nothing to that
// connection (OpenID Connect Core 1.0, section 3.1.3.7, number 6); its claims are checked all the same.
import { decodeBase64url } from './base64url.ts';
import { SignInError } from './sign-in-error.ts';

export interface User {
  readonly subject: string;
  readonly name: string;
}

export interface ExpectedClaims {
  readonly issuer: string;
  readonly clientId: string;
  /** Null at a refresh, where none was sent. */
  readonly nonce: string | null;
  /** Milliseconds since 1970; null at a refresh, which a clock that jumped must not turn into a sign-out. */
  readonly now: number | null;
}

interface Claims {
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  readonly azp?: string;
  readonly exp?: number;
  readonly nonce?: string;
  readonly sub?: string;
  readonly name?: string;
  readonly preferred_username?: string;
}

const toleranceMs = 60_000;

/** Throws a SignInError when it was not made for this client, this sign-in and now. */
export function readUser(idToken: string | undefined, expected: ExpectedClaims): User {
  const claims = decode(idToken);
  const audiences = [claims.aud ?? []].flat();
  const problem =
    claims.iss !== expected.issuer
      ? 'is of another issuer'
      : !audiences.includes(expected.clientId) || (claims.azp ?? expected.clientId) !== expected.clientId
        ? 'is for another app'
        : expected.nonce !== null && claims.nonce !== expected.nonce
          ? 'belongs to another sign-in'
          : !claims.sub
            ? 'names nobody'
            : null;
  if (problem) throw refusal(problem);
  if (expected.now !== null && !((claims.exp ?? 0) * 1000 + toleranceMs > expected.now))
    throw new SignInError('idTokenExpired');
  const subject = claims.sub ?? '';
  return { subject, name: claims.preferred_username ?? claims.name ?? subject };
}

function decode(idToken: string | undefined): Claims {
  try {
    const claims: Claims = JSON.parse(decodeBase64url((idToken ?? '').split('.')[1] ?? ''));
    return claims;
  } catch {
    throw refusal('is not readable');
  }
}

/** What is wrong with a token is for whoever runs the service, in English. */
function refusal(problem: string): SignInError {
  return new SignInError('idTokenRefused', { values: { reason: `the ID token ${problem}` } });
}
