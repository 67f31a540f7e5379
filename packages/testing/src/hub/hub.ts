// A real hub for a test: SQLite in a temporary folder or PostgreSQL, a real socket on a free port, two apps and two users.
//   await using hub = await startHub();
//   await hub.request('POST', '/v1.0/me/notifications', { token: hub.token({ user: 'alice' }), body: post() });
// `clock: new ManualClock()` drives its time; `settings` are those of `carillon serve`, by name.
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { hashSecret } from '../../../hub/src/auth/provider/clients.ts';
import { signToken } from '../../../hub/src/auth/provider/exchange/mint-token.ts';
import { openSigningKeys } from '../../../hub/src/auth/provider/keys.ts';
import { readConfig } from '../../../hub/src/config/config.ts';
import type { SettingName } from '../../../hub/src/config/settings.ts';
import { type Hub, type HubOptions, openHub } from '../../../hub/src/hub/open-hub.ts';
import { type Clock, systemClock } from '../../../hub/src/lib/clock.ts';
import type { LocalUser, Registry } from '../../../hub/src/store/registry.ts';
import { openLog } from '../../../hub/src/telemetry/log.ts';
import { freePort } from '../machine/ports/free-port.ts';
import { passwordHash, tempFolder } from './identity.ts';
import { placeOf, type StoreName } from './store-place.ts';

export { freePort } from '../machine/ports/free-port.ts';
export { until } from '../machine/until.ts';
export { password } from './identity.ts';

export const hosts = { 'app-a': 'a.example', 'app-b': 'b.example' } as const;
export type TestApp = keyof typeof hosts;
export type TestUser = 'alice' | 'bob';
export const userNames = { alice: 'alice@contoso.example', bob: 'bob@contoso.example' } as const;
export const allScope = 'Notifications.ReadWrite';

const userIds = {
  alice: 'a11ce000-0000-4000-8000-000000000001',
  bob: 'b0b00000-0000-4000-8000-000000000002',
} as const;

export interface HubOverrides {
  readonly clock?: Clock;
  /** As `carillon serve` takes them; throttling is off unless it is named. */
  readonly settings?: Partial<Record<SettingName, string | string[] | boolean>>;
  /** Variables as `carillon serve` takes them, for what is no flag. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: SQLite, unless the test's process chose another. */
  readonly store?: StoreName;
  readonly feedStore?: HubOptions['feedStore'];
  readonly hostVerifier?: HubOptions['hostVerifier'];
  readonly push?: HubOptions['push'];
  readonly log?: HubOptions['log'];
  /** Opens this data again instead of a folder of its own, and leaves it there. */
  readonly dataDir?: string;
}

export interface TokenOptions {
  /** Without a user the token is the app's own. */
  readonly user?: TestUser | undefined;
  /** Default: app-a. */
  readonly app?: TestApp | undefined;
  /** Default: the app's own. */
  readonly client?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly audience?: string | undefined;
  readonly lifetimeSeconds?: number | undefined;
  readonly admin?: boolean | undefined;
  readonly operatorRead?: boolean | undefined;
}

export interface RequestOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Bytes and text are sent as they are, anything else as JSON; each with a content type unless one is given. */
  readonly body?: unknown;
}

/** Whatever the answer holds: `json` is undefined when it is not JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  readonly json: any;
}

export interface TestHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly registry: Registry;
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly userIds: typeof userIds;
  /** That of cursors, tickets and page tokens. */
  readonly sealKey: Buffer;
  token(options?: TokenOptions): string;
  request(method: string, path: string, options?: RequestOptions): Promise<Answered>;
  close(): Promise<void>;
}

export async function startHub(overrides: HubOverrides = {}): Promise<TestHub> {
  const { clock = systemClock, settings = {}, environment = {}, feedStore, hostVerifier, push } = overrides;
  const folder = overrides.dataDir ? { path: overrides.dataDir, remove: () => {} } : tempFolder();
  const port = String(settings.port ?? (await freePort()));
  const place = await placeOf(folder.path, overrides.store);
  const own = { throttle: 'off', 'log-level': 'silent', ...place.settings };
  const flags = { ...own, ...settings, port, 'data-dir': folder.path };
  const config = readConfig(flags, { ...place.environment, ...environment }, null);
  const log = overrides.log ?? openLog(config.logLevel);
  const hub = await openHub({
    ...{ config, log, clock },
    ...(feedStore ? { feedStore } : {}),
    ...(hostVerifier ? { hostVerifier } : {}),
    ...(push ? { push } : {}),
  });
  await seedHub(hub.registry);
  await hub.listen();
  const agent = new Agent({ keepAlive: true });
  const { registry } = hub;
  const keys = await openSigningKeys(registry);
  const known = await seededUsers(registry);
  const sealKey = Buffer.from((await registry.meta.read('seal-key')) ?? '', 'base64');
  const baseUrl = `http://127.0.0.1:${port}`;
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    agent.destroy();
    closing ??= hub.close().then(() => folder.remove());
    return closing;
  };
  return {
    hub,
    registry,
    baseUrl,
    dataDir: folder.path,
    clock,
    userIds,
    sealKey,
    token: ({ app = 'app-a', user, client, ...rest } = {}) =>
      signToken(keys, {
        clock,
        publicUrl: config.publicUrl,
        clientId: client ?? app,
        user: user ? known[user] : null,
        ...rest,
      }),
    request: (method, path, options) => send(`${baseUrl}${path}`, method, options, agent),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function seedHub({ apps, users }: Registry): Promise<void> {
  for (const [id, host] of Object.entries(hosts)) {
    const service = {
      clientId: id,
      public: false,
      secretHash: hashSecret(`secret of ${id}`),
      redirectUris: [],
    };
    const phone = {
      clientId: `${id}-phone`,
      public: true,
      secretHash: null,
      redirectUris: ['http://localhost/in'],
    };
    if (!apps.findById(id)) await apps.put({ id, hosts: [host], blocked: false, clients: [service, phone] });
  }
  for (const user of ['alice', 'bob'] as const) {
    if (!(await users.findByName(userNames[user]))) await users.put({ ...localUser(user), passwordHash });
  }
}

/** A folder that was there before may have them under other ids. */
async function seededUsers({ users }: Registry): Promise<Readonly<Record<TestUser, LocalUser>>> {
  const find = async (user: TestUser) => (await users.findByName(userNames[user])) ?? localUser(user);
  return { alice: await find('alice'), bob: await find('bob') };
}

function localUser(user: TestUser): LocalUser {
  return { id: userIds[user], name: userNames[user], passwordHash: '', operator: false };
}

/** One request over node:http, with the path and the headers exactly as given. */
export function send(
  url: string,
  method: string,
  { token, headers = {}, body }: RequestOptions = {},
  agent?: Agent,
): Promise<Answered> {
  const bytes = body === undefined ? null : bytesOf(body);
  const own = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const type = bytes === null ? {} : { 'content-type': 'application/json', 'content-length': bytes.length };
  const [, host = '', port = '', path = '/'] = /^http:\/\/([^:/]+):(\d+)(.*)$/.exec(url) ?? [];
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const options = { host, port, path, method, headers: { ...own, ...type, ...headers } };
  const request = httpRequest({ ...options, ...(agent ? { agent } : {}) }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const json =
        /[/+]json\b/.test(response.headers['content-type'] ?? '') && text ? JSON.parse(text) : undefined;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
    });
  });
  request.on('error', reject);
  request.end(bytes ?? undefined);
  return promise;
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Writes bytes to the hub's socket as they are, and answers everything that came back until it closed. */
export async function sendRaw(baseUrl: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.end(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** The smallest body that an app may post, and what the test wants different. */
export function post(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { targetHostName: hosts['app-a'], payload: { visualContent: { title: 'Lunch is ready' } }, ...more };
}

/** Registers an installed place and answers its UNS-ID. */
export async function subscribe(
  hub: TestHub,
  {
    token = hub.token({ user: 'alice' }),
    ...more
  }: Readonly<Record<string, unknown>> & { token?: string } = {},
): Promise<string> {
  const body = { targetHostName: hosts['app-a'], installationId: 'laptop', platformType: 'windows', ...more };
  const { status, json, text } = await hub.request('POST', '/v1.0/me/notificationSubscriptions', {
    token,
    body,
  });
  if (status !== 201 && status !== 200) throw new Error(`subscribing answered ${status}: ${text}`);
  return json.id as string;
}
