// Where the access token of a request comes from: an OAuth 2.0 token endpoint, asked once for the life of a token. Callers
// at the same time share one request.
import { CarillonError } from './carillon-error.ts';
import { now } from './clock.ts';

/** Answers a token that is valid now; `renew` when the hub has refused the last one. */
export type TokenSource = (renew: boolean) => string | Promise<string>;

interface TokenEndpoint {
  /** Such as `https://push.contoso.example/identity/token`. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ClientCredentials extends TokenEndpoint {
  readonly scope?: string;
}

export interface OnBehalfOf extends TokenEndpoint {
  /** The token that the app's own client sent to the service. */
  readonly assertion: string;
  readonly scope?: string;
}

/** A token of the app itself (RFC 6749, section 4.4). */
export function clientCredentials({ scope, ...endpoint }: ClientCredentials): TokenSource {
  return cached(() =>
    askEndpoint(endpoint, { grant_type: 'client_credentials', ...(scope ? { scope } : {}) }),
  );
}

/** A token of the person who called the service (Entra's On-Behalf-Of flow). */
export function onBehalfOf({ scope = defaultScope, assertion, ...endpoint }: OnBehalfOf): TokenSource {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
  };
  return cached(() => askEndpoint(endpoint, { ...form, assertion, scope }));
}

const defaultScope = 'Notifications.ReadWrite.CreatedByApp';
/** A token is renewed so long before it ends, since a request takes its time. */
const beforeEndMs = 60_000;
const endpointMs = 30_000;

interface Issued {
  readonly token: string;
  readonly untilMs: number;
}

function cached(ask: () => Promise<Issued>): TokenSource {
  let issued: Issued | null = null;
  let asking: Promise<Issued> | null = null;
  return async (renew) => {
    if (!renew && issued && issued.untilMs > now()) return issued.token;
    asking ??= ask().finally(() => {
      asking = null;
    });
    issued = await asking;
    return issued.token;
  };
}

async function askEndpoint(endpoint: TokenEndpoint, form: Readonly<Record<string, string>>): Promise<Issued> {
  const { tokenUrl, clientId, clientSecret } = endpoint;
  const body = new URLSearchParams({ ...form, client_id: clientId, client_secret: clientSecret });
  const signal = AbortSignal.timeout(endpointMs);
  const response = await fetch(tokenUrl, { method: 'POST', body, signal }).catch((cause: unknown) => {
    throw new CarillonError({ status: 0, code: 'unreachable', message: `no token from ${tokenUrl}`, cause });
  });
  const answer = (await response.json().catch(() => ({}))) as TokenAnswer;
  if (!response.ok || !answer.access_token)
    throw new CarillonError({
      status: response.status,
      code: answer.error ?? 'unknown',
      message: `no token from ${tokenUrl}: ${answer.error_description ?? answer.error ?? response.status}`,
    });
  return { token: answer.access_token, untilMs: now() + (answer.expires_in ?? 0) * 1000 - beforeEndMs };
}

interface TokenAnswer {
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly error?: string;
  readonly error_description?: string;
}
