import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ApnsOptions,
  apnsProvider,
  type Delivered,
  makeApnsKey,
  openSimulator,
  rule,
} from '@carillon/simulators';
import { startTransport } from '@carillon/testing/hub/transport.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openApnsChannel } from '../../src/push/channels/apns/channel.ts';
import type { ApnsCredentials } from '../../src/push/channels/apns/credentials.ts';
import type { ApnsPush } from '../../src/push/channels/apns/payload.ts';
import type { Push, PushRequest, Tap } from '../../src/push/channels/contract.ts';
import { app, channelContract, identity, type OpenedChannel, pages, pushOf } from './channel.ts';

const topic = 'example.shop.phone';
const device = 'ab12'.repeat(16);
const address = { type: 'apns', token: device, topic, environment: 'production' } as const;
const key = makeApnsKey({ topics: [topic] });
const strangeKey = makeApnsKey({ topics: [topic] });

interface Payload {
  readonly aps: { readonly alert?: { readonly title: string; readonly body?: string } };
  readonly carillon: Tap;
}

function payloadOf({ payload }: Delivered): Payload {
  return payload as Payload;
}

async function open(options: Partial<ApnsOptions> = {}) {
  const clock = new ManualClock();
  const providers = [apnsProvider({ keys: [key], ...options })];
  const simulator = await openSimulator({ tls: null, clock, providers });
  const transport = startTransport({ clock });
  const stored = new Map<string, ApnsCredentials>();
  const skew = { ms: 0 };
  const channel = openApnsChannel({
    transport,
    credentials: (of) => stored.get(of) ?? null,
    identity,
    pages,
    now: () => clock.now() + skew.ms,
  });
  const use = (credentials: Partial<ApnsCredentials>, of = app) =>
    stored.set(of, { ...key, baseUrl: simulator.url, ...credentials });
  use(key);
  const send = (given: Partial<Push> = {}) => channel.send(pushOf({ address, clock }, given) as ApnsPush);
  const opened: OpenedChannel = {
    channel,
    provider: 'apns',
    simulator,
    clock,
    address,
    secrets: [device, key.privateKey, key.keyId],
    credentials: {
      use(which) {
        if (which === 'missing') stored.clear();
        else use(which === 'good' ? key : strangeKey);
      },
    },
    pushesClear: true,
    isBadge: ({ headers }) => headers['apns-collapse-id'] === 'carillon-badge',
    tapIn: (push) => payloadOf(push).carillon,
    visualIn: (push) => payloadOf(push).aps.alert ?? null,
    identityOf: ({ headers }) => headers['apns-collapse-id'],
    async [Symbol.asyncDispose]() {
      await channel.close();
      await transport.close();
      await simulator.close();
    },
  };
  return { ...opened, channel, skew, use, send };
}

channelContract('APNs', () => open());

describe('APNs: addresses', () => {
  test('a token that Apple has no use for ends the subscription', async () => {
    const at = Date.now() - 60_000;
    const devices = new Map([
      ['01'.repeat(32), { unregisteredAt: at }],
      ['03'.repeat(32), { environment: 'sandbox' as const }],
    ]);
    await using opened = await open({ devices });
    for (const token of [...devices.keys(), 'abcd']) {
      const outcome = await opened.send({ channel: { ...address, token } });
      assert.deepEqual([outcome.verdict, outcome.blame], ['gone', 'address'], token);
    }
  });

  test('a token of another topic is refused, and its address is kept', async () => {
    const token = '02'.repeat(32);
    await using opened = await open({ devices: new Map([[token, { topic: 'example.other' }]]) });
    const { verdict, blame, reason } = await opened.send({ channel: { ...address, token } });
    assert.deepEqual([verdict, blame, reason], ['refused', 'credentials', 'DeviceTokenNotForTopic']);
  });

  test('a topic that the key may not use is refused', async () => {
    await using opened = await open();
    const outcome = await opened.send({ channel: { ...address, topic: 'example.other' } });
    assert.deepEqual(
      [outcome.verdict, outcome.blame, outcome.reason],
      ['refused', 'credentials', 'TopicDisallowed'],
    );
  });

  test('a topic that can be no header is refused without a request', async () => {
    await using opened = await open();
    for (const broken of ['a\nb', 'é', 'a b']) {
      const outcome = await opened.send({ channel: { ...address, topic: broken } });
      assert.deepEqual([outcome.verdict, outcome.blame, outcome.status], ['refused', 'address', null]);
    }
    assert.equal(opened.simulator.stats.providers.apns.requests, 0);
  });

  test('too many requests to one device leave the others alone', async () => {
    await using opened = await open();
    opened.simulator.script([rule({ retryAfterSeconds: 5 }, { times: 1 })]);
    const outcome = await opened.send();
    assert.deepEqual([outcome.blame, outcome.reason], ['address', 'TooManyRequests']);
  });
});

describe('APNs: provider tokens', () => {
  test('one token serves all pushes, over HTTP/2', async () => {
    await using opened = await open();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => opened.send()));
    assert.deepEqual(new Set(outcomes.map(({ verdict }) => verdict)), new Set(['accepted']));
    assert.ok(opened.simulator.delivered.every(({ protocol }) => protocol === 'HTTP/2'));
  });

  test('apps of different teams push at the same time', async () => {
    await using opened = await open({ keys: [key, strangeKey] });
    opened.use(strangeKey, 'news');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => opened.send({ app: at % 2 ? app : 'news' })),
    );
    assert.deepEqual(new Set(outcomes.map(({ reason }) => reason)), new Set([null]));
  });

  test('a clock that is wrong is found out, and pushes go on once it is right', async () => {
    await using opened = await open();
    opened.skew.ms = -2 * 3_600_000;
    const late = await opened.send();
    assert.deepEqual(
      [late.verdict, late.blame, late.reason],
      ['retry', 'credentials', 'ExpiredProviderToken'],
    );
    opened.skew.ms = 0;
    assert.equal((await opened.send()).verdict, 'accepted');
    // Apple takes no other token of the same connection any sooner.
    opened.clock.advance(30 * 60_000);
    opened.skew.ms = 2 * 3_600_000;
    const early = await opened.send();
    assert.deepEqual([early.verdict, early.reason], ['retry', 'InvalidProviderToken']);
    opened.skew.ms = 0;
    assert.equal((await opened.send()).verdict, 'accepted');
  });

  test('a key for the sandbox alone pauses nobody, and the check says so', async () => {
    await using opened = await open({ keys: [{ ...key, environment: 'sandbox' }] });
    const outcome = await opened.send();
    assert.deepEqual([outcome.verdict, outcome.blame], ['retry', 'address']);
    const { ok, message } = await opened.channel.check(app)!;
    assert.ok(ok);
    assert.match(message, /not for production/);
  });

  test('what is no key is told without asking Apple', async () => {
    await using opened = await open();
    opened.use({ privateKey: 'nonsense' });
    assert.equal((await opened.send()).reason, 'privateKeyUnusable');
    assert.match((await opened.channel.check(app)!).message, /\.p8/);
    assert.equal(opened.simulator.stats.providers.apns.requests, 0);
  });

  test("without a base URL the host is Apple's, by the subscription's environment", async () => {
    const requests: PushRequest[] = [];
    const { baseUrl, ...credentials } = { ...key, baseUrl: undefined };
    const channel = openApnsChannel({
      transport: {
        async request(request) {
          requests.push(request);
          return { failure: 'connect', reason: 'ENETDOWN', unanswered: false };
        },
        async close() {},
      },
      credentials: () => credentials,
      identity,
      pages,
      now: () => 0,
    });
    for (const environment of ['production', 'sandbox'] as const) {
      const sent = { address: { ...address, environment }, clock: new ManualClock() };
      await channel.send(pushOf(sent) as ApnsPush);
    }
    assert.deepEqual(
      requests.map(({ url }) => url),
      [
        `https://api.push.apple.com/3/device/${device}`,
        `https://api.sandbox.push.apple.com/3/device/${device}`,
      ],
    );
    assert.ok(requests.every(({ trusted, http2Only }) => trusted && http2Only));
    await channel.close();
  });
});
