import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ApnsOptions,
  apnsProvider,
  type Delivered,
  makeApnsKey,
  openSimulator,
} from '@carillon/simulators';
import type { ApnsCredentials } from '../../src/model/credentials.ts';
import type { Push, PushRequest, Tap } from '../../src/push/channel.ts';
import { openApnsChannel } from '../../src/push/channels/apns/channel.ts';
import type { ApnsPush } from '../../src/push/channels/apns/message.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTransport } from '../support/transport.ts';
import { app, channelContract, type OpenedChannel } from './channel.ts';

const topic = 'example.shop.phone';
const device = 'ab12'.repeat(16);
const address = { type: 'apns', token: device, topic, environment: 'production' } as const;

interface Payload {
  readonly aps: { readonly alert?: { readonly title: string; readonly body?: string }; readonly badge?: number };
  readonly carillon: Tap;
}

function payloadOf({ payload }: Delivered): Payload {
  return payload as Payload;
}

const key = makeApnsKey({ topics: [topic] });
const unknownKey = makeApnsKey({ topics: [topic] });

async function open(options: Partial<ApnsOptions> = {}) {
  const clock = new ManualClock();
  const simulator = await openSimulator({
    tls: null,
    clock,
    providers: [apnsProvider({ keys: [key], ...options })],
  });
  const transport = startTransport({ clock });
  const requests: PushRequest[] = [];
  const good: ApnsCredentials = { ...key, baseUrl: simulator.url };
  let current: ApnsCredentials | null = good;
  const channel = openApnsChannel({
    transport: {
      ...transport,
      request: (request) => {
        requests.push(request);
        return transport.request(request);
      },
    },
    credentials: { find: (() => current) as never },
    now: () => clock.now(),
  });
  const opened: OpenedChannel<typeof address> = {
    channel: channel as never,
    provider: 'apns',
    simulator,
    clock,
    address,
    secrets: [device, key.privateKey, key.keyId],
    credentials: {
      use(which) {
        current = which === 'missing' ? null : which === 'good' ? good : { ...unknownKey, baseUrl: simulator.url };
      },
    },
    pushesClear: true,
    tapIn: (push) => payloadOf(push).carillon,
    visualIn: (push) => payloadOf(push).aps.alert ?? null,
    identityOf: ({ headers }) => headers['apns-collapse-id'],
    async [Symbol.asyncDispose]() {
      await channel.close();
      await transport.close();
      await simulator.close();
    },
  };
  return { ...opened, channel, requests, use: (next: Partial<ApnsCredentials>) => void (current = { ...good, ...next }) };
}

channelContract('APNs', async () => (await open()) as unknown as OpenedChannel);
