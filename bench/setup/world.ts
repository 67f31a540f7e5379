// Who the loads speak for: apps and their users, with tokens. The registry is made once a run, and each hub gets
// a data folder with a copy of it, so all of them believe the same tokens.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delegatedClaims, issuerOf } from '../../packages/hub/src/auth/provider/claims.ts';
import { openSigningKeys, type SigningKeys } from '../../packages/hub/src/auth/provider/keys.ts';
import { adminScope, createdByAppScope } from '../../packages/hub/src/auth/scope-names.ts';
import { openRegistry } from '../../packages/hub/src/hub/open-hub.ts';

/** Fixed, whatever the port, since tokens name it. */
export const publicUrl = 'http://hub.bench.example';
export const issuer = issuerOf(publicUrl);
/** Most loads speak for the first. */
export const apps = Array.from({ length: 10 }, (_, index) =>
  index === 0
    ? { id: 'bench-app', host: 'graphnotifications.sample.windows.com' }
    : { id: `bench-app-${index}`, host: `app-${index}.bench.example` },
) as [BenchApp, ...BenchApp[]];
export const { id: appId, host: hostName } = apps[0];
const tokenSeconds = 6 * 3600;

export interface BenchApp {
  readonly id: string;
  readonly host: string;
}

export interface BenchUser {
  /** Whose token it is. */
  readonly app: BenchApp;
  readonly subject: string;
  readonly name: string;
  readonly token: string;
}

const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const template = join(folder, 'template');
const signingKeys = await registerApps();
const made = new Map<BenchApp, BenchUser[]>();
let dataDirs = 0;

/** A folder for a hub of its own, removed when the run ends. */
export function makeDataDir(): string {
  const dataDir = join(folder, `data-${++dataDirs}`);
  mkdirSync(dataDir, { mode: 0o700 });
  copyFileSync(join(template, 'registry.db'), join(dataDir, 'registry.db'));
  return dataDir;
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
}

/** As `carillon app create` does; closing the registry folds its log into the one file. */
async function registerApps(): Promise<SigningKeys> {
  const registry = await openRegistry({ dataDir: template });
  for (const { id, host } of apps) {
    const client = { clientId: id, public: false, secretHash: null, redirectUris: [] };
    await registry.apps.put({ id, hosts: [host], clients: [client], blocked: false });
  }
  const keys = await openSigningKeys(registry);
  // Hubs that share it are nodes of one cluster.
  await registry.meta.readOrMake('seal-key', () => randomBytes(32).toString('base64'));
  await registry.close();
  return keys;
}

/** The first `count` users of an app, the same all through a run. Their tokens are signed here, as `carillon token` would. */
export function users(count: number, app: BenchApp = apps[0]): readonly BenchUser[] {
  const before = made.get(app) ?? [];
  if (before.length >= count) return before.slice(0, count);
  const now = Math.floor(Date.now() / 1000);
  const shared = { iss: issuer, aud: publicUrl, iat: now, exp: now + tokenSeconds };
  const more = Array.from({ length: count - before.length }, (_, index) => {
    const name = `user${before.length + index}${app === apps[0] ? '' : `.${app.id}`}@contoso.example`;
    const user = { id: subjectOf(name), name, passwordHash: '', operator: false };
    const claims = { ...shared, jti: randomUUID(), ...delegatedClaims(user, app.id, [createdByAppScope]) };
    return { app, subject: user.id, name, token: signingKeys.sign(claims) };
  });
  const all = [...before, ...more];
  made.set(app, all);
  return all;
}

/** Of an operator who may do all. */
export function operatorToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const operator = {
    id: 'bench-operator',
    name: 'operator@contoso.example',
    passwordHash: '',
    operator: true,
  };
  return signingKeys.sign({
    ...{ iss: issuer, aud: publicUrl, iat: now, exp: now + tokenSeconds, jti: randomUUID() },
    ...delegatedClaims(operator, appId, [adminScope]),
  });
}

function subjectOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
