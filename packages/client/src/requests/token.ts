// The delegated token of one user. All requests share it. It is requested again shortly before it expires and when the hub
// refuses it; an opaque token, whose expiry can't be read, only then.
import { type Clock, never } from '../clock.ts';
import { HubError } from './hub-error.ts';

/** Returns a delegated token; with `refresh`, a new one. A rejection means that nobody is signed in. */
export type AskToken = (asked: { readonly refresh: boolean }) => Promise<string>;

interface TokenClaims {
  readonly iss?: string;
  readonly oid?: string;
  readonly sub?: string;
  readonly azp?: string;
  readonly appid?: string;
  readonly client_id?: string;
  /** Seconds since 1970. */
  readonly exp?: number;
}

/** So that no token expires while its request is on the way. */
const refreshBeforeMs = 60_000;

export class TokenSource {
  readonly #ask: AskToken;
  readonly #clock: Clock;
  #token: string | null = null;
  #refreshAt = never;
  #asking: Promise<string> | null = null;

  constructor(ask: AskToken, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** `refused` is the token that the hub refused: another request may have replaced it already. */
  read(refused: string | null = null): Promise<string> {
    const token = this.#token;
    const isFresh = token !== refused && this.#clock.now() < this.#refreshAt;
    if (token !== null && isFresh) return Promise.resolve(token);
    this.#asking ??= this.#renew().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #renew(): Promise<string> {
    const refresh = this.#token !== null;
    const token = await this.#ask({ refresh }).catch((cause: unknown) => {
      throw new HubError('signedOut', 'There is no token: sign in again.', { cause });
    });
    this.#token = token;
    const { exp = never } = readClaims(token) ?? {};
    const left = exp * 1000 - this.#clock.now();
    // A new token that has expired: this device's clock is wrong, and only the hub's refusal shows when a token ends.
    // A short-lived token is used for most of its life; otherwise each request would need a new one.
    const usedMs = left <= 0 ? never : Math.max(left - refreshBeforeMs, left * 0.75);
    this.#refreshAt = this.#clock.now() + usedMs;
    return token;
  }
}

/** The claims of a JWT, unverified: that is the hub's part. Null for a token of another form. */
function readClaims(token: string): TokenClaims | null {
  try {
    const text = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    // React Native has no TextDecoder.
    const utf8 = text.replace(/./gs, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const claims: unknown = JSON.parse(decodeURIComponent(utf8));
    return typeof claims === 'object' && claims !== null ? claims : null;
  } catch {
    return null;
  }
}

/** The account of a stored copy: the hub's user through one client. Null for an opaque token. */
export function accountOf(token: string): string | null {
  const { iss, oid, sub, azp, appid, client_id } = readClaims(token) ?? {};
  const user = oid ?? sub;
  if (!iss || !user) return null;
  return [iss, user, azp ?? appid ?? client_id ?? ''].join('|');
}
