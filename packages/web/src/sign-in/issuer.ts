// The issuer's metadata (OpenID Connect Discovery 1.0), as far as the page needs it, and its token endpoint. Metadata that
// names another issuer is refused.
import { SignInError } from './sign-in-error.ts';

export interface Issuer {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint?: string;
  readonly end_session_endpoint?: string;
  /** RFC 9207. */
  readonly authorization_response_iss_parameter_supported?: boolean;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly expires_in?: number;
}

/** `refused`: the endpoint answered that what was presented is not, or no longer, good. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

export async function discover(issuer: string): Promise<Issuer> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { credentials: 'omit' }).catch(() => null);
  if (!response?.ok) throw new SignInError('issuerUnreachable');
  const found: Issuer = await response.json();
  if (found.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    throw new SignInError('issuerOther', { values: { found: found.issuer, issuer } });
  return found;
}

/** `onAnswer` sees what arrived first. */
export async function askTokens(
  endpoint: string,
  form: Record<string, string>,
  onAnswer: (response: Response) => Promise<void>,
): Promise<TokenAnswer> {
  const body = new URLSearchParams(form);
  const response = await fetch(endpoint, { method: 'POST', body, credentials: 'omit' }).catch(() => null);
  if (!response) throw new TokenError('The sign-in service can’t be reached.', false);
  await onAnswer(response);
  const answer: Partial<TokenAnswer> & Refusal = await response.json().catch(() => ({}));
  const { access_token } = answer;
  if (response.ok && access_token) return { ...answer, access_token };
  const refused = response.status === 400 || response.status === 401;
  throw new TokenError(
    answer.error_description ?? answer.error ?? `It answered ${response.status}.`,
    refused,
  );
}

interface Refusal {
  readonly error?: string;
  readonly error_description?: string;
}
