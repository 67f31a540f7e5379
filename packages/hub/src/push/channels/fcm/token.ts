// The access token of FCM: a service account signs an assertion (RFC 7523) and changes it for a token at its token_uri.
// Asked for once however many pushes wait for it, and used until five minutes before it expires (../grants.ts).
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest
import { SignJWT } from 'jose/jwt/sign';
import { importPKCS8 } from 'jose/key/import';
import type { ChannelServices, Outcome } from '../contract.ts';
import { type Grant, openGrants, requestGrant } from '../grants.ts';
import { credentialsOutcome } from '../outcome.ts';
import type { ServiceAccount } from './credentials.ts';
import { readTokenRefusal } from './verdicts.ts';

export interface FcmTokens {
  /** The token, or the outcome of an attempt that ends here. */
  get(account: ServiceAccount): Promise<string | Outcome>;
  /** Asks the endpoint anew, past what is kept. */
  ask(account: ServiceAccount): Promise<string | Outcome>;
  /** FCM did not take it: it is not used again. True when it had just been given, so that another would not help. */
  forget(account: ServiceAccount, token: string): boolean;
  close(): void;
}

export const keyUnusable = 'privateKeyUnusable';

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const googleTokenUri = 'https://oauth2.googleapis.com/token';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionSeconds = 3600;

type TokenServices = Pick<ChannelServices, 'transport' | 'now'>;

export function openFcmTokens(services: TokenServices): FcmTokens {
  const request = (account: ServiceAccount) => exchange(account, services);
  const grants = openGrants({ request, nameOf, now: services.now });
  return {
    get: (account) => grants.get(nameOf(account), account),
    ask: (account) => grants.ask(account),
    forget: (account, token) => grants.forget(nameOf(account), token),
    close: () => grants.close(),
  };
}

/** With the key itself: an account put in anew counts at once. */
function nameOf({ client_email, private_key, private_key_id, token_uri }: ServiceAccount): string {
  return `${client_email} ${private_key_id} ${token_uri} ${private_key}`;
}

async function exchange(account: ServiceAccount, services: TokenServices): Promise<Grant | Outcome> {
  const url = account.token_uri ?? googleTokenUri;
  const assertion = await signAssertion(account, url, services.now());
  if (assertion === null) return credentialsOutcome(keyUnusable);
  return requestGrant(services, { url, form: { grant_type: grantType, assertion } }, readTokenRefusal);
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
