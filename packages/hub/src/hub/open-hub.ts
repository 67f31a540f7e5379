// The composition of the whole service; this file reads like a table of contents. Only this folder imports concrete
// stores, buses and channels.

import { lookup as lookupAddress } from 'node:dns/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type AccessAudit, openAccessAudit } from '../auth/access-audit.ts';
import { type Identity, openAuthenticator } from '../auth/authenticate.ts';
import { appOfToken, openAuthorizer } from '../auth/authorize.ts';
import { openIssuers } from '../auth/issuers.ts';
import { issuerOf } from '../auth/provider/claims.ts';
import { openSigningKeys } from '../auth/provider/keys.ts';
import { openProvider } from '../auth/provider/open-provider.ts';
import { openPasswordTurns, type PasswordTurns } from '../auth/provider/sign-in/password-turns.ts';
import { openRevokedTokens } from '../auth/revoked-tokens.ts';
import { firstSecret, openSecrets } from '../auth/secrets.ts';
import { openTickets } from '../auth/tickets.ts';
import { openUnsIds } from '../auth/uns-id.ts';
import type { Config } from '../config/config.ts';
import { addDocuments } from '../edge/documents/route.ts';
import { openAddressReader } from '../edge/http/address.ts';
import { makeDevCertificate } from '../edge/http/dev-certificate.ts';
import { openHttp } from '../edge/http/http.ts';
import { type MetricsListener, openMetricsListener } from '../edge/http/metrics-listener.ts';
import { addProtectedResource } from '../edge/mcp/protected-resource.ts';
import { addAgentRoute } from '../edge/mcp/route.ts';
import { addHealth } from '../edge/pages/health.ts';
import { mountIdentity } from '../edge/pages/identity.ts';
import { addKeySet } from '../edge/pages/key-set.ts';
import { addMetrics } from '../edge/pages/metrics.ts';
import { addNotificationKeys } from '../edge/pages/notification-keys.ts';
import { commitLimits, openCommitter, sharedStoreLimits } from '../feed/commit.ts';
import { countLiving } from '../feed/count-living.ts';
import { openCursors } from '../feed/cursor.ts';
import { openSweeper, type Sweeper } from '../feed/expire.ts';
import { watchesDeliveries } from '../feed/plan/plan-webhooks.ts';
import { openPoster } from '../feed/post.ts';
import { openPublisher } from '../feed/publish.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { openFetch } from '../lib/outbound/fetch.ts';
import { random } from '../lib/random.ts';
import { ReferenceClock } from '../lib/reference-clock.ts';
import { openSeal } from '../lib/seal.ts';
import { readVersion } from '../lib/version.ts';
import { FanOut } from '../live/fan-out.ts';
import { Relay } from '../live/relay.ts';
import type { StreamSource } from '../live/stream.ts';
import { Waits } from '../live/waits.ts';
import { openNotificationIds } from '../model/user-shard.ts';
import type { HostVerifier } from '../operations/admin/hosts/host-verifier.ts';
import type { Services } from '../operations/kernel/call.ts';
import { openRunner, type Runner } from '../operations/kernel/run.ts';
import type { ChannelDescriptors } from '../push/channels/descriptor.ts';
import type { Dispatcher } from '../push/dispatch/dispatcher.ts';
import { openFetched } from '../push/fetched.ts';
import { readGeneration } from '../store/generation.ts';
import type { Registry } from '../store/registry.ts';
import type { FeedStore } from '../store/store.ts';
import { openFaultLog } from '../telemetry/fault-log.ts';
import type { Logger } from '../telemetry/log.ts';
import { openThrottle } from '../throttle/throttle.ts';
import { openWatches } from '../webhooks/watches.ts';
import { builtInChannels } from './channels.ts';
import { openAdminServices, openRedriving } from './open-admin.ts';
import { openBus } from './open-bus.ts';
import {
  builtInPlanner,
  followTime,
  lockData,
  openClockReport,
  openFeeds,
  openRegistry,
  protectData,
} from './open-data.ts';
import { addPages, checkProvider, embedsProvider, openPictures, withInboxOf } from './open-inbox.ts';
import { type Meters, openMeters, type Scrape } from './open-metrics.ts';
import { nameOfNode, type OpenedNodes, openNodes } from './open-nodes.ts';
import { openAddresses, openChannels, openDispatcher, vapidKeysOf, warnOfContact } from './open-push.ts';
import { openTracing, type Tracing } from './open-traces.ts';
import { openWebhooks } from './open-webhooks.ts';

export { openRegistry } from './open-data.ts';

export interface Hub {
  readonly app: FastifyInstance;
  readonly registry: Registry;
  readonly fanOut: FanOut;
  readonly waits: Waits;
  /** Null when this hub leaves pushes to another. */
  readonly dispatcher: Dispatcher | null;
  readonly sweeper: Sweeper;
  /** Where clients that must trust the development certificate find its CA. */
  readonly caPath: string | null;
  /** Where /metrics needs no token; null without a port of its own, and until it listens. */
  readonly metricsPort: number | null;
  listen(): Promise<void>;
  /** Sends `bye` to streams, finishes what was accepted, and closes the store. */
  close(): Promise<void>;
}

export interface HubOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Another feed store than SQLite, for a benchmark that measures everything but the store. */
  readonly feedStore?: FeedStore;
  /** False: deliveries are planned and wait in the store for a hub that serves. */
  readonly pushes?: boolean;
  /** Other push channels than the built-in ones, with the module that plans for them (as hub/plan-batch.ts does). */
  readonly push?: { readonly channels: ChannelDescriptors; readonly planner: URL };
  /** Verifies host names without the world's DNS, for tests. */
  readonly hostVerifier?: HostVerifier;
}

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
  const lock = lockData(config);
  closers.push(() => lock.release());
  const base = await openBase(options, closers);
  const line = await openLine(base, options, closers);
  const { nodes, ...seen } = openNodes(base, line, closers);
  const all = { ...line, ...seen, nodes };
  const edge = await openEdge(base, all, await openOperations(base, all, closers));
  closers.push(() => edge.close());
  let listened = false;
  let metrics: MetricsListener | null = null;
  closers.push(() => metrics?.close());
  closers.push(async () => {
    lock.withdraw();
    edge.refuseNewWork();
    nodes.drain();
    if (listened) await wait(base.clock, config.drainDelayMs);
    line.sweeper.close();
    line.waits.drain();
    line.fanOut.drain(random);
  });
  return {
    app: edge.app,
    registry: base.registry,
    fanOut: line.fanOut,
    waits: line.waits,
    dispatcher: line.dispatcher,
    sweeper: line.sweeper,
    caPath: edge.caPath,
    get metricsPort() {
      return metrics?.port ?? null;
    },
    async listen() {
      base.registry.startServing();
      await edge.app.listen({ port: config.port, host: await addressToListenAt(config.host) });
      listened = true;
      metrics = await listenForScrapes(config, edge.scrape);
      lock.announce(config.publicUrl);
      nodes.begin(nameOfNode(config, edge.app.server.address()));
      warnOfContact(base);
    },
    close: () => closeAll(closers),
  };
}

function listenForScrapes({ metricsListen }: Config, { write }: Scrape): Promise<MetricsListener> | null {
  return metricsListen && openMetricsListener({ ...metricsListen, write });
}

/** One address: for each of `localhost` Fastify would open a server, and the bounds on connections know of one server. */
async function addressToListenAt(host: string): Promise<string> {
  return host === 'localhost' ? (await lookupAddress(host)).address : host;
}

/** Lets balancers notice that it is not ready, before its streams reconnect to another node. */
async function wait(clock: Clock, delayMs: number): Promise<void> {
  if (delayMs > 0) await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
}

/** Closes all of them even when one fails; the first failure is thrown. */
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
  readonly access: AccessAudit;
  readonly passwordTurns: PasswordTurns;
  readonly hostVerifier: HostVerifier | undefined;
  readonly descriptors: ChannelDescriptors;
  readonly meters: Meters;
  readonly tracing: Tracing;
}

/** What everything else is opened with. */
async function openBase(options: HubOptions, closers: Closers): Promise<Base> {
  const { config } = options;
  const exposed = protectData(config);
  if (exposed.length > 0)
    options.log.warn(
      { exposed },
      'other users of this machine may read the data: give it to the user of the hub',
    );
  const registry = withInboxOf(config, await openRegistry(config, () => config.secretKey));
  closers.push(() => registry.close());
  await checkProvider(config, registry);
  const clock = options.clock ?? new ReferenceClock(systemClock);
  const onFailure = openFaultLog(options.log, clock, 'an entry of the audit could not be written');
  const access = openAccessAudit({ audit: registry.audit, clock, onFailure });
  closers.push(() => access.close());
  const descriptors = options.push?.channels ?? builtInChannels;
  const base: Base = {
    ...{ config, log: options.log, clock, registry, access, descriptors },
    ...{ passwordTurns: openPasswordTurns(), hostVerifier: options.hostVerifier },
    meters: openMeters(descriptors, clock),
    tracing: await openTracing(config),
  };
  closers.push(() => base.tracing.close());
  return base;
}

/** The line that data follows: commit, publish, live; and the timers that walk it from the left. */
async function openLine(base: Base, { feedStore, pushes = true, push }: HubOptions, closers: Closers) {
  const { config, log, clock, registry, meters, tracing } = base;
  const store = feedStore ?? (await openFeeds(config, push?.planner ?? builtInPlanner));
  closers.push(() => store.close());
  const timekeeping = clock instanceof ReferenceClock ? await followTime(clock, store, log) : null;
  closers.push(() => timekeeping?.stop());
  const read = countLiving({ read: store.read, clock, sweeper: () => sweeper });
  const onFailure = openFaultLog(log, clock, 'the store could not be written or read');
  const secret = await openSecrets('sealing', registry, clock);
  const ownIssuer = embedsProvider(config) ? issuerOf(config.publicUrl) : null;
  const revoked = openRevokedTokens(registry.revocations, ownIssuer);
  const cursors = openCursors(secret, await readGeneration(registry.meta));
  const bus = openBus(base, await firstSecret('sealing', registry.meta));
  closers.push(() => bus?.close());
  if (bus && !store.shared)
    log.warn('there is a bus, but the store is of this machine: no other node can share it');
  const present: StreamSource['present'] = (device) => void fetched.present(device);
  const fanOut = new FanOut({ read, cursors, clock, revoked, present });
  const waits = new Waits(clock);
  const relay =
    bus &&
    new Relay({
      ...{ bus, fanOut, waits, read, clock, onFailure, traced: tracing.changes },
      onForeign: meters.came,
    });
  closers.push(() => relay?.close());
  const publisher = openPublisher();
  publisher.follow((changes) => (relay ?? fanOut).follow(changes));
  publisher.follow((changes) => waits.follow(changes));
  meters.follow(publisher);
  tracing.follow(publisher);
  publisher.moveTo((heads) => (relay ?? fanOut).moved(heads));
  const hasRoom = (): boolean => dispatcher?.hasRoom ?? false;
  const limits = store.shared ? sharedStoreLimits : commitLimits;
  const watches = openWatches(registry.changeSubscriptions);
  const watched = () => watches.watches();
  const commits = meters.commits(tracing.commits(store), tracing.traceIdOf);
  const committer = openCommitter({
    ...{ store: commits, clock, publisher, limits, onFailure, hasRoom, watches: watched },
  });
  closers.push(() => committer.drain());
  const fetched = openFetched(committer, clock);
  const { channels, hasCredentials, close: closeChannels } = await openChannels(base, tracing);
  closers.push(closeChannels);
  const tellsEnds = (creator: string): boolean => watchesDeliveries(watches.watches(), creator);
  const pushing = { store, committer, publisher, fanOut, channels, tellsEnds };
  const dispatcher = pushes ? openDispatcher(base, pushing) : null;
  closers.push(() => dispatcher?.close());
  const unsIds = openUnsIds(secret);
  const telling = { store, committer, publisher, watches, unsIds, ownIssuer, tells: pushes };
  const webhooks = openWebhooks(base, telling);
  closers.push(() => webhooks.close());
  const sweeper = openSweeper({ read: store.read, committer, clock, onFailure });
  closers.push(() => sweeper.close());
  return {
    ...{ bus, store, read, secret, cursors, revoked, fetched, sweeper, fanOut, waits },
    committer: tracing.committer(committer),
    ...{ channels, hasCredentials, dispatcher, unsIds, webhooks },
  };
}

type Line = Awaited<ReturnType<typeof openLine>> & OpenedNodes;

/** Who calls, whether they may, and the verbs. */
async function openOperations(base: Base, line: Line, closers: Closers): Promise<Runner> {
  const { config, clock, registry, access } = base;
  const { secret, read, committer, cursors, channels, hasCredentials } = line;
  const signing = embedsProvider(config) ? await openSigningKeys(registry, clock) : null;
  const own = signing && { issuer: issuerOf(config.publicUrl), keys: () => signing.publicKeys };
  const issuers = openIssuers({ own, remote: config.issuers, fetch: openFetch(config.findProxy) });
  const tickets = openTickets({ secret, spent: registry.tickets, clock, revoked: line.revoked });
  closers.push(() => tickets.close());
  const pageTokens = openSeal(secret, 'page token');
  const redrives = openRedriving(base, line);
  const lastHour = base.meters.openLastHour(line);
  closers.push(redrives.close, lastHour.close);
  const services: Services = {
    ...{ redrives, lastHour, nodes: line.nodes, node: { version: readVersion(), startedAt: clock.now() } },
    ...{ clock, read, committer, cursors, channels, hasCredentials, tickets, pageTokens },
    ...{ dev: config.dev, storageBytesMax: config.storageBytesMax, exporting: new Set() },
    post: openPoster({
      ...{ committer, read, clock, storageBytesMax: config.storageBytesMax },
      onClockSet: openClockReport(base.log),
    }),
    fetched: line.fetched,
    waits: line.waits,
    pushAddresses: openAddresses(base),
    unsIds: line.unsIds,
    endpoints: line.webhooks.endpoints,
    webhooks: line.store.webhooks,
    newId: openNotificationIds(clock),
    pictures: openPictures(base),
    ...openAdminServices(base, secret),
  };
  const firstIssuer = own?.issuer ?? config.issuers[0] ?? null;
  const appOf = (identity: Identity): string | null =>
    appOfToken(registry.apps, firstIssuer, identity)?.id ?? null;
  const authenticator = openAuthenticator({
    issuers,
    audiences: config.audiences,
    publicUrl: config.publicUrl,
    clock,
    revoked: line.revoked,
  });
  const adminIssuer = config.adminIssuer ?? own?.issuer ?? null;
  const authorizer = openAuthorizer({ apps: registry.apps, adminIssuer, firstIssuer });
  const throttle = openThrottle({ perMinute: config.throttlePerMinute, clock, appOf, bus: line.bus });
  const { publicUrl } = config;
  const runner = openRunner({ authenticator, authorizer, throttle, access, services, publicUrl });
  return base.meters.runner(base.tracing.runner(runner));
}

/** HTTP, with the identity provider, health and pages beside the operations. */
async function openEdge(
  { config, log, clock, registry, access, passwordTurns: turns, meters }: Base,
  { webhooks, ...line }: Line,
  runner: Runner,
) {
  const { publicUrl } = config;
  const certificate =
    config.tls === 'dev' ? await makeDevCertificate(join(config.dataDir, 'tls'), clock) : null;
  const tls = certificate ?? (typeof config.tls === 'string' ? null : config.tls);
  const addressOf = openAddressReader(config.trustedProxies);
  const { committer, fanOut } = line;
  const edge = { runner, committer, clock, fanOut, publicUrl, addressOf, log, tls };
  const { app, connections, requestLog, unsent } = openHttp(edge);
  let draining = false;
  const { isStoreUp: isReady } = line;
  const scrape = meters.openScrape({ ...line, certificate: tls?.cert ?? null });
  addMetrics(app, { ...edge, connections, write: scrape.write });
  addHealth(app, { ready: async () => !draining && (await isReady()) });
  const issuers = embedsProvider(config) ? [issuerOf(publicUrl)] : config.issuers;
  addProtectedResource(app, { publicUrl, issuers });
  addAgentRoute(app, { ...edge, connections, unsent, version: readVersion() });
  addKeySet(app, () => webhooks.readKeys());
  addDocuments(app, publicUrl);
  addNotificationKeys(app, { publicUrl, key: (await vapidKeysOf(registry)).publicKey });
  addPages(app, config);
  const provider = embedsProvider(config)
    ? await openProvider({ registry, publicUrl, clock, access, turns, log })
    : null;
  if (provider) mountIdentity(app, provider, addressOf, requestLog);
  return {
    app,
    caPath: certificate?.caPath ?? null,
    scrape,
    refuseNewWork() {
      draining = true;
    },
    async close() {
      provider?.close();
      scrape.close();
      await connections.drain(() => app.close());
    },
  };
}
