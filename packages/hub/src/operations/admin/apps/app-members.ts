// What an app may be made of: ids of clients, bare host names, redirect URIs, scopes, issuers, and the secrets of its
// clients. For the admin operations and the command that registers apps alike.
import { randomBytes } from 'node:crypto';
import { hashSecret } from '../../../auth/provider/clients.ts';
import {
  createdByAppScopes,
  hubScopeOf,
  hubScopes,
  isOperatorScope,
  operatorScopes,
} from '../../../auth/scope-names.ts';
import type { AppClient, OldSecret } from '../../../model/app.ts';
import { invalid } from '../../../model/errors.ts';
import { foldName } from '../../../model/fold-name.ts';

const maxClients = 10;
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
const hostPattern =
  /^(?=.{1,255}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** A client as an operator names it. */
export interface NamedClient {
  readonly clientId: string;
  readonly public: boolean;
  readonly redirectUris: readonly string[];
  readonly scopes?: readonly string[] | undefined;
}

export interface MadeClient {
  readonly client: AppClient;
  /** Only when it was made now: the store keeps but its hash. */
  readonly secret: string | null;
}

/** What a change of an app does to the secrets of its clients. */
export interface SecretChange {
  readonly newSecrets: boolean;
  /** How long secrets that are replaced, or were before, stay good at most. Undefined: a day, from their replacement. */
  readonly overlapMs: number | undefined;
  readonly now: number;
}

const secretOverlapMs = 24 * 3600 * 1000;
/** Beyond it the one that was replaced first ends early. */
const oldSecretsMax = 3;

/** The app's own client first, whether or not it was named. */
export function readClients(id: string, named: readonly NamedClient[]): NamedClient[] {
  const own = named.find(({ clientId }) => clientId === id);
  if (own?.public) {
    throw invalid(
      `The client ${id} is the app's service and has a secret: give the public client an id of its own.`,
      'clients',
    );
  }
  const others = named.filter(({ clientId }) => clientId !== id);
  const clients = [own ?? { clientId: id, public: false, redirectUris: [] }, ...others];
  for (const { clientId } of clients) checkId(clientId);
  if (clients.length > maxClients) {
    throw invalid(
      `An app has at most ${maxClients} clients, its own included; ${clients.length} are named.`,
      'clients',
    );
  }
  return clients;
}

function checkId(id: string): void {
  if (idPattern.test(id)) return;
  throw invalid(
    `Choose another name: the id ${id} must be 1 to 128 letters, digits, dots, hyphens, underscores or tildes.`,
    'clients',
  );
}

export function readHost(text: string): string {
  const host = foldName(text);
  if (hostPattern.test(host)) return host;
  throw invalid(
    `${text} is no host name: give it bare, like app.contoso.example, without scheme, port or path.`,
    'host',
  );
}

export function readRedirectUri(text: string): string {
  const url = URL.parse(text);
  const unsafe = /^(javascript|vbscript|data|blob|file|about):$/;
  if (url && !unsafe.test(url.protocol) && !text.includes('#')) return text;
  throw invalid(
    `${text} is no redirect URI: give an absolute one without fragment, like https://app.contoso.example/signed-in.`,
    'redirectUris',
  );
}

const grantable = hubScopes.filter((scope) => !isOperatorScope(scope));

/** The scopes that a client is given, and those that every client has. */
export function readGrant(given: readonly string[]): string[] {
  const named = given.map((scope) => {
    const name = hubScopeOf(scope, '');
    if (name !== null && grantable.includes(name)) return name;
    throw invalid(
      `The scope ${scope} can't be given to a client; ${grantable.join(', ')} can. ${operatorScopes.join(' and ')} are the console's alone.`,
      'scopes',
    );
  });
  return [...new Set([...createdByAppScopes, ...named])];
}

/** Exactly as tokens name it. */
export function readIssuer(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text;
  throw invalid(
    `${text} is no issuer: give its URL exactly as its tokens name it, like https://login.contoso.example.`,
    'issuers',
  );
}

/** Keeps the secret that a client of `known` has, unless new ones are asked for, and makes one for a client without. */
export function withSecret(
  { clientId, public: isPublic, redirectUris, scopes }: NamedClient,
  known: readonly AppClient[],
  change: SecretChange,
): MadeClient {
  const base = { clientId, public: isPublic, redirectUris, scopes: readGrant(scopes ?? []) };
  if (isPublic) return { client: { ...base, secretHash: null }, secret: null };
  const before = known.find((client) => client.clientId === clientId);
  const oldSecrets = before && oldSecretsOf(before, change);
  if (before?.secretHash && !change.newSecrets)
    return { client: { ...base, secretHash: before.secretHash, oldSecrets }, secret: null };
  const secret = randomBytes(32).toString('base64url');
  return { client: { ...base, secretHash: hashSecret(secret), oldSecrets }, secret };
}

function oldSecretsOf(before: AppClient, change: SecretChange): OldSecret[] | undefined {
  const { newSecrets, overlapMs, now } = change;
  const known = before.oldSecrets ?? [];
  const until = now + (overlapMs ?? secretOverlapMs);
  const replaced = newSecrets && before.secretHash ? [{ hash: before.secretHash, until }] : [];
  const left = [...replaced, ...known]
    .map((each) => (overlapMs === undefined ? each : { ...each, until: Math.min(each.until, until) }))
    .filter((each) => each.until > now)
    .slice(0, oldSecretsMax);
  return left.length > 0 ? left : undefined;
}
