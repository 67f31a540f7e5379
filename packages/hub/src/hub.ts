// The whole running service, put together: this file reads like a table of contents, and is the only one that knows
// which store is behind the contract.

import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openAuthenticator } from './auth/authenticate.ts';
import { openAuthorizer } from './auth/authorize.ts';
import { openIssuers } from './auth/issuers.ts';
import { openSigningKeys } from './auth/provider/keys.ts';
import { issuerOf, openProvider } from './auth/provider/open-provider.ts';
import { openTickets } from './auth/tickets.ts';
import { openUnsIds } from './auth/uns-id.ts';
import { type Config, ConfigError, problemWith } from './config.ts';
import { openAddressReader } from './edge/address.ts';
import { trackConnections } from './edge/connections.ts';
import { makeDevCertificate } from './edge/dev-certificate.ts';
import { addHealth } from './edge/health.ts';
import { openHttp } from './edge/http.ts';
import { mountIdentity } from './edge/identity.ts';
import { addWeb } from './edge/web.ts';
import { openCommitter } from './feed/commit.ts';
import { openCursors } from './feed/cursor.ts';
import { openSweeper } from './feed/expire.ts';
import { openPublisher } from './feed/publish.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { openUuidSource } from './lib/ids.ts';
import { random } from './lib/random.ts';
import { openSeal } from './lib/seal.ts';
import { FanOut } from './live/fan-out.ts';
import type { Services } from './operations/call.ts';
import { openRunner, type Runner } from './operations/run.ts';
import { openThrottle } from './operations/throttle.ts';
import type { Registry } from './store/registry.ts';
import { openFeedStore } from './store/sqlite/feed-store.ts';
import { type DataLock, type Serving, takeLock } from './store/sqlite/lock.ts';
import { openRegistry as openSqliteRegistry } from './store/sqlite/registry.ts';
import type { FeedStore } from './store/store.ts';
import type { Logger } from './telemetry/log.ts';

export interface Hub {
  readonly app: FastifyInstance;
  readonly registry: Registry;
  readonly fanOut: FanOut;
  /** Where clients that must trust the development certificate find its CA. */
  readonly caPath: string | null;
  listen(): Promise<void>;
  /** Says goodbye to streams, finishes what was accepted, and closes the store. */
  close(): Promise<void>;
}

export interface HubOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Another feed store than SQLite, for a benchmark that measures everything but the store. */
  readonly feedStore?: FeedStore;
}

const planner = new URL(
  import.meta.url.endsWith('.ts') ? './feed/plan.ts' : './feed/plan.js',
  import.meta.url,
);
/** What is open, closed last in first out: at the end, and when a later step of opening fails. */
type Closers = (() => void | Promise<void>)[];

export async function openHub(options: HubOptions): Promise<Hub> {
  const closers: Closers = [];
  try {
    return await open(options, closers);
  } catch (error) {
    await closeAll(closers).catch(() => {}); // what failed first is what matters
    throw error;
  }
}

async function open(options: HubOptions, closers: Closers): Promise<Hub> {
  const { config } = options;
  const lock = lockData(config.dataDir);
  closers.push(() => lock.release());
  const registry = openRegistry(config.dataDir);
  closers.push(() => registry.close());
  const base: Base = { config, log: options.log, clock: options.clock ?? systemClock, registry };
  const line = await openLine(base, options.feedStore, closers);
  const runner = openOperations(base, line);
  const edge = await openEdge(base, line, runner);
  closers.push(() => edge.close());
  closers.push(() => {
    lock.withdraw();
    edge.refuseNewWork();
    line.sweeper.close();
    line.fanOut.drain(random);
  });
  return {
    app: edge.app,
    registry,
    fanOut: line.fanOut,
    caPath: edge.caPath,
    async listen() {
      await edge.app.listen({ port: config.port, host: config.host });
      lock.announce(config.publicUrl);
    },
    close: () => closeAll(closers),
  };
}

/** All of them, whatever becomes of one; the first failure is the answer. */
async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

interface Base {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

/** The line that data follows: commit, publish, live; and the timers that walk it from the left. */
async function openLine(
  { config, log, clock, registry }: Base,
  given: FeedStore | undefined,
  closers: Closers,
) {
  const path = join(config.dataDir, 'feed.db');
  const store =
    given ?? (await openFeedStore({ path, planner }).catch((error: unknown) => refuseFile(path, error)));
  closers.push(() => store.close());
  const { read } = store;
  const onFailure = (error: unknown): void =>
    log.error({ err: error }, 'the store could not be written or read');
  const secret = Buffer.from(registry.meta.readOrMake('seal-key', newSealKey), 'base64');
  const cursors = openCursors(secret, Number(registry.meta.readOrMake('generation', () => '1')));
  const publisher = openPublisher();
  const committer = openCommitter({ store, clock, publisher, onFailure });
  closers.push(() => committer.drain());
  const sweeper = openSweeper({ read, committer, clock, onFailure });
  closers.push(() => sweeper.close());
  const fanOut = new FanOut({ read, cursors, clock });
  publisher.follow((changes) => fanOut.follow(changes));
  return { store, read, secret, cursors, committer, sweeper, fanOut };
}

type Line = Awaited<ReturnType<typeof openLine>>;

/** Who calls, whether they may, and the verbs. */
function openOperations({ config, clock, registry }: Base, line: Line): Runner {
  const { secret, read, committer, cursors } = line;
  const signing = embedsProvider(config) ? openSigningKeys(registry.meta) : null;
  const own = signing && { issuer: issuerOf(config.publicUrl), keys: () => signing.publicKeys };
  const issuers = openIssuers({ own, remote: config.issuers });
  const tickets = openTickets(secret, registry.tickets, clock);
  const pageTokens = openSeal(secret, 'page token');
  const { allowPrivatePush } = config;
  const services: Services = {
    ...{ clock, read, committer, cursors, tickets, pageTokens, allowPrivatePush },
    unsIds: openUnsIds(secret),
    newId: openUuidSource(clock),
  };
  const appOf = (clientId: string): string => registry.apps.findByClient(clientId)?.id ?? clientId;
  return openRunner({
    authenticator: openAuthenticator({ issuers, audiences: config.audiences, clock }),
    authorizer: openAuthorizer({
      apps: registry.apps,
      adminIssuer: config.adminIssuer ?? own?.issuer ?? null,
    }),
    throttle: openThrottle({ perMinute: config.throttlePerMinute, clock, appOf }),
    services,
  });
}

/** HTTP, with the identity provider, health and pages beside the operations. */
async function openEdge({ config, log, clock, registry }: Base, { read, fanOut }: Line, runner: Runner) {
  const { publicUrl } = config;
  const certificate =
    config.tls === 'dev' ? await makeDevCertificate(join(config.dataDir, 'tls'), clock) : null;
  const tls = certificate ?? (typeof config.tls === 'string' ? null : config.tls);
  const addressOf = openAddressReader(config.trustedProxies);
  const app = openHttp({ runner, fanOut, publicUrl, addressOf, log, tls });
  const connections = trackConnections(app.server);
  let draining = false;
  addHealth(app, { ready: async () => !draining && (await isReadable(read, clock)) });
  addWeb(app, publicUrl);
  if (embedsProvider(config))
    mountIdentity(app, openProvider({ registry, publicUrl, clock, log }), addressOf);
  return {
    app,
    caPath: certificate?.caPath ?? null,
    refuseNewWork() {
      draining = true;
    },
    close: () => connections.drain(() => app.close()),
  };
}

function embedsProvider({ issuers }: Config): boolean {
  return issuers.length === 0;
}

function newSealKey(): string {
  return randomBytes(32).toString('base64');
}

export function openRegistry(dataDir: string): Registry {
  makeDataDir(dataDir);
  const path = join(dataDir, 'registry.db');
  try {
    return openSqliteRegistry(path);
  } catch (error) {
    return refuseFile(path, error);
  }
}

/** The hub that serves this data now, or null; waits for those who hold it without serving. */
export function servingHub(dataDir: string): Serving | null {
  const taken = take(dataDir);
  if (!('release' in taken)) return taken;
  taken.release();
  return null;
}

function lockData(dataDir: string): DataLock {
  const taken = take(dataDir);
  if ('release' in taken) return taken;
  const message = `another hub (process ${taken.processId}) already serves the data in ${dataDir}`;
  throw unusableData(`${message}: stop it, or choose another folder`);
}

function take(dataDir: string): DataLock | Serving {
  makeDataDir(dataDir);
  const path = join(dataDir, 'hub.lock');
  let taken: ReturnType<typeof takeLock>;
  try {
    taken = takeLock(dataDir);
  } catch (error) {
    return refuseFile(path, error);
  }
  if (taken) return taken;
  throw unusableData(`another process holds ${path}, and does not serve: wait until it ends, or stop it`);
}

/** Step by step: Node's own recursive mkdir never ends below a folder like /proc that takes none. */
function makeDataDir(dataDir: string): void {
  const make = (folder: string): void => {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
    if (dirname(folder) !== folder) make(dirname(folder));
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
    }
  };
  try {
    make(resolve(dataDir));
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusableData(`${dataDir} is no folder that can be made or written: ${(error as Error).message}`);
  }
}

/** A file that is no database is a matter of configuration; the operator must know which one it is. */
function refuseFile(path: string, error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const unusable =
    /file is not a database|image is malformed|unable to open database|EISDIR|EACCES|ENOTDIR/.test(message);
  if (!unusable) throw error;
  throw unusableData(
    `${path} can not be opened as a database: ${message}: move it away, or restore a backup`,
  );
}

function unusableData(what: string): ConfigError {
  return new ConfigError([problemWith('data-dir', what)]);
}

async function isReadable(read: FeedStore['read'], clock: Clock): Promise<boolean> {
  try {
    await read.dueExpirations(clock.now(), 1);
    return true;
  } catch {
    return false;
  }
}
