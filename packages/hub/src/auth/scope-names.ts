// The scopes that the hub serves, and the forms in which clients and issuers write them: in any case, bare or behind the
// address of a service that Microsoft's samples name. Everything compares the one form that stands here.
export const createdByAppScope = 'Notifications.ReadWrite.CreatedByApp';
/** The second is the scope that the retired client SDKs asked for. */
export const createdByAppScopes: readonly string[] = [
  createdByAppScope,
  'UserActivity.ReadWrite.CreatedByApp',
];
export const allScope = 'Notifications.ReadWrite';
export const adminScope = 'Carillon.Admin';
/** Sees what the other may change, and content only where the hub allows it. */
export const readScope = 'Carillon.Read';
/** Roles of operators, which only the hub's console may ask for. */
export const operatorScopes: readonly string[] = [adminScope, readScope];
export const hubScopes: readonly string[] = [...createdByAppScopes, allScope, ...operatorScopes];

export function isOperatorScope(scope: string): boolean {
  return operatorScopes.includes(scope);
}

/** Asks for all that the client was granted. */
export const defaultScope = '.default';

const byLowerCase = new Map([...hubScopes, defaultScope].map((name) => [name.toLowerCase(), name]));
const microsoftUrls = [
  'https://graph.microsoft.com/',
  'https://activity.microsoft.com/',
  'https://activity.windows.com/',
];

/** The hub's own name of a scope, or null when the hub does not serve it. */
export function hubScopeOf(word: string, publicUrl: string): string | null {
  return byLowerCase.get(withoutPrefix(word, [`${publicUrl}/`, ...microsoftUrls]).toLowerCase()) ?? null;
}

/** Whether a scope that the hub does not serve is one of Microsoft's, as `User.Read` is. */
export function isForeignScope(word: string): boolean {
  return !withoutPrefix(word, microsoftUrls).includes('://');
}

function withoutPrefix(word: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((each) => startsWith(word, each));
  return prefix === undefined ? word : word.slice(prefix.length).replace(/^\//, '');
}

function startsWith(word: string, prefix: string): boolean {
  return word.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
}
