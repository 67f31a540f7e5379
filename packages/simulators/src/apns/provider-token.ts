// APNs' provider tokens ("Establishing a token-based connection to APNs"): ES256 by a known key of a known team, not
// older than an hour, not exchanged more often than every 20 minutes on one connection, one team a connection.
import type { KeyObject } from 'node:crypto';
import { isSignedBy, parseJsonWebToken } from '../json-web-token.ts';
import type { AnswerContext } from '../simulator.ts';
import type { ApnsReason } from './errors.ts';
import { type ApnsEnvironment, type ApnsKey, publicKeyOf } from './key.ts';

const maxAgeMs = 3600_000;
/** Clocks differ; Apple gives no number. */
const maxAheadMs = 60_000;
const maxKnown = 1000;

export interface TokenRules {
  readonly keys: readonly ApnsKey[];
  readonly environment: ApnsEnvironment;
  /** 0: tokens may change at will. */
  readonly tokenUpdateIntervalMs: number;
}

export type Judged = { readonly key: ApnsKey } | { readonly reason: ApnsReason };

interface Verified {
  readonly key: ApnsKey;
  readonly issuedAt: number;
}

/** The token that a connection uses, and since when. */
interface InUse {
  readonly token: string;
  readonly teamId: string;
  readonly since: number;
}

export class ProviderTokens {
  readonly #rules: TokenRules;
  readonly #publicKeys: ReadonlyMap<ApnsKey, KeyObject>;
  /** By authorization header: signatures that were checked already, since a sender uses one token for an hour. */
  readonly #verified = new Map<string, Verified>();
  readonly #inUse = new WeakMap<object, InUse>();

  constructor(rules: TokenRules) {
    this.#rules = rules;
    this.#publicKeys = new Map(rules.keys.map((key) => [key, publicKeyOf(key)]));
  }

  judge(authorization: string | undefined, context: AnswerContext): Judged {
    if (authorization === undefined) return { reason: 'MissingProviderToken' };
    const verified = this.#verified.get(authorization) ?? this.#verify(authorization);
    if ('reason' in verified) return verified;
    const age = context.now() - verified.issuedAt;
    if (age > maxAgeMs) return { reason: 'ExpiredProviderToken' };
    if (age < -maxAheadMs) return { reason: 'InvalidProviderToken' };
    return this.#use(authorization, verified.key, context);
  }

  #verify(authorization: string): Verified | { readonly reason: ApnsReason } {
    const text = /^bearer (\S+)$/i.exec(authorization)?.[1];
    if (text === undefined) return { reason: 'MissingProviderToken' };
    const token = parseJsonWebToken(text);
    const { kid } = token?.header ?? {};
    const { iss, iat } = token?.claims ?? {};
    const key = this.#rules.keys.find(({ teamId, keyId }) => teamId === iss && keyId === kid);
    const publicKey = key && this.#publicKeys.get(key);
    if (!token || !key || !publicKey || typeof iat !== 'number' || !isSignedBy(token, 'ES256', publicKey)) {
      return { reason: 'InvalidProviderToken' };
    }
    if (key.environment !== undefined && key.environment !== this.#rules.environment) {
      return { reason: 'BadEnvironmentKeyInToken' };
    }
    const verified = { key, issuedAt: iat * 1000 };
    if (this.#verified.size >= maxKnown) this.#verified.clear();
    this.#verified.set(authorization, verified);
    return verified;
  }

  #use(token: string, key: ApnsKey, { connection, now }: AnswerContext): Judged {
    const inUse = this.#inUse.get(connection);
    if (inUse?.token === token) return { key };
    if (inUse && inUse.teamId !== key.teamId) return { reason: 'InvalidProviderToken' };
    if (inUse && now() - inUse.since < this.#rules.tokenUpdateIntervalMs) {
      return { reason: 'TooManyProviderTokenUpdates' };
    }
    this.#inUse.set(connection, { token, teamId: key.teamId, since: now() });
    return { key };
  }
}
