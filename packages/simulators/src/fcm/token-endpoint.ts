// Google's token endpoint for service accounts ("Using OAuth 2.0 for Server to Server Applications"): a signed assertion
// (RFC 7523) becomes an access token of an hour. Errors are OAuth's, in Google's words.
import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { isSignedBy, type JsonWebToken, parseJsonWebToken } from '../json-web-token.ts';
import type { GivenAnswer, ReceivedRequest } from '../simulator.ts';
import { json } from './errors.ts';
import type { FcmAccount } from './service-account.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Either is enough for messages:send. */
const scopes = [
  'https://www.googleapis.com/auth/firebase.messaging',
  'https://www.googleapis.com/auth/cloud-platform',
];
/** What Google's library for Python signs, whatever `token_uri` says; Google takes it at every address of the endpoint. */
const googleAudience = 'https://oauth2.googleapis.com/token';
const maxLifetimeSeconds = 3600;
const toleranceSeconds = 300;
const maxTokens = 1000;

interface Issued {
  readonly projectId: string;
  readonly expires: number;
}

export class TokenEndpoint {
  readonly #accounts: readonly FcmAccount[];
  readonly #keys: ReadonlyMap<FcmAccount, KeyObject>;
  readonly #lifetimeSeconds: number;
  readonly #issued = new Map<string, Issued>();

  constructor(accounts: readonly FcmAccount[], lifetimeSeconds: number) {
    this.#accounts = accounts;
    this.#keys = new Map(accounts.map((account) => [account, createPublicKey(account.key)]));
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  answer({ method, headers, body }: ReceivedRequest, now: number): GivenAnswer {
    if (method !== 'POST') return refuse('invalid_request', 'The method must be POST.');
    if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
      return refuse('invalid_request', 'The body must be application/x-www-form-urlencoded.');
    }
    const form = new URLSearchParams(body.toString('utf8'));
    const grant = form.get('grant_type');
    if (grant !== grantType) return refuse('unsupported_grant_type', `Invalid grant_type: ${grant ?? ''}`);
    const assertion = parseJsonWebToken(form.get('assertion') ?? '');
    if (!assertion) return refuse('invalid_grant', 'Bad Request');
    const account = this.#accounts.find(({ clientEmail }) => clientEmail === assertion.claims.iss);
    if (!account) return refuse('invalid_grant', 'Invalid grant: account not found');
    return this.#judge(assertion, account, now) ?? this.#issue(account.projectId, now);
  }

  /** The project that an access token is for; null when it is unknown or over. */
  projectOf(authorization: string | undefined, now: number): string | null {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const issued = token === undefined ? undefined : this.#issued.get(token);
    return issued && issued.expires > now ? issued.projectId : null;
  }

  #judge(assertion: JsonWebToken, account: FcmAccount, now: number): GivenAnswer | null {
    const key = this.#keys.get(account);
    const { aud, scope } = assertion.claims;
    if (!key || !isSignedBy(assertion, 'RS256', key)) {
      return refuse('invalid_grant', 'Invalid JWT Signature.');
    }
    if (aud !== account.tokenUri && aud !== googleAudience)
      return refuse('invalid_grant', 'Invalid JWT: Failed audience check.');
    if (!isTimely(assertion, now)) {
      return refuse(
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      );
    }
    const asked = typeof scope === 'string' ? scope.split(' ') : [];
    if (asked.some((each) => scopes.includes(each))) return null;
    return refuse('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }

  #issue(projectId: string, now: number): GivenAnswer {
    const token = `ya29.${randomBytes(96).toString('base64url')}`;
    const [oldest] = this.#issued.keys();
    if (oldest !== undefined && this.#issued.size >= maxTokens) this.#issued.delete(oldest);
    this.#issued.set(token, { projectId, expires: now + this.#lifetimeSeconds * 1000 });
    return json(200, { access_token: token, expires_in: this.#lifetimeSeconds, token_type: 'Bearer' });
  }
}

function isTimely({ claims: { iat, exp } }: JsonWebToken, now: number): boolean {
  if (typeof iat !== 'number' || typeof exp !== 'number') return false;
  const seconds = now / 1000;
  return iat <= seconds + toleranceSeconds && exp > seconds && exp > iat && exp - iat <= maxLifetimeSeconds;
}

function refuse(error: string, description: string): GivenAnswer {
  return json(400, { error, error_description: description });
}
