// Translates what clients of Entra ID and MSAL ask for into what oidc-provider understands, before it sees the request:
// prefixed scopes become bare ones plus a resource, and prompts that don't exist here become those that do. What can't
// be read is left as it is; the provider then refuses it at the right step, with `readScopes`' own words.
import type { AppRegistry } from '../../../store/registry.ts';
import { createdByAppScope, isOperatorScope } from '../../scope-names.ts';
import { grantedScopes, onBehalfOfGrant } from '../clients.ts';
import type { RefreshTokens } from '../grants/refresh-tokens.ts';
import { type Asked, type Asking, offlineScope, readScopes, ScopeError } from '../scopes.ts';

/** What the client asked for, remembered for the answer. */
export type Spelling = ReadonlyMap<string, string>;

export interface Rewriting {
  readonly publicUrl: string;
  readonly apps: AppRegistry;
  readonly refreshTokens: RefreshTokens;
}

export function rewriteAuthorization(query: URLSearchParams, rewriting: Rewriting): void {
  const { publicUrl } = rewriting;
  rewritePrompt(query);
  const asked = read(query, askingOf(rewriting, query.get('client_id')));
  if (!asked) return;
  const nothing = asked.openId.length + asked.names.length === 0;
  const names = nothing && asked.audience === null ? [createdByAppScope] : asked.names;
  // A role ends with its access token.
  const openId = names.some(isOperatorScope)
    ? asked.openId.filter((scope) => scope !== 'offline_access')
    : asked.openId;
  query.set('scope', [...openId.map(inner), ...names].join(' '));
  query.set('resource', resourceOf(asked.audience, publicUrl));
}

/** The client that an Authorization header names. */
export function basicClient(authorization = ''): string | null {
  const [, encoded = ''] = /^basic +(\S+)$/i.exec(authorization) ?? [];
  const [id = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  return id === '' ? null : new URLSearchParams(`id=${id}`).get('id');
}

/** `basic`: the client of the Authorization header, if it names one. */
export async function rewriteToken(
  form: URLSearchParams,
  basic: string | null,
  rewriting: Rewriting,
): Promise<Spelling> {
  const grantType = form.get('grant_type');
  if (grantType === onBehalfOfGrant) return new Map(); // its handler reads the scopes itself
  const asked = read(form, askingOf(rewriting, form.get('client_id') ?? basic));
  if (!asked) return new Map();
  const resource = resourceOf(asked.audience, rewriting.publicUrl);
  switch (grantType) {
    case 'authorization_code':
      form.delete('scope'); // the code already says what was granted
      form.delete('resource');
      break;
    case 'refresh_token':
      await rewriteRefresh(form, asked, resource, rewriting.refreshTokens);
      break;
    case 'client_credentials':
      form.delete('scope'); // an app's own token has none
      form.set('resource', resource);
      break;
  }
  return asked.spelling;
}

/** MSAL asks for the OpenID scopes at every refresh, whatever was granted; `.default` asks for all of it again. */
async function rewriteRefresh(
  form: URLSearchParams,
  asked: Asked,
  resource: string,
  refreshTokens: RefreshTokens,
): Promise<void> {
  form.delete('resource');
  if (asked.all || asked.names.length === 0) {
    form.delete('scope');
    return;
  }
  const stored = (await refreshTokens.find(form.get('refresh_token') ?? ''))?.scope;
  const granted = typeof stored === 'string' ? stored.split(' ') : [];
  const openId = asked.openId.map(inner).filter((scope) => granted.includes(scope));
  form.set('scope', [...openId, ...asked.names].join(' '));
  form.set('resource', resource);
}

function rewritePrompt(query: URLSearchParams): void {
  const prompt = query.get('prompt');
  if (prompt === null) return;
  const known = prompt.split(' ').map((word) => (word === 'select_account' ? 'login' : word));
  setOrDelete(query, 'prompt', known.filter((word) => word === 'login' || word === 'none').join(' '));
}

function askingOf({ publicUrl, apps }: Rewriting, clientId: string | null): Asking {
  return { publicUrl, granted: grantedScopes(apps, clientId ?? '') };
}

function read(params: URLSearchParams, asking: Asking): Asked | null {
  if (params.getAll('scope').length > 1 || params.getAll('resource').length > 1) return null;
  try {
    return readScopes(params.get('scope') ?? '', params.get('resource'), asking);
  } catch (error) {
    if (!(error instanceof ScopeError)) throw error;
    params.delete('resource');
    return null;
  }
}

/** oidc-provider's identifier of an audience. */
export function resourceOf(audience: string | null, publicUrl: string): string {
  return audience === null ? publicUrl : `api://${audience}`;
}

export function inner(openIdScope: string): string {
  return openIdScope === 'offline_access' ? offlineScope : openIdScope;
}

function setOrDelete(params: URLSearchParams, name: string, value: string): void {
  if (value) params.set(name, value);
  else params.delete(name);
}
