// Translates what clients of Entra ID and MSAL ask for into what oidc-provider understands, before it sees the request:
// prefixed scopes become bare ones plus a resource, and prompts that don't exist here become those that do. What can't
// be read is left as it is; the provider then refuses it at the right step, with `readScopes`' own words.
import type { Grants } from '../../../store/registry.ts';
import { onBehalfOfGrant } from '../clients.ts';
import { type Asked, createdByAppScope, readScopes, ScopeError } from '../scopes.ts';

/**
 * offline_access under another name: oidc-provider drops the real one unless the request says `prompt=consent`,
 * which MSAL doesn't.
 */
export const offlineScope = 'offline';

/** What the client asked for, remembered for the answer. */
export type Spelling = ReadonlyMap<string, string>;

export interface Rewriting {
  readonly publicUrl: string;
  readonly grants: Grants;
}

export function rewriteAuthorization(query: URLSearchParams, { publicUrl }: Rewriting): void {
  rewritePrompt(query);
  const asked = read(query, publicUrl);
  if (!asked) return;
  const nothing = asked.openId.length + asked.names.length === 0;
  const names = nothing && asked.audience === null ? [createdByAppScope] : asked.names;
  query.set('scope', [...asked.openId.map(inner), ...names].join(' '));
  query.set('resource', resourceOf(asked.audience, publicUrl));
}

export async function rewriteToken(form: URLSearchParams, rewriting: Rewriting): Promise<Spelling> {
  const grantType = form.get('grant_type');
  if (grantType === onBehalfOfGrant) return new Map(); // its handler reads the scopes itself
  const asked = read(form, rewriting.publicUrl);
  if (!asked) return new Map();
  const resource = resourceOf(asked.audience, rewriting.publicUrl);
  switch (grantType) {
    case 'authorization_code':
      form.delete('scope'); // the code already says what was granted
      form.delete('resource');
      break;
    case 'refresh_token':
      await rewriteRefresh(form, asked, resource, rewriting.grants);
      break;
    case 'client_credentials':
      // An app's own token has no scopes; Carillon.Admin stays, to be refused.
      setOrDelete(form, 'scope', asked.names.includes('Carillon.Admin') ? 'Carillon.Admin' : '');
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
  grants: Grants,
): Promise<void> {
  form.delete('resource');
  if (asked.all || asked.names.length === 0) {
    form.delete('scope');
    return;
  }
  const stored = (await grants.find('RefreshToken', form.get('refresh_token') ?? ''))?.payload.scope;
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

function read(params: URLSearchParams, publicUrl: string): Asked | null {
  if (params.getAll('scope').length > 1 || params.getAll('resource').length > 1) return null;
  try {
    return readScopes(params.get('scope') ?? '', params.get('resource'), publicUrl);
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
