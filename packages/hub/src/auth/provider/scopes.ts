// What a client asks for, read from `scope` (and `resource`): scopes of the hub that the client was granted, in any of
// their forms; `.default`, which means all of those; and `api://{appId}/{any}`, which asks for a token for the app's own
// service. Scopes of Microsoft Graph that the hub does not serve are left out beside one that is read. One token has one
// audience.
import { defaultScope, hubScopeOf, isForeignScope, isOperatorScope } from '../scope-names.ts';

export const openIdScopes: readonly string[] = ['openid', 'profile', 'offline_access'];
/**
 * offline_access under another name: oidc-provider drops the real one unless the request says `prompt=consent`,
 * which MSAL doesn't.
 */
export const offlineScope = 'offline';

/** Of OpenID Connect, section 5.4. The hub knows nothing of these about a user; asking is not an error. */
const emptyScopes: readonly string[] = ['email', 'address', 'phone'];
/** A client of the Model Context Protocol names its server (RFC 8707); tokens for it are the hub's. */
const agentPath = '/mcp';
const graphUrl = 'https://graph.microsoft.com';
const apiPattern = /^api:\/\/([^/]+)\/(.+)$/;
const anyName = 'user_impersonation';
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/; // RFC 6749, section 3.3

export interface Asked {
  /** Of `openIdScopes`. */
  readonly openId: readonly string[];
  /** Null: the hub itself; else the id of the app whose service the token is for. */
  readonly audience: string | null;
  /** Scope names without prefix; what `.default` stands for is among them. */
  readonly names: readonly string[];
  /** Whether `.default` was asked. */
  readonly all: boolean;
  /** Bare name -> the form in which the client wrote it: answers repeat it, and MSAL's cache looks for it. */
  readonly spelling: ReadonlyMap<string, string>;
}

export class ScopeError extends Error {
  override readonly name = 'ScopeError';
}

interface Read {
  readonly audience: string | null;
  readonly name: string;
  readonly word: string;
}

/** Who asks: its hub, and the scopes of the hub that it was granted. */
export interface Asking {
  readonly publicUrl: string;
  readonly granted: readonly string[];
}

export function readScopes(scope: string, resource: string | null, asking: Asking): Asked {
  const words = [...new Set(scope.split(' ').filter(Boolean))].filter((word) => !emptyScopes.includes(word));
  const openId = words.filter((word) => openIdScopes.includes(word));
  const rest = words.filter((word) => !openIdScopes.includes(word));
  const base = resource === null ? null : readResource(resource, asking.publicUrl);
  const read = rest.map((word) => readScope(word, base, asking)).filter((each) => each !== null);
  // Clients of Graph ask for `User.Read openid profile`: what is left is the sign-in.
  if (read.length === 0 && rest.length > 0 && openId.length === 0) throw unknown(rest.join(' '), asking);
  const audiences = new Set(read.map(({ audience }) => audience));
  if (audiences.size > 1) {
    throw new ScopeError('The scopes name several audiences; ask for one token for each audience.');
  }
  const [audience = base] = audiences;
  const all = read.some(({ name }) => name === defaultScope);
  const named = read.map(({ name }) => name).filter((name) => name !== defaultScope);
  const implied = all ? (audience === null ? asking.granted : [anyName]) : [];
  const names = [...new Set([...named, ...implied])];
  return { openId, audience, names, all, spelling: spell(read, names) };
}

function readResource(resource: string, publicUrl: string): string | null {
  const bare = resource.replace(/\/$/, '');
  if (bare === publicUrl || bare === publicUrl + agentPath || bare === graphUrl) return null;
  const appId = /^api:\/\/([^/]+)$/.exec(bare)?.[1];
  if (appId !== undefined) return appId;
  throw new ScopeError(
    `The resource ${resource} is not known here; use ${publicUrl} or api:// and the app's id.`,
  );
}

/** Null for one that is left out. */
function readScope(word: string, base: string | null, asking: Asking): Read | null {
  if (!scopeToken.test(word)) throw new ScopeError('A scope holds a character that is not allowed.');
  const [, appId, any] = apiPattern.exec(word) ?? [];
  if (appId !== undefined && any !== undefined) return readApiScope(appId, any, word, asking);
  if (base !== null && !word.includes('://')) return readApiScope(base, word, word, asking);
  const name = hubScopeOf(word, asking.publicUrl);
  if (name !== null) return { audience: null, name: checkGranted(name, asking), word };
  if (isForeignScope(word)) return null;
  throw unknown(word, asking);
}

function readApiScope(audience: string, name: string, word: string, asking: Asking): Read {
  const hubs = hubScopeOf(name, asking.publicUrl);
  // These have a meaning for the provider and the hub; a token for a service must not contain them by accident.
  if ((hubs !== null && isOperatorScope(hubs)) || name === offlineScope || openIdScopes.includes(name)) {
    throw new ScopeError(`${name} can't be a scope of api://${audience}; choose another name.`);
  }
  if (hubs !== null && hubs !== defaultScope) checkGranted(hubs, asking);
  return { audience, name: hubs === defaultScope ? hubs : name, word };
}

function checkGranted(name: string, { granted }: Asking): string {
  if (name === defaultScope || granted.includes(name)) return name;
  const advice = isOperatorScope(name)
    ? "only the hub's console gets it"
    : 'an operator gives it to a client when the app is registered';
  throw new ScopeError(`The scope ${name} was not granted to this client; ${advice}.`);
}

function unknown(words: string, { granted }: Asking): ScopeError {
  const known = [...granted, defaultScope].join(', ');
  return new ScopeError(`The scope ${words} is not known; this client may ask for ${known}.`);
}

function spell(read: readonly Read[], names: readonly string[]): Map<string, string> {
  const spelling = new Map(read.map(({ name, word }) => [name, word]));
  const byDefault = spelling.get(defaultScope)?.slice(0, -defaultScope.length);
  if (byDefault !== undefined) {
    for (const name of names) if (!spelling.has(name)) spelling.set(name, byDefault + name);
  }
  return spelling;
}
