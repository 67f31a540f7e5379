// Registered app clients as oidc-provider wants them. They are read at every look-up, so that a client made or removed
// beside a running hub counts from the next request on. Secrets are compared by their hashes.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AppClient } from '../../model/app.ts';
import type { AppRegistry } from '../../store/registry.ts';
import { createdByAppScopes } from '../scope-names.ts';

export const onBehalfOfGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface ClientMetadata {
  readonly [name: string]: unknown;
}

export function clientMetadata(apps: AppRegistry, clientId: string): ClientMetadata | undefined {
  const client = findClient(apps, clientId);
  return client && metadataOf(client);
}

/** The scopes of the hub that a client may ask for: what its operators registered for it. */
export function grantedScopes(apps: AppRegistry, clientId: string): readonly string[] {
  const client = findClient(apps, clientId);
  return client ? (client.scopes ?? createdByAppScopes) : [];
}

export function findClient(apps: AppRegistry, clientId: string): AppClient | undefined {
  return apps.findByClient(clientId)?.clients.find((each) => each.clientId === clientId);
}

function metadataOf(client: AppClient): ClientMetadata {
  const uris = client.redirectUris;
  const signsIn = uris.length > 0;
  const grantTypes = [
    ...(signsIn ? ['authorization_code'] : []),
    'refresh_token',
    ...(client.public ? [] : ['client_credentials', onBehalfOfGrant]),
  ];
  return {
    client_id: client.clientId,
    application_type: uris.some(hasOwnScheme) ? 'native' : 'web',
    grant_types: grantTypes,
    response_types: signsIn ? ['code'] : [],
    redirect_uris: uris,
    post_logout_redirect_uris: uris,
    ...(client.public
      ? { token_endpoint_auth_method: 'none' }
      : // The hash stands in for the secret, so that a new secret makes a new client of oidc-provider's cache.
        { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.secretHash ?? 'none' }),
  };
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** The client's secret, or one that was replaced and has not ended. */
export function secretMatches(client: AppClient | undefined, secret: string, now: number): boolean {
  const old = (client?.oldSecrets ?? []).filter(({ until }) => now < until).map(({ hash }) => hash);
  const given = Buffer.from(hashSecret(secret));
  return [client?.secretHash ?? '', ...old].some((hash) => {
    const stored = Buffer.from(hash);
    return stored.length === given.length && timingSafeEqual(stored, given);
  });
}

/** Exactly a registered one; on a loopback address any port (RFC 8252, section 7.3). */
export function redirectAllowed(uri: string, registered: readonly string[]): boolean {
  if (registered.includes(uri)) return true;
  const asked = withoutPort(uri);
  return asked !== null && registered.some((each) => withoutPort(each) === asked);
}

/** A page of a public client may call the token endpoint from where it may be sent back to. */
export function originAllowed(origin: string, registered: readonly string[]): boolean {
  if (origin === 'null') return false;
  const asked = loopbackOrigin(origin) ?? origin;
  return registered.some((uri) => (loopbackOrigin(uri) ?? URL.parse(uri)?.origin) === asked);
}

function withoutPort(uri: string): string | null {
  const url = loopbackUrl(uri);
  return url && `${url.hostname}${url.pathname}${url.search}`;
}

function loopbackOrigin(uri: string): string | null {
  const url = loopbackUrl(uri);
  return url && `http://${url.hostname}`;
}

function loopbackUrl(uri: string): URL | null {
  const url = URL.parse(uri);
  const plain = url?.protocol === 'http:' && loopbackHosts.has(url.hostname);
  return plain && !url.username && !url.password && !url.hash ? url : null;
}

function hasOwnScheme(uri: string): boolean {
  return !/^https?:/i.test(uri);
}
