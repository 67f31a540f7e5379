// Web Push against a simulated push service and its browsers, over the real transport.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { type Delivered, openSimulator, webPushProvider } from '@carillon/simulators';
import { startTransport } from '@carillon/testing/hub/transport.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { makeVapidKeys } from '../../src/model/vapid.ts';
import type { AddressOf, Push, Tap } from '../../src/push/channels/contract.ts';
import { openWebPushChannel } from '../../src/push/channels/webpush/channel.ts';
import type { WebPush } from '../../src/push/channels/webpush/payload.ts';
import { channelContract, notificationId, type OpenedChannel, pages, pushOf } from './channel.ts';

type Address = AddressOf<'webPush'>;

/** What the worker reads, and what a browser shows by itself; a bare tap is the first alone. */
interface Payload {
  readonly carillon: Omit<Tap, 'kind'> & { readonly kind: 'tap' | 'visual' };
  readonly notification: { readonly title: string; readonly body?: string; readonly tag?: string } | null;
}

async function open({ allowPrivate = true } = {}) {
  const clock = new ManualClock();
  const provider = webPushProvider();
  const simulator = await openSimulator({ tls: null, clock, providers: [provider] });
  const transport = startTransport({ clock, allowPrivate });
  const vapid = makeVapidKeys();
  const channel = openWebPushChannel({
    transport,
    credentials: () => null,
    identity: { keys: vapid, contact: 'mailto:ops@hub.example' },
    pages,
    now: () => clock.now(),
  });
  const subscribe = (applicationServerKey = vapid.publicKey): Address => ({
    type: 'webPush',
    ...provider.subscribe({ origin: simulator.url, applicationServerKey }),
  });
  const address = subscribe();
  const send = (given: Partial<Push> = {}) => channel.send(pushOf({ address, clock }, given) as WebPush);
  const opened: OpenedChannel = {
    channel,
    provider: 'webpush',
    simulator,
    clock,
    address,
    secrets: [address.endpoint, address.keys.p256dh, address.keys.auth, vapid.publicKey],
    credentials: null,
    pushesClear: false,
    tapIn(push) {
      const { v, notificationId, unreadCount, close } = payloadOf(push).carillon;
      return {
        v,
        kind: 'tap',
        ...(notificationId ? { notificationId } : {}),
        unreadCount,
        ...(close ? { close } : {}),
      };
    },
    visualIn(push) {
      const { title, body } = payloadOf(push).notification ?? {};
      return title === undefined ? null : { title, ...(body === undefined ? {} : { body }) };
    },
    identityOf: ({ headers }) => headers.topic,
    async [Symbol.asyncDispose]() {
      await channel.close();
      await transport.close();
      await simulator.close();
    },
  };
  return { ...opened, channel, address, subscribe, send };
}

function payloadOf({ payload }: Delivered): Payload {
  const whole = payload as Payload & Payload['carillon'];
  return 'web_push' in whole ? whole : { carillon: whole, notification: null };
}

channelContract('Web Push', () => open());

describe('Web Push: subscriptions', () => {
  test('one for another VAPID key is refused, and only it', async () => {
    await using opened = await open();
    const { verdict, blame, reason } = await opened.send({
      channel: opened.subscribe(makeVapidKeys().publicKey),
    });
    assert.deepEqual([verdict, blame, reason], ['refused', 'address', 'otherVapidKey']);
    assert.equal((await opened.send()).verdict, 'accepted');
  });

  test('one that never was is gone', async () => {
    await using opened = await open();
    const endpoint = new URL('/push/unknown', opened.address.endpoint).href;
    assert.equal((await opened.send({ channel: { ...opened.address, endpoint } })).verdict, 'gone');
  });

  test('an address inside the network is refused without being asked', async () => {
    await using opened = await open({ allowPrivate: false });
    const { verdict, blame, reason } = await opened.send();
    assert.deepEqual([verdict, blame, reason], ['refused', 'address', 'privateAddress']);
    assert.equal(opened.simulator.stats.providers.webpush.requests, 0);
  });

  test('an endpoint or keys that are none are refused without being asked', async () => {
    await using opened = await open();
    const { address } = opened;
    const wrong = [
      { ...address, endpoint: 'nonsense' },
      { ...address, endpoint: 'data:x' },
      { ...address, keys: { ...address.keys, p256dh: 'AAAA' } },
      { ...address, keys: { ...address.keys, auth: 'AAAA' } },
    ];
    for (const channel of wrong) {
      const { verdict, blame, status } = await opened.send({ channel });
      assert.deepEqual([verdict, blame, status], ['refused', 'address', null]);
    }
    assert.equal(opened.simulator.stats.providers.webpush.requests, 0);
  });
});

describe('Web Push: messages', () => {
  test('the service worker gets the tag, and the service how long, how urgent and what it replaces', async () => {
    await using opened = await open();
    await opened.send();
    const [push] = opened.simulator.delivered;
    assert.equal(payloadOf(push!).notification?.tag, notificationId);
    assert.deepEqual(
      [push!.headers.ttl, push!.headers.urgency, push!.headers.topic?.length],
      ['600', 'high', 32],
    );
  });

  test('a state change is refused by its own reason', async () => {
    await using opened = await open();
    const { reason, blame, status } = await opened.send({ kind: 'clear', visual: null, notification: null });
    assert.deepEqual([reason, blame, status], ['notPushed', 'content', null]);
  });
});

describe('Web Push: answers that ask for another form', () => {
  /** A push service that gives this answer first; what it was asked. */
  async function raw(context: TestContext, answer: Readonly<Record<string, string | number>>) {
    const asked: { readonly ttl: unknown; readonly bytes: number; readonly cache: unknown }[] = [];
    const server = createServer((request, response) => {
      let bytes = 0;
      request.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      request.once('end', () => {
        const { ttl, 'x-wns-cache-policy': cache } = request.headers;
        asked.push({ ttl, bytes, cache });
        const { status, ...headers } = asked.length === 1 ? answer : { status: 201 };
        response.writeHead(Number(status), headers).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    return { asked, endpoint: `http://127.0.0.1:${port}/one` };
  }

  test('413: the push goes once more as a tap', async (context) => {
    await using opened = await open();
    const { asked, endpoint } = await raw(context, { status: 413 });
    const channel = { ...opened.address, endpoint };
    const visual = { title: 'Large', body: 'x'.repeat(3000) };
    const { verdict, truncated } = await opened.send({ channel, visual });
    assert.deepEqual([verdict, truncated, asked.length], ['accepted', true, 2]);
    assert.ok(asked[0]!.bytes > 3000 && asked[1]!.bytes < 500);
  });

  test('413 to a tap is refused, and not sent again', async (context) => {
    await using opened = await open();
    const { asked, endpoint } = await raw(context, { status: 413 });
    const { verdict, reason } = await opened.send({ channel: { ...opened.address, endpoint }, visual: null });
    assert.deepEqual([verdict, reason, asked.length], ['refused', 'tooLarge', 1]);
  });

  test('a TTL that Microsoft refuses is sent once more, longer and to be cached; 0 is never sent', async (context) => {
    await using opened = await open();
    const { asked, endpoint } = await raw(context, {
      status: 400,
      'x-wns-error-description': 'Ttl value conflicts with X-WNS-Cache-Policy.',
    });
    const { notification } = pushOf(opened);
    const { verdict } = await opened.send({
      channel: { ...opened.address, endpoint },
      notification: notification && { ...notification, expires: opened.clock.now() + 10, displayUntil: null },
    });
    assert.equal(verdict, 'accepted');
    assert.deepEqual(
      asked.map(({ ttl, cache }) => [ttl, cache]),
      [
        ['1', undefined],
        ['60', 'cache'],
      ],
    );
  });
});
