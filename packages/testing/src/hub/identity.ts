// A real embedded provider on a real socket: registry in a temporary folder, one app with a service and a phone client,
// two users. `browser` is fetch with a cookie jar, as far as signing in needs one.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccessAudit } from '../../../hub/src/auth/access-audit.ts';
import { consoleApp } from '../../../hub/src/auth/console-app.ts';
import { withOwnApps } from '../../../hub/src/auth/inbox-app.ts';
import { hashSecret } from '../../../hub/src/auth/provider/clients.ts';
import { type IdentityProvider, openProvider } from '../../../hub/src/auth/provider/open-provider.ts';
import { openPasswordTurns } from '../../../hub/src/auth/provider/sign-in/password-turns.ts';
import { type Clock, systemClock } from '../../../hub/src/lib/clock.ts';
import type { Registry } from '../../../hub/src/store/registry.ts';
import { openRegistry } from '../../../hub/src/store/sqlite/registry/registry.ts';

export const secret = 'a secret of the service';
export const password = 'correct horse';
/** Of that password, at today's cost: to make it takes 0.4 s of CPU, which each file and many a test would pay. */
export const passwordHash =
  'scrypt$131072$8$1$la1VEaiQ4JultruUBy0TaA$FxA0KHlRvOk3VQ5CcJ-u8G7jtTH3CvG4tpShgqMSX9o';
export const alice = 'alice@contoso.example';
export const operator = 'olga@contoso.example';
const redirectUri = 'http://localhost/signed-in';

export interface TestIdentity extends AsyncDisposable {
  readonly registry: Registry;
  readonly provider: IdentityProvider;
  readonly publicUrl: string;
  /** What the provider said went wrong inside; a passing test leaves it empty. */
  readonly failures: unknown[];
  /** Of a path below the issuer, without following redirects. */
  get(path: string): Promise<Response>;
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

export function tempFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'carillon-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function seed(registry: Registry): Promise<void> {
  await registry.apps.put({
    id: 'service',
    hosts: ['app.contoso.example'],
    blocked: false,
    clients: [
      { clientId: 'service', public: false, secretHash: hashSecret(secret), redirectUris: [] },
      {
        clientId: 'phone',
        public: true,
        secretHash: null,
        redirectUris: [redirectUri, 'https://page.contoso.example/in'],
      },
    ],
  });
  await registry.apps.put({
    id: 'other',
    hosts: [],
    blocked: false,
    clients: [{ clientId: 'other', public: false, secretHash: hashSecret(secret), redirectUris: [] }],
  });
  await registry.users.put({ id: randomUUID(), name: alice, passwordHash, operator: false });
  await registry.users.put({ id: randomUUID(), name: operator, passwordHash, operator: true });
}

export async function openIdentity({
  clock = systemClock,
  publicUrl,
}: {
  clock?: Clock;
  publicUrl?: string;
} = {}): Promise<TestIdentity> {
  const folder = tempFolder();
  const stored = await openRegistry(join(folder.path, 'registry.db'));
  await seed(stored);
  const server = createServer();
  await listen(server);
  const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry = withOwnApps(stored, [consoleApp(publicUrl ?? local)]);
  const failures: unknown[] = [];
  const log = { error: (details: object) => failures.push(details) };
  const onFailure = (error: unknown) => failures.push(error);
  const access = openAccessAudit({ audit: registry.audit, clock, onFailure });
  const provider = await openProvider({
    ...{ registry, publicUrl: publicUrl ?? local, clock, access, log },
    turns: openPasswordTurns(),
  });
  server.on('request', (request, response) => void provider.handle(request, response));
  return {
    registry,
    provider,
    publicUrl: publicUrl ?? local,
    failures,
    get: (path) => fetch(`${local}/identity${path}`, { redirect: 'manual' }),
    post: (path, form, headers = {}) =>
      fetch(`${local}/identity${path}`, { method: 'POST', body: new URLSearchParams(form), headers }),
    async [Symbol.asyncDispose]() {
      provider.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await access.close();
      await registry.close();
      folder.remove();
    },
  };
}

export function listen(server: Server | import('node:https').Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}

/** fetch with cookies, without following redirects. */
export function openBrowser() {
  const jar = new Map<string, { readonly value: string; readonly path: string }>();
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(url);
    const sent = [...jar].filter(([, cookie]) => pathname.startsWith(cookie.path));
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /; *path=([^;]+)/i.exec(line)?.[1] ?? '/';
      if (value === '') jar.delete(name);
      else jar.set(name, { value, path });
    }
    return response;
  };
}

export interface SignIn {
  readonly scope: string;
  readonly user?: string;
  /** Default: the one that test users are made with. */
  readonly password?: string;
  readonly clientId?: string;
  readonly redirectUri?: string;
  readonly more?: Record<string, string>;
  /** A browser that may have signed in before. */
  readonly browse?: ReturnType<typeof openBrowser>;
}

/** Walks the code flow with PKCE up to the redirect; answers where it led and the verifier. */
export async function signIn(
  identity: Pick<TestIdentity, 'publicUrl'>,
  { scope, user = alice, clientId = 'phone', ...rest }: SignIn,
) {
  const browse = rest.browse ?? openBrowser();
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: rest.redirectUri ?? redirectUri,
    scope,
    state: 'a state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...rest.more,
  });
  let response = await browse(`${identity.publicUrl}/identity/authorize?${query}`);
  let location = response.headers.get('location') ?? '';
  if (location.includes('/sign-in/')) {
    await browse(location);
    const body = new URLSearchParams({ name: user, password: rest.password ?? password });
    response = await browse(location, { method: 'POST', body });
    location = response.headers.get('location') ?? '';
    response = await browse(location);
    location = response.headers.get('location') ?? '';
  }
  return { response, location, verifier, browse, redirectUri: rest.redirectUri ?? redirectUri };
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: string;
  readonly error?: string;
  readonly error_description?: string;
}

/** The whole code flow: signs in and redeems the code. */
export async function tokensBySignIn(
  identity: Pick<TestIdentity, 'publicUrl' | 'post'>,
  options: SignIn,
): Promise<Tokens> {
  const { location, verifier, redirectUri: redirect } = await signIn(identity, options);
  const code = new URL(location).searchParams.get('code') ?? '';
  const response = await identity.post('/token', {
    grant_type: 'authorization_code',
    client_id: options.clientId ?? 'phone',
    code,
    code_verifier: verifier,
    redirect_uri: redirect,
    scope: options.scope,
  });
  return (await response.json()) as Tokens;
}

/** What `carillon app create --client ID --scope SCOPE` registers. */
export async function giveScopes(
  { registry }: TestIdentity,
  clientId: string,
  scopes: readonly string[] | undefined,
): Promise<void> {
  const app = registry.apps.findByClient(clientId);
  if (!app) throw new Error(`there is no client ${clientId}`);
  const clients = app.clients.map((each) => (each.clientId === clientId ? { ...each, scopes } : each));
  await registry.apps.put({ ...app, clients });
}

/** What a token says, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}
