// The access token of an app's service for WNS (OAuth 2.0, client credentials), asked for once for all pushes that wait
// for it, and kept until shortly before its end. A package SID belongs to a Store app with Microsoft's classic endpoint,
// any other client id to an app registration of Entra ID.
// https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-overview
// https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-quickstart
import type { AppId } from '../../../model/app.ts';
import type { ChannelServices, Outcome } from '../contract.ts';
import { openGrants, requestGrant } from '../grants.ts';
import type { WnsCredentials } from './credentials.ts';
import { readTokenRefusal } from './verdicts.ts';

export interface WnsTokens {
  /** The token, or the outcome of an attempt that ends here. */
  get(app: AppId, credentials: WnsCredentials): Promise<string | Outcome>;
  /** Asks the endpoint anew, past what is kept. */
  ask(credentials: WnsCredentials): Promise<string | Outcome>;
  /** WNS did not take it: it is not used again. True when it had just been given, so that another would not help. */
  forget(app: AppId, token: string): boolean;
  close(): void;
}

const storeEndpoint = 'https://login.live.com/accesstoken.srf';
/**
 * Microsoft documents the endpoint of the app's own directory, which the operator gives as `tokenUrl`.
 * The common one may refuse an app that names itself by a secret; the check then says to give `tokenUrl`.
 */
const entraEndpoint = 'https://login.microsoftonline.com/common/oauth2/v2.0/token';
const storeScope = 'notify.windows.com';
const entraScope = 'https://wns.windows.com/.default';

export function isStoreApp({ clientId }: WnsCredentials): boolean {
  return /^ms-app:\/\//i.test(clientId);
}

export function openWnsTokens(services: Pick<ChannelServices, 'transport' | 'now'>): WnsTokens {
  const request = (credentials: WnsCredentials) =>
    requestGrant(services, { url: endpointOf(credentials), form: formOf(credentials) }, readTokenRefusal);
  return openGrants({ request, nameOf, now: services.now });
}

/** With the secret itself: credentials put in anew count at once. */
function nameOf({ clientId, clientSecret, tokenUrl }: WnsCredentials): string {
  return JSON.stringify([clientId, clientSecret, tokenUrl]);
}

function endpointOf(credentials: WnsCredentials): string {
  return credentials.tokenUrl ?? (isStoreApp(credentials) ? storeEndpoint : entraEndpoint);
}

function formOf(credentials: WnsCredentials): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    scope: isStoreApp(credentials) ? storeScope : entraScope,
  };
}
