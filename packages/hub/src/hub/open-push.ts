// The push half of the hub, part of its composition: one transport, the channels over it, and the dispatcher that sends
// through them.
import { lookup } from 'node:dns';
import type { Config } from '../config/config.ts';
import type { Committer } from '../feed/commit.ts';
import type { Publisher } from '../feed/publish.ts';
import type { Clock } from '../lib/clock.ts';
import { random } from '../lib/random.ts';
import type { FanOut } from '../live/fan-out.ts';
import type { AppId } from '../model/app.ts';
import type { Credentials } from '../model/credentials.ts';
import { makeVapidKeys, type VapidKeys } from '../model/vapid.ts';
import { openPushAddresses, type PushAddresses } from '../operations/subscriptions/push-addresses.ts';
import type { OpenChannel, OpenChannels } from '../push/channels/channels.ts';
import { isRefusedByApple } from '../push/channels/contact.ts';
import type { AppPages } from '../push/channels/contract.ts';
import type { ChannelDescriptor, ChannelDescriptors } from '../push/channels/descriptor.ts';
import { openCredentialFaults } from '../push/dispatch/credential-faults.ts';
import { Dispatcher } from '../push/dispatch/dispatcher.ts';
import { openMassEndGuard } from '../push/dispatch/mass-end.ts';
import { UnresolvedNames } from '../push/dispatch/unresolved.ts';
import { resolvesPrivately } from '../push/transport/guard.ts';
import { openTransport } from '../push/transport/transport.ts';
import type { Registry } from '../store/registry.ts';
import type { FeedStore } from '../store/store.ts';
import { openFaultLog } from '../telemetry/fault-log.ts';
import type { Logger } from '../telemetry/log.ts';
import { noTracing, type Tracing } from './open-traces.ts';

/** A token and a push, one after the other, end within the lease of a claim. */
const requestTimeoutMs = 7000;
const vapidKey = 'vapid-keys';

/** Created once and kept: browsers subscribe with this key, and a new one would end every subscription. */
export async function vapidKeysOf({ meta }: Registry): Promise<VapidKeys> {
  return JSON.parse(await meta.readOrMake(vapidKey, () => JSON.stringify(makeVapidKeys())));
}

export interface PushBase {
  readonly config: Pick<
    Config,
    'allowPrivatePush' | 'findProxy' | 'pushCa' | 'pushContact' | 'pushGrace' | 'publicUrl'
  >;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly descriptors: ChannelDescriptors;
}

/** What is traced of pushes. */
type PushTracing = Pick<Tracing, 'channel' | 'transport'>;

export interface PushParts {
  readonly channels: OpenChannels;
  /** Whether the app may push through a channel at all. */
  readonly hasCredentials: (app: AppId, channel: ChannelDescriptor) => boolean;
  close(): Promise<void>;
}

/** What devices may register. */
export function openAddresses({
  config,
  descriptors,
}: Pick<PushBase, 'config' | 'descriptors'>): PushAddresses {
  return openPushAddresses({
    channels: descriptors,
    allowPrivate: config.allowPrivatePush,
    isPrivateName: (name) => resolvesPrivately(name, lookup),
  });
}

export async function openChannels(base: PushBase, tracing: PushTracing = noTracing): Promise<PushParts> {
  const { config, log, clock, registry, descriptors } = base;
  const { allowPrivatePush: allowPrivate, pushCa: extraCa, findProxy } = config;
  const contact = config.pushContact ?? config.publicUrl;
  const transport = tracing.transport(
    openTransport({ allowPrivate, extraCa, findProxy, clock, timeoutMs: requestTimeoutMs }),
  );
  const find = loggedSource(registry.credentials, log);
  const identity = { keys: await vapidKeysOf(registry), contact };
  const pages = openPages(base);
  const open = async (descriptor: ChannelDescriptor): Promise<OpenChannel> => {
    const credentials = (app: AppId) => find(app, descriptor.type);
    const services = { transport, credentials, identity, pages, now: () => clock.now() };
    return tracing.channel({ descriptor, channel: await descriptor.open(services) });
  };
  const opened = await Promise.all(descriptors.map(open));
  return {
    channels: new Map(opened.map((each) => [each.descriptor.type, each])),
    hasCredentials: (app, { type, credentials }) => credentials === null || find(app, type) !== null,
    async close() {
      await Promise.all(opened.map(({ channel }) => channel.close()));
      await transport.close();
    },
  };
}

/** An app without a page of its own leads to the inbox of the hub. */
function openPages({ config, registry }: Pick<PushBase, 'config' | 'registry'>): AppPages {
  const { apps } = registry;
  const inbox = `${config.publicUrl}/inbox`;
  return {
    linkTo: (app, notification) =>
      apps.findById(app)?.openUrl ?? (notification === undefined ? inbox : `${inbox}#${notification}`),
    tapTitle: (app) => apps.findById(app)?.tapTitle ?? null,
    clickAction: (app) => apps.findById(app)?.clickAction ?? null,
  };
}

type FindCredentials = (app: AppId, kind: string) => Credentials | null;

/** Credentials that can't be decrypted count as absent; the log says so once. */
function loggedSource(credentials: Registry['credentials'], log: Logger): FindCredentials {
  let told = '';
  return (app, kind) => {
    try {
      return credentials.find(app, kind);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== told) log.error({ app, kind }, `push credentials can not be read: ${message}`);
      told = message;
      return null;
    }
  };
}

/** Said once it serves: a start that fails says why, and nothing else. */
export function warnOfContact({ config, log }: Pick<PushBase, 'config' | 'log'>): void {
  const contact = config.pushContact ?? config.publicUrl;
  if (isRefusedByApple(contact))
    log.warn({ contact }, 'Apple refuses web pushes whose contact is not public: set --push-contact');
}

export interface PushLine {
  readonly store: FeedStore;
  readonly committer: Committer;
  readonly publisher: Publisher;
  readonly fanOut: FanOut;
  readonly channels: OpenChannels;
  /** How deliveries of what that app posted end is told by webhook. */
  readonly tellsEnds: (creator: AppId) => boolean;
}

export function openDispatcher(base: PushBase, line: PushLine): Dispatcher {
  const { config, clock, log, registry } = base;
  const { store, committer, publisher, fanOut, channels, tellsEnds } = line;
  const onFailure = openFaultLog(log, clock, 'a delivery could not be looked up or recorded');
  const { meta } = registry;
  const dispatcher = new Dispatcher({
    store,
    committer,
    channels,
    tellsEnds,
    clock,
    random,
    grace: config.pushGrace,
    listensLive: (user, subscription) => fanOut.isListening(user, subscription),
    onFailure,
    massEnd: openMassEndGuard({
      meta,
      read: store.read,
      clock,
      onStopped: (app, channel, count) =>
        log.error(
          { app, channel, count },
          'more than 1 % of the addresses were reported dead within an hour: no more of them end until an operator allows it, see doctor',
        ),
    }),
    credentialFaults: openCredentialFaults({ meta, clock, onFailure }),
    unresolved: new UnresolvedNames({ meta, clock, onFailure }),
  });
  publisher.dispatchTo((deliveries) => dispatcher.take(deliveries));
  return dispatcher;
}
