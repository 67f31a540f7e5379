// Access tokens of OAuth token endpoints, as some providers are spoken to with: asked for once however many pushes wait for
// one, used until five minutes before it expires, and forgotten when the provider does not take it.
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { ChannelServices, Outcome, PushResponse } from './contract.ts';
import { unansweredOutcome } from './outcome.ts';

/** What a token endpoint gave. */
export interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}

export interface Grants<Credentials> {
  /** The token kept under that key, or the outcome of an attempt that ends here. */
  get(key: string, credentials: Credentials): Promise<string | Outcome>;
  /** Asks the endpoint anew, past what is kept. */
  ask(credentials: Credentials): Promise<string | Outcome>;
  /** The provider did not take it: it is not used again. True when it had just been given, so that another would not help. */
  forget(key: string, token: string): boolean;
  close(): void;
}

export interface GrantsOptions<Credentials> {
  readonly request: (credentials: Credentials) => Promise<Grant | Outcome>;
  /** Identifies credentials, secrets included, so that new ones apply at once. */
  readonly nameOf: (credentials: Credentials) => string;
  readonly now: () => number;
}

interface Kept {
  readonly credentials: string;
  readonly at: number;
  readonly token: Promise<string | Outcome>;
  /** Null while it is being asked for. */
  given: { readonly token: string; readonly renewAt: number } | null;
}

const minuteMs = 60_000;
const marginMs = 5 * minuteMs;
/** When the answer names none. */
const usualLifeMs = 60 * minuteMs;
const freshMs = minuteMs;
/** More than this are in use at once only when somebody replaces credentials in a loop. */
const keptMax = 1000;

export function openGrants<Credentials>(options: GrantsOptions<Credentials>): Grants<Credentials> {
  const { request, nameOf, now } = options;
  const kept = new BoundedMap<string, Kept>({ entriesMax: keptMax });

  function start(key: string, credentials: Credentials): Kept {
    const at = now();
    const asked = request(credentials);
    const next: Kept = { credentials: nameOf(credentials), at, token: asked.then(tokenOf), given: null };
    kept.set(key, next);
    void asked.then((got) => {
      if ('lifeMs' in got) next.given = { token: got.token, renewAt: at + renewAfterMs(got.lifeMs) };
      else if (kept.get(key) === next) kept.delete(key);
    });
    return next;
  }

  return {
    get(key, credentials) {
      const known = kept.get(key);
      const usable = known?.credentials === nameOf(credentials) && !isStale(known, now());
      return (usable ? known : start(key, credentials)).token;
    },
    ask: async (credentials) => tokenOf(await request(credentials)),
    forget(key, token) {
      const known = kept.get(key);
      if (known?.given?.token !== token) return false;
      kept.delete(key);
      return now() - known.at < freshMs;
    },
    close: () => kept.clear(),
  };
}

/** One request to a token endpoint; `refusal` reads what it says when it gives none. */
export async function requestGrant(
  { transport, now }: Pick<ChannelServices, 'transport' | 'now'>,
  { url, form }: { readonly url: string; readonly form: Readonly<Record<string, string>> },
  refusal: (answer: PushResponse, now: number) => Outcome,
): Promise<Grant | Outcome> {
  const answer = await transport.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
    trusted: true,
    http2Only: false,
  });
  // Whatever became of this request, the push itself was not sent.
  if ('failure' in answer)
    return unansweredOutcome({ ...answer, unanswered: false }, { truncated: false, blame: 'provider' });
  return readGrant(answer) ?? refusal(answer, now());
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

/** A token from the future was asked for before the clock was set right. */
function isStale({ at, given }: Kept, now: number): boolean {
  return given !== null && (now < at || now >= given.renewAt);
}

function renewAfterMs(lifeMs: number): number {
  return Math.max(lifeMs - marginMs, lifeMs / 2);
}

function tokenOf(got: Grant | Outcome): string | Outcome {
  return 'lifeMs' in got ? got.token : got;
}
