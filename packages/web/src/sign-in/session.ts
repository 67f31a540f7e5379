// The tokens of the user who is signed in, shared by every tab and the service worker. One refresh runs at a time (a Web Lock),
// because a refresh token is good once. Without a connection the last token is returned: the hub can't be reached either, and
// the user stays signed in.

import { readUser, type User } from './id-token.ts';
import { askTokens, TokenError } from './issuer.ts';
import { correctClock, type PageClock, restoreClock } from './page-clock.ts';
import { SignInError } from './sign-in-error.ts';
import type { Vault } from './vault.ts';

export interface Signed {
  readonly user: User;
  readonly clientId: string;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string | null;
  readonly endSessionEndpoint: string | null;
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Session {
  /** Null when nobody is signed in. */
  current(): Promise<Signed | null>;
  /** An access token; another than last time with `refresh`. Throws a SignInError when the user must sign in again. */
  token(asked: { readonly refresh: boolean }): Promise<string>;
}

export interface SessionOptions {
  readonly vault: Vault;
  readonly clock: PageClock;
}

const signedName = 'signed';
const lockName = 'carillon-page-tokens';
/** So that no token expires while its request is on the way. */
const earlyMs = 60_000;

export function openSession({ vault, clock }: SessionOptions): Session {
  const current = (): Promise<Signed | null> => vault.read<Signed>(signedName);
  const isFresh = ({ expiresAt }: Signed): boolean => clock.now() < expiresAt - earlyMs;
  return {
    current,
    async token({ refresh }) {
      const [before] = await Promise.all([current(), restoreClock(clock, vault)]);
      if (before && !refresh && isFresh(before)) return before.accessToken;
      return navigator.locks.request(lockName, async () => {
        const signed = await current();
        if (!signed) throw new SignInError('signedOut');
        // Another tab was quicker.
        if (signed.accessToken !== before?.accessToken && isFresh(signed)) return signed.accessToken;
        return renew(signed, vault, clock);
      });
    },
  };
}

export function keepSigned(vault: Vault, signed: Signed): Promise<void> {
  return vault.write(signedName, signed);
}

/** Waits for a refresh in progress, which would store tokens again. */
export async function forgetSigned(vault: Vault): Promise<void> {
  await navigator.locks.request(lockName, () => vault.remove(signedName));
}

async function renew(signed: Signed, vault: Vault, clock: PageClock): Promise<string> {
  const { refreshToken, tokenEndpoint, clientId, issuer } = signed;
  try {
    if (refreshToken === null) throw new TokenError('There is no refresh token.', true);
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
    const answer = await askTokens(tokenEndpoint, form, (response) => correctClock(clock, response, vault));
    const idToken = answer.id_token ?? signed.idToken;
    const user = answer.id_token
      ? readUser(answer.id_token, { issuer, clientId, nonce: null, now: null })
      : signed.user;
    if (user.subject !== signed.user.subject) throw new TokenError('The tokens are of another user.', true);
    await keepSigned(vault, {
      ...signed,
      idToken,
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? refreshToken,
      expiresAt: clock.now() + (answer.expires_in ?? 300) * 1000,
    });
    return answer.access_token;
  } catch (error) {
    if (error instanceof TokenError && !error.refused) return signed.accessToken;
    await vault.remove(signedName);
    throw new SignInError('signInEnded', { cause: error });
  }
}
