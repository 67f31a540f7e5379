// The push half of the hub, part of its composition: one transport, the four channels over it, and the dispatcher that
// sends through them. Only here the concrete channels are known.
import type { Config } from '../config/config.ts';
import type { Committer } from '../feed/commit.ts';
import type { Publisher } from '../feed/publish.ts';
import type { Clock } from '../lib/clock.ts';
import { random } from '../lib/random.ts';
import type { FanOut } from '../live/fan-out.ts';
import type { ChannelType } from '../model/delivery.ts';
import { makeVapidKeys, type VapidKeys } from '../model/vapid.ts';
import { openApnsChannel } from '../push/channels/apns/channel.ts';
import type { ChannelServices, CredentialSource } from '../push/channels/contract.ts';
import { openFcmChannel } from '../push/channels/fcm/channel.ts';
import { openWebPushChannel } from '../push/channels/webpush/channel.ts';
import { openWnsChannel } from '../push/channels/wns/channel.ts';
import { Dispatcher } from '../push/dispatch/dispatcher.ts';
import type { Channels } from '../push/dispatch/send.ts';
import { openTransport } from '../push/transport/transport.ts';
import type { Registry } from '../store/registry.ts';
import type { FeedStore } from '../store/store.ts';
import type { Logger } from '../telemetry/log.ts';

/** A token and a push, one after the other, end within the lease of a claim. */
const requestTimeoutMs = 7000;
const vapidKey = 'vapid-keys';

/** Made once and kept: browsers subscribe to this key, and a subscription dies with it. */
export function vapidKeysOf({ meta }: Registry): VapidKeys {
  return JSON.parse(meta.readOrMake(vapidKey, () => JSON.stringify(makeVapidKeys()))) as VapidKeys;
}

export interface PushBase {
  readonly config: Pick<Config, 'allowPrivatePush' | 'pushCa' | 'pushGrace' | 'publicUrl'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

export interface OpenChannels {
  readonly channels: Channels;
  /** Whether the app may push through a channel at all. */
  readonly hasCredentials: (app: string, channel: ChannelType) => boolean;
  close(): Promise<void>;
}

export function openChannels({ config, log, clock, registry }: PushBase): OpenChannels {
  const { allowPrivatePush: allowPrivate, pushCa: extraCa, publicUrl } = config;
  const transport = openTransport({ allowPrivate, extraCa, clock, timeoutMs: requestTimeoutMs });
  const credentials = loggedSource(registry.credentials, log);
  const services: ChannelServices = { transport, credentials, now: () => clock.now() };
  const channels = {
    webPush: openWebPushChannel({ ...services, vapid: vapidKeysOf(registry), subject: publicUrl }),
    fcm: openFcmChannel(services),
    apns: openApnsChannel(services),
    wns: openWnsChannel(services),
  } as unknown as Channels;
  return {
    channels,
    hasCredentials: (app, channel) => channel === 'webPush' || credentials.find(app, channel) !== null,
    async close() {
      await Promise.all(Object.values(channels).map((channel) => channel.close()));
      await transport.close();
    },
  };
}

/** Credentials that can't be decrypted are none for a push; the operator learns of it once. */
function loggedSource(credentials: CredentialSource, log: Logger): CredentialSource {
  let told = '';
  return {
    find(app, kind) {
      try {
        return credentials.find(app, kind);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message !== told) log.error({ app, kind }, `push credentials can not be read: ${message}`);
        told = message;
        return null;
      }
    },
  };
}

export interface PushLine {
  readonly store: FeedStore;
  readonly committer: Committer;
  readonly publisher: Publisher;
  readonly fanOut: FanOut;
  readonly channels: Channels;
}

export function openDispatcher({ config, clock, log }: PushBase, line: PushLine): Dispatcher {
  const { store, committer, publisher, fanOut, channels } = line;
  const dispatcher = new Dispatcher({
    store,
    committer,
    channels,
    clock,
    random,
    grace: config.pushGrace,
    listensLive: (user, subscription) => fanOut.isListening(user, subscription),
    onFailure: (error) => log.error({ err: error }, 'a delivery could not be looked up or recorded'),
  });
  publisher.dispatchTo((deliveries) => dispatcher.take(deliveries));
  return dispatcher;
}
