// The delegated token of one user: asked for once and shared by all requests, asked for again shortly before it ends and
// when the hub refuses it. A token that can't be read (opaque) is used until then.
import type { Clock } from '../clock.ts';
import { HubError } from './hub-error.ts';

/** Answers a delegated token; `refresh` asks for another one than last time. Rejecting means signed out. */
export type AskToken = (asked: { readonly refresh: boolean }) => Promise<string>;

export interface TokenClaims {
  readonly iss?: string;
  readonly oid?: string;
  readonly sub?: string;
  readonly azp?: string;
  readonly appid?: string;
  readonly client_id?: string;
  /** Seconds since 1970. */
  readonly exp?: number;
}

/** A request that leaves now must not arrive with a token that ends on the way. */
const refreshBeforeMs = 60_000;

export class TokenSource {
  readonly #ask: AskToken;
  readonly #clock: Clock;
  #token: string | null = null;
  #refreshAt = Number.POSITIVE_INFINITY;
  #asking: Promise<string> | null = null;

  constructor(ask: AskToken, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** `refused` is the token that the hub did not take: another request may have replaced it already. */
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
    const { exp = Number.POSITIVE_INFINITY } = readClaims(token) ?? {};
    const left = exp * 1000 - this.#clock.now();
    // A new one that is over already: this device's clock is wrong, and only the hub can tell when it ends.
    if (left <= 0) this.#refreshAt = Number.POSITIVE_INFINITY;
    // A short-lived one is used for most of its life, or each request would ask for another.
    else this.#refreshAt = this.#clock.now() + Math.max(left - refreshBeforeMs, left * 0.75);
    return token;
  }
}

/** The claims of a JWT, unverified: that is the hub's part. Null for a token of another form. */
export function readClaims(token: string): TokenClaims | null {
  try {
    const text = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? claims : null;
  } catch {
    return null;
  }
}

/** Whose copy a device keeps: the hub's user, seen through one client. Null for an opaque token. */
export function accountOf(token: string): string | null {
  const { iss, oid, sub, azp, appid, client_id } = readClaims(token) ?? {};
  const user = oid ?? sub;
  if (!iss || !user) return null;
  return [iss, user, azp ?? appid ?? client_id ?? ''].join('|');
}
