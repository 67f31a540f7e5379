// The access token of FCM: a service account signs an assertion (RFC 7523) and changes it for a token at its token_uri.
// Asked for once however many pushes wait for it, and used until five minutes before it expires.
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest
import { importPKCS8, SignJWT } from 'jose';
import type { ServiceAccount } from '../../../model/credentials.ts';
import type { Attempt, ChannelServices, PushResponse } from '../../channel.ts';
import { credentialsAttempt, unansweredAttempt } from '../attempt.ts';
import { readTokenRefusal } from './verdicts.ts';

export interface FcmTokens {
  /** The token, or the attempt that ends here. */
  get(account: ServiceAccount): Promise<string | Attempt>;
  /** Asks the endpoint anew, past what is kept. */
  ask(account: ServiceAccount): Promise<string | Attempt>;
  /** FCM did not take it: it is not used again. True when it had just been given, so that another would not help. */
  forget(account: ServiceAccount, token: string): boolean;
  close(): void;
}

interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}

interface Kept {
  readonly at: number;
  readonly token: Promise<string | Attempt>;
  /** Null while it is being asked for. */
  given: { readonly token: string; readonly renewAt: number } | null;
}

export const keyUnusable = 'privateKeyUnusable';

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const googleTokenUri = 'https://oauth2.googleapis.com/token';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionSeconds = 3600;
const minuteMs = 60_000;
const marginMs = 5 * minuteMs;
/** When the answer names none. */
const usualLifeMs = 60 * minuteMs;
const freshMs = minuteMs;
/** More accounts than this are in use at once only when somebody replaces them in a loop. */
const accountsMax = 1000;

type TokenServices = Pick<ChannelServices, 'transport' | 'now'>;

export function openFcmTokens(services: TokenServices): FcmTokens {
  const { now } = services;
  const kept = new Map<string, Kept>();

  function start(name: string, account: ServiceAccount): Kept {
    const at = now();
    const asked = requestGrant(account, services);
    const next: Kept = { at, token: asked.then(tokenOf), given: null };
    kept.delete(name);
    if (kept.size >= accountsMax) kept.delete(kept.keys().next().value!);
    kept.set(name, next);
    void asked.then((got) => {
      if ('lifeMs' in got) next.given = { token: got.token, renewAt: at + renewAfterMs(got.lifeMs) };
      else if (kept.get(name) === next) kept.delete(name);
    });
    return next;
  }

  return {
    get(account) {
      const name = nameOf(account);
      const known = kept.get(name);
      return (known && !isStale(known, now()) ? known : start(name, account)).token;
    },
    ask: async (account) => tokenOf(await requestGrant(account, services)),
    forget(account, token) {
      const name = nameOf(account);
      const known = kept.get(name);
      if (known?.given?.token !== token) return false;
      kept.delete(name);
      return now() - known.at < freshMs;
    },
    close: () => kept.clear(),
  };
}

/** A token from the future was asked for before the clock was set right. */
function isStale({ at, given }: Kept, now: number): boolean {
  return given !== null && (now < at || now >= given.renewAt);
}

function renewAfterMs(lifeMs: number): number {
  return Math.max(lifeMs - marginMs, lifeMs / 2);
}

/** With the key itself: an account put in anew counts at once. */
function nameOf({ client_email, private_key, private_key_id, token_uri }: ServiceAccount): string {
  return `${client_email} ${private_key_id} ${token_uri} ${private_key}`;
}

function tokenOf(got: Grant | Attempt): string | Attempt {
  return 'lifeMs' in got ? got.token : got;
}

async function requestGrant(account: ServiceAccount, services: TokenServices): Promise<Grant | Attempt> {
  const url = account.token_uri ?? googleTokenUri;
  const assertion = await signAssertion(account, url, services.now());
  if (assertion === null) return credentialsAttempt(keyUnusable);
  const answer = await services.transport.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ grant_type: grantType, assertion }).toString(),
    trusted: true,
    http2Only: false,
  });
  // Whatever became of this request, the push itself was not sent.
  if ('failure' in answer)
    return unansweredAttempt({ ...answer, unanswered: false }, { truncated: false, blame: 'provider' });
  return readGrant(answer) ?? readTokenRefusal(answer, services.now());
}

async function signAssertion(account: ServiceAccount, audience: string, now: number): Promise<string | null> {
  const seconds = Math.floor(now / 1000);
  const kid = account.private_key_id;
  try {
    const key = await importPKCS8(account.private_key.trim(), 'RS256');
    return await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid ? { kid } : {}) })
      .setIssuer(account.client_email)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + assertionSeconds)
      .sign(key);
  } catch {
    return null;
  }
}

function readGrant({ status, body }: PushResponse): Grant | null {
  if (status !== 200) return null;
  try {
    const { access_token, expires_in } = (JSON.parse(body) ?? {}) as Record<string, unknown>;
    // It becomes a header.
    if (typeof access_token !== 'string' || !/^[\x21-\x7e]+$/.test(access_token)) return null;
    const lifeMs = Number(expires_in) * 1000;
    return { token: access_token, lifeMs: lifeMs > 0 ? lifeMs : usualLifeMs };
  } catch {
    return null;
  }
}
