// Signing in: the authorization code flow with PKCE (RFC 6749, 7636, 9700). The attempt is stored in the tab that began it and
// removed before it is used, so that an answer is accepted once, and only there.

import { challengeOf, randomText } from './base64url.ts';
import { readUser } from './id-token.ts';
import { askTokens, discover } from './issuer.ts';
import type { PageClock } from './page-clock.ts';
import type { Signed } from './session.ts';
import { SignInError } from './sign-in-error.ts';

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The page's fragment, restored after the sign-in. */
  readonly hash: string;
}

const attemptName = 'carillon-sign-in';

/** Of the inbox page, or of the console. */
export interface SignInConfig {
  readonly issuer: string;
  readonly clientId: string | null;
  readonly scope: string;
  /** Where the issuer sends the person back to. */
  readonly redirectUri: string;
}

export interface SignInOptions {
  readonly config: SignInConfig;
  /** After a sign-out: the issuer asks for name and password although it has a session. */
  readonly askAgain: boolean;
  /** What the person chose here; the issuer shows its pages in it. */
  readonly language: string | null;
  readonly attempts: Storage;
}

/** The address of the issuer's page to go to. */
export async function beginSignIn({ config, askAgain, language, attempts }: SignInOptions): Promise<string> {
  if (config.clientId === null) throw new SignInError('noClientTitle');
  const issuer = await discover(config.issuer);
  const attempt = { state: randomText(), nonce: randomText(), verifier: randomText(), hash: location.hash };
  attempts.setItem(attemptName, JSON.stringify(attempt satisfies Attempt));
  const url = new URL(issuer.authorization_endpoint);
  const query: Record<string, string> = {
    client_id: config.clientId,
    response_type: 'code',
    redirect_uri: config.redirectUri,
    scope: config.scope,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: 'S256',
    ...(askAgain ? { prompt: 'login' } : {}),
    ...(language === null ? {} : { ui_locales: language }),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

export interface Completed {
  readonly signed: Signed;
  readonly hash: string;
}

export interface AnswerOptions {
  readonly config: SignInConfig;
  readonly attempts: Storage;
  readonly clock: PageClock;
  /** Corrects the clock by it. */
  readonly onAnswer: (response: Response) => Promise<void>;
}

/** Redeems the code in the address. Throws a SignInError whose message is for the user. */
export async function completeSignIn(
  { searchParams }: URL,
  { config, attempts, clock, onAnswer }: AnswerOptions,
): Promise<Completed> {
  const attempt = takeAttempt(attempts);
  if (!attempt || searchParams.get('state') !== attempt.state) throw new SignInError('begunElsewhere');
  const issuer = await discover(config.issuer);
  const said = searchParams.get('iss');
  const mustSay = issuer.authorization_response_iss_parameter_supported === true;
  if (said === null ? mustSay : said !== issuer.issuer) throw new SignInError('otherService');
  const code = searchParams.get('code');
  if (code === null) throw refusal(searchParams);
  const clientId = config.clientId ?? '';
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: attempt.verifier,
    redirect_uri: config.redirectUri,
  };
  const answer = await askTokens(issuer.token_endpoint, form, onAnswer).catch((cause: Error) => {
    throw new SignInError('notCompleted', { values: { reason: cause.message }, cause });
  });
  const { nonce, hash } = attempt;
  const user = readUser(answer.id_token, { issuer: issuer.issuer, clientId, nonce, now: clock.now() });
  const signed = {
    ...{ user, clientId, issuer: issuer.issuer },
    tokenEndpoint: issuer.token_endpoint,
    revocationEndpoint: issuer.revocation_endpoint ?? null,
    endSessionEndpoint: issuer.end_session_endpoint ?? null,
    idToken: answer.id_token ?? '',
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: clock.now() + (answer.expires_in ?? 300) * 1000,
  };
  return { signed, hash };
}

function takeAttempt(attempts: Storage): Attempt | null {
  const text = attempts.getItem(attemptName);
  attempts.removeItem(attemptName);
  if (text === null) return null;
  const attempt: Attempt = JSON.parse(text);
  return attempt;
}

function refusal(answer: URLSearchParams): SignInError {
  if (answer.get('error') === 'access_denied') return new SignInError('cancelled');
  const reason = answer.get('error_description') ?? answer.get('error') ?? '';
  return new SignInError('refused', { values: { reason } });
}
