// What a client asks for, read from `scope` (and `resource`): scopes may be bare or prefixed with the hub's public URL
// or Microsoft Graph's, `.default` means all that is granted, and `api://{appId}/{any}` asks for a token for the app's
// own service. One token has one audience.
export const createdByAppScope = 'Notifications.ReadWrite.CreatedByApp';
export const adminScope = 'Carillon.Admin';

/** What every registered client has for every user: its operators consented by registering it. */
export const defaultHubScopes: readonly string[] = [createdByAppScope, 'UserActivity.ReadWrite.CreatedByApp'];
export const hubScopes: readonly string[] = [...defaultHubScopes, 'Notifications.ReadWrite', adminScope];
export const openIdScopes: readonly string[] = ['openid', 'profile', 'offline_access'];

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
}

export function readScopes(scope: string, resource: string | null, publicUrl: string): Asked {
  const words = [...new Set(scope.split(' ').filter(Boolean))];
  const openId = words.filter((word) => openIdScopes.includes(word));
  const rest = words.filter((word) => !openIdScopes.includes(word));
  const base = resource === null ? null : readResource(resource, publicUrl);
  const read = rest.map((word) => readScope(word, base, publicUrl));
  const audiences = new Set(read.map(({ audience }) => audience));
  if (audiences.size > 1) {
    throw new ScopeError('The scopes name several audiences; ask for one token for each audience.');
  }
  const [audience = base] = audiences;
  const all = read.some(({ name }) => name === '.default');
  const named = read.map(({ name }) => name).filter((name) => name !== '.default');
  const implied = all ? (audience === null ? defaultHubScopes : [anyName]) : [];
  const names = [...new Set([...named, ...implied])];
  return { openId, audience, names, all, spelling: spell(rest, read, names) };
}

function readResource(resource: string, publicUrl: string): string | null {
  const bare = resource.replace(/\/$/, '');
  if (bare === publicUrl || bare === graphUrl) return null;
  const appId = /^api:\/\/([^/]+)$/.exec(bare)?.[1];
  if (appId !== undefined) return appId;
  throw new ScopeError(
    `The resource ${resource} is not known here; use ${publicUrl} or api:// and the app's id.`,
  );
}

function readScope(word: string, base: string | null, publicUrl: string): Read {
  if (!scopeToken.test(word)) throw new ScopeError('A scope holds a character that is not allowed.');
  const [, appId, any] = apiPattern.exec(word) ?? [];
  if (appId !== undefined && any !== undefined) return readApiScope(appId, any);
  const prefix = [`${publicUrl}/`, `${graphUrl}/`].find((each) => word.startsWith(each));
  const name = prefix === undefined ? word : word.slice(prefix.length).replace(/^\//, '');
  if (prefix === undefined && base !== null) return readApiScope(base, word);
  if (name !== '.default' && !hubScopes.includes(name)) {
    throw new ScopeError(`The scope ${word} is not known; ${[...hubScopes, '.default'].join(', ')} are.`);
  }
  return { audience: null, name };
}

function readApiScope(audience: string, name: string): Read {
  // These have a meaning for the provider and the hub; a token for a service must not contain them by accident.
  if (name === adminScope || openIdScopes.includes(name)) {
    throw new ScopeError(`${name} can't be a scope of api://${audience}; choose another name.`);
  }
  return { audience, name };
}

function spell(
  words: readonly string[],
  read: readonly Read[],
  names: readonly string[],
): Map<string, string> {
  const spelling = new Map(read.map(({ name }, index) => [name, words[index] as string]));
  const byDefault = spelling.get('.default')?.slice(0, -'.default'.length);
  if (byDefault !== undefined) {
    for (const name of names) if (!spelling.has(name)) spelling.set(name, byDefault + name);
  }
  return spelling;
}
