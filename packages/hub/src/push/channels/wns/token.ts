// The access token of an app's service for WNS (OAuth 2.0, client credentials), asked for once for all pushes that wait
// for it, and kept until shortly before its end. A package SID belongs to a Store app with Microsoft's classic endpoint,
// any other client id to an app registration of Entra ID.
// https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-overview
// https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-quickstart
import type { AppId } from '../../../model/app.ts';
import type { WnsCredentials } from '../../../model/credentials.ts';
import type { Attempt, ChannelServices, PushResponse } from '../../channel.ts';
import { unansweredAttempt } from '../attempt.ts';
import { readTokenRefusal } from './verdicts.ts';

export interface WnsTokens {
  /** The token, or the attempt that ends here. */
  get(app: AppId, credentials: WnsCredentials): Promise<string | Attempt>;
  /** Asks the endpoint anew, past what is kept. */
  ask(credentials: WnsCredentials): Promise<string | Attempt>;
  /** WNS did not take it: it is not used again. True when it had just been given, so that another would not help. */
  forget(app: AppId, token: string): boolean;
  close(): void;
}

interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}

interface Kept {
  readonly credentials: string;
  readonly at: number;
  readonly token: Promise<string | Attempt>;
  /** Null while it is being asked for. */
  given: { readonly token: string; readonly renewAt: number } | null;
}

const storeEndpoint = 'https://login.live.com/accesstoken.srf';
/**
 * Microsoft documents the endpoint of the app's own directory, which only the operator knows and gives as `tokenUrl`.
 * The common one may refuse an app that names itself by a secret; the check then says to give `tokenUrl`.
 */
const entraEndpoint = 'https://login.microsoftonline.com/common/oauth2/v2.0/token';
const storeScope = 'notify.windows.com';
const entraScope = 'https://wns.windows.com/.default';

const minuteMs = 60_000;
const marginMs = 5 * minuteMs;
/** When the answer names none; both endpoints give a day. */
const usualLifeMs = 60 * minuteMs;
const freshMs = minuteMs;

export function isStoreApp({ clientId }: WnsCredentials): boolean {
  return /^ms-app:\/\//i.test(clientId);
}

export function openWnsTokens({ transport, now }: Pick<ChannelServices, 'transport' | 'now'>): WnsTokens {
  const kept = new Map<AppId, Kept>();

  async function request(credentials: WnsCredentials): Promise<Grant | Attempt> {
    const answer = await transport.request({
      method: 'POST',
      url: credentials.tokenUrl ?? (isStoreApp(credentials) ? storeEndpoint : entraEndpoint),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: formOf(credentials),
      trusted: true,
      http2Only: false,
    });
    // Whatever became of this request, the push itself was not sent.
    if ('failure' in answer)
      return unansweredAttempt({ ...answer, unanswered: false }, { truncated: false, blame: 'provider' });
    return readGrant(answer) ?? readTokenRefusal(answer, now());
  }

  function start(app: AppId, credentials: WnsCredentials): Kept {
    const at = now();
    const asked = request(credentials);
    const token = asked.then((got) => ('lifeMs' in got ? got.token : got));
    const next: Kept = { credentials: nameOf(credentials), at, token, given: null };
    kept.set(app, next);
    void asked.then((got) => {
      if ('lifeMs' in got) next.given = { token: got.token, renewAt: at + renewAfterMs(got.lifeMs) };
      else if (kept.get(app) === next) kept.delete(app);
    });
    return next;
  }

  return {
    get(app, credentials) {
      const known = kept.get(app);
      const usable = known?.credentials === nameOf(credentials) && !isStale(known, now());
      return (usable ? known : start(app, credentials)).token;
    },
    async ask(credentials) {
      const got = await request(credentials);
      return 'lifeMs' in got ? got.token : got;
    },
    forget(app, token) {
      const known = kept.get(app);
      if (known?.given?.token !== token) return false;
      kept.delete(app);
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

/** With the secret itself: credentials put in anew count at once. */
function nameOf({ clientId, clientSecret, tokenUrl }: WnsCredentials): string {
  return JSON.stringify([clientId, clientSecret, tokenUrl]);
}

function formOf(credentials: WnsCredentials): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    scope: isStoreApp(credentials) ? storeScope : entraScope,
  }).toString();
}

function readGrant({ status, body }: PushResponse): Grant | null {
  if (status !== 200) return null;
  try {
    const { access_token, expires_in } = (JSON.parse(body) ?? {}) as Record<string, unknown>;
    // It becomes a header. Entra writes the number of seconds as a string.
    if (typeof access_token !== 'string' || !/^[\x21-\x7e]+$/.test(access_token)) return null;
    const lifeMs = Number(expires_in) * 1000;
    return { token: access_token, lifeMs: lifeMs > 0 ? lifeMs : usualLifeMs };
  } catch {
    return null;
  }
}
