// Mints an access token as the provider would issue it, without a running server: for commands, tests and the first
// curl. Whoever can read the store can sign anything, so this only checks that the names exist.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import { HubError } from '../../../model/errors.ts';
import type { LocalUser, Registry } from '../../../store/registry.ts';
import { commandLine } from '../../access-audit.ts';
import { issueSecond } from '../../revoked-tokens.ts';
import { adminScope, createdByAppScope, readScope } from '../../scope-names.ts';
import { accessTokenSeconds, appOnlyClaims, delegatedClaims, issuerOf } from '../claims.ts';
import { openSigningKeys, type SigningKeys } from '../keys.ts';

export interface MintOptions extends Omit<SignOptions, 'clientId' | 'user' | 'issuedAt'> {
  readonly registry: Registry;
  /** Optional for an operator's token alone. */
  readonly appId?: string | undefined;
  /** Default: the app's own id. */
  readonly clientId?: string | undefined;
  /** With it a delegated token, without it the app's own. */
  readonly userName?: string | undefined;
}

export interface SignOptions {
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly clientId: string;
  /** With it a delegated token, without it the app's own. */
  readonly user: LocalUser | null;
  readonly scopes?: readonly string[] | undefined;
  /** Default: the hub's public URL; an app id for the assertion of an On-Behalf-Of call. */
  readonly audience?: string | undefined;
  /** An operator's token: it reaches the admin operations alone. */
  readonly admin?: boolean | undefined;
  /** One that only reads. */
  readonly operatorRead?: boolean | undefined;
  readonly lifetimeSeconds?: number | undefined;
  /** In seconds since 1970; default: now. */
  readonly issuedAt?: number | undefined;
}

export async function mintToken(options: MintOptions): Promise<string> {
  const { registry, userName, clock } = options;
  const clientId = findClient(options);
  const user = userName === undefined ? null : await findUser(registry, userName);
  const issuedAt = user ? issueSecond(registry.revocations, user.id, clock.now()) : undefined;
  const on = user ? `users/${user.id}` : `clients/${clientId}`;
  const note = {
    at: clock.now(),
    ...commandLine,
    what: 'tokenIssued',
    on,
    kind: 'access',
    count: 1,
  } as const;
  await registry.audit.note([note]);
  return signToken(await openSigningKeys(registry), { ...options, clientId, user, issuedAt });
}

/** The same for names that are known to exist. */
export function signToken(keys: SigningKeys, options: SignOptions): string {
  const { clock, lifetimeSeconds = accessTokenSeconds } = options;
  const publicUrl = options.publicUrl.replace(/\/+$/, '');
  const now = Math.floor(clock.now() / 1000);
  return keys.sign({
    iss: issuerOf(publicUrl),
    aud: options.audience ?? publicUrl,
    iat: options.issuedAt ?? now,
    exp: now + lifetimeSeconds,
    jti: randomUUID(),
    ...subjectClaims(options),
  });
}

function subjectClaims({ clientId, user, scopes: asked, ...options }: SignOptions): object {
  const role = roleOf(options);
  const scopes = asked ?? [role ?? createdByAppScope];
  const granted = role ? [...new Set([...scopes, role])] : scopes;
  if (user) return delegatedClaims(user, clientId, granted);
  return role ? delegatedClaims(commandLineOperator, clientId, granted) : appOnlyClaims(clientId);
}

function roleOf({ admin, operatorRead }: Pick<SignOptions, 'admin' | 'operatorRead'>): string | null {
  if (admin) return adminScope;
  return operatorRead ? readScope : null;
}

/** Who acts with `token --admin` when no user is named: whoever owns the data folder. */
const commandLineOperator: LocalUser = { id: 'operator', name: 'operator', passwordHash: '', operator: true };

function findClient({ registry, appId, clientId, ...options }: MintOptions): string {
  if (appId === undefined && roleOf(options)) return clientId ?? 'carillon-cli';
  const apps = registry.apps.list();
  const app = apps.find(({ id }) => id === appId);
  if (!app)
    throw unknown(
      'app',
      appId ?? '',
      apps.map(({ id }) => id),
      'app create',
    );
  const ids = app.clients.map((client) => client.clientId);
  const wanted = clientId ?? app.id;
  if (!ids.includes(wanted)) throw unknown(`client of the app ${app.id}`, wanted, ids, 'app create');
  return wanted;
}

async function findUser({ users }: Registry, name: string): Promise<LocalUser> {
  const user = await users.findByName(name);
  if (user?.disabled)
    throw new HubError(
      'invalidRequest',
      `The user ${name} is disabled; \`carillon user enable\` allows it again.`,
    );
  if (user) return user;
  throw unknown(
    'user',
    name,
    (await users.list()).map((each) => each.name),
    'user create',
  );
}

function unknown(what: string, name: string, existing: readonly string[], command: string): HubError {
  const known =
    existing.length > 0
      ? `there are: ${existing.join(', ')}`
      : `there is none yet; \`carillon ${command}\` makes one`;
  return new HubError('invalidRequest', `There is no ${what} named ${name}; ${known}.`);
}
