// Web Push against a simulated push service and its browsers, over the real transport.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSimulator, rule, webPushProvider } from '@carillon/simulators';
import { systemClock } from '../../src/lib/clock.ts';
import type { UserKey } from '../../src/model/principal.ts';
import { makeVapidKeys } from '../../src/model/vapid.ts';
import type { ChannelOf, Push } from '../../src/push/channel.ts';
import { openWebPushChannel } from '../../src/push/channels/webpush/channel.ts';
import { openTransport, type TransportOptions } from '../../src/push/transport.ts';
import { ManualClock } from '../support/manual-clock.ts';

type WebPushAddress = ChannelOf<'webPush'>;
type WebPush = Push<WebPushAddress>;

const id = '0199d1f4-0000-7000-8000-000000000001';
const day = 24 * 60 * 60 * 1000;

async function open(options: Partial<TransportOptions> = {}) {
  const provider = webPushProvider();
  const clock = new ManualClock();
  const simulator = await openSimulator({ tls: null, providers: [provider], clock });
  const transport = openTransport({ clock, allowPrivate: true, extraCa: null, ...options });
  const vapid = makeVapidKeys();
  const subject = 'mailto:ops@hub.example';
  const services = { transport, credentials: { find: () => null }, now: () => clock.now(), vapid, subject };
  const channel = openWebPushChannel(services);
  const subscribe = (applicationServerKey = vapid.publicKey): WebPushAddress => ({
    type: 'webPush',
    ...provider.subscribe({ origin: simulator.url, applicationServerKey }),
  });
  const address = subscribe();
  return {
    provider,
    simulator,
    clock,
    channel,
    address,
    subscribe,
    push: (given: Partial<WebPush> = {}): WebPush => ({
      kind: 'notify',
      app: 'app',
      user: 'user' as UserKey,
      channel: address,
      visual: { title: 'Größe', body: '漢字 👍' },
      notification: {
        id,
        groupName: null,
        priority: 'High',
        expires: clock.now() + 60_000,
        displayUntil: null,
      },
      unreadCount: 2,
      close: [],
      now: clock.now(),
      ...given,
    }),
    async [Symbol.asyncDispose]() {
      await channel.close();
      await transport.close();
      await simulator.close();
    },
  };
}

describe('Web Push', () => {
  test('the browser decrypts what was pushed, under its head', async () => {
    await using it = await open();
    const attempt = await it.channel.send(it.push());
    assert.deepEqual([attempt.verdict, attempt.status, attempt.truncated], ['accepted', 201, false]);
    const { payload, headers } = await it.simulator.waitFor(() => true);
    assert.deepEqual(payload, {
      v: 1,
      kind: 'visual',
      notificationId: id,
      title: 'Größe',
      body: '漢字 👍',
      tag: id,
      unreadCount: 2,
    });
    assert.deepEqual([headers.ttl, headers.urgency, headers.topic?.length], ['60', 'high', 32]);
  });

  test('what is too large arrives as a tap, within the limit', async () => {
    await using it = await open();
    const visual = { title: 'Long', body: 'b'.repeat(4096) };
    const { verdict, truncated } = await it.channel.send(it.push({ visual }));
    assert.deepEqual([verdict, truncated], ['accepted', true]);
    const { payload } = await it.simulator.waitFor(() => true);
    assert.deepEqual(payload, { v: 1, kind: 'tap', notificationId: id, unreadCount: 2 });
  });

  test('a state change is not pushed', async () => {
    await using it = await open();
    const { verdict, reason } = await it.channel.send(
      it.push({ kind: 'clear', visual: null, notification: null, close: [id] }),
    );
    assert.deepEqual(
      [verdict, reason, it.simulator.stats.providers.webpush.requests],
      ['refused', 'notPushed', 0],
    );
  });

  test('a subscription that was taken back is gone, and so is one that never was', async () => {
    await using it = await open();
    it.provider.expire(it.address.endpoint);
    assert.equal((await it.channel.send(it.push())).verdict, 'gone');
    const channel = { ...it.address, endpoint: `${it.simulator.url}/push/unknown` };
    assert.equal((await it.channel.send(it.push({ channel }))).verdict, 'gone');
  });

  test('a subscription for another VAPID key is refused, and only it', async () => {
    await using it = await open();
    const { verdict, blame, reason } = await it.channel.send(
      it.push({ channel: it.subscribe(makeVapidKeys().publicKey) }),
    );
    assert.deepEqual([verdict, blame, reason], ['refused', 'address', 'otherVapidKey']);
    assert.equal((await it.channel.send(it.push())).verdict, 'accepted');
  });

  test('one token serves many pushes, and a new one is made in time', async () => {
    await using it = await open();
    for (let at = 0; at < 8; at++) {
      assert.equal((await it.channel.send(it.push())).verdict, 'accepted');
      it.clock.advance(day / 6);
    }
  });

  test('throttling waits as long as the service says', async () => {
    await using it = await open();
    it.simulator.script([rule({ retryAfterSeconds: 7 }, { times: 1 })]);
    const { verdict, afterMs, status } = await it.channel.send(it.push());
    assert.deepEqual([verdict, afterMs, status], ['throttled', 7000, 429]);
  });

  test('a service that fails is tried again', async () => {
    await using it = await open();
    it.simulator.script([rule({ status: 503 }, { times: 1 })]);
    const { verdict, blame, unanswered } = await it.channel.send(it.push());
    assert.deepEqual([verdict, blame, unanswered], ['retry', 'provider', false]);
  });

  test('a lost answer is tried again, and told to be one', async () => {
    await using it = await open();
    it.simulator.script([rule('lost', { times: 1 })]);
    const { verdict, status, unanswered } = await it.channel.send(it.push());
    assert.deepEqual([verdict, status, unanswered], ['retry', null, true]);
    assert.equal(it.simulator.total, 1);
  });

  test('a service that never answers is given up', async () => {
    await using it = await open();
    it.simulator.script([rule('hang', { times: 1 })]);
    const sending = it.channel.send(it.push());
    await it.simulator.waitUntil(() => it.simulator.stats.providers.webpush.answers.none === 1);
    it.clock.advance(60_000);
    const { verdict, reason, unanswered } = await sending;
    assert.deepEqual([verdict, reason, unanswered], ['retry', 'timeout', true]);
  });

  test('an address inside the network, and one that is none, are refused without being asked', async () => {
    await using it = await open({ allowPrivate: false, clock: systemClock });
    const { verdict, blame, reason } = await it.channel.send(it.push());
    assert.deepEqual([verdict, blame, reason], ['refused', 'address', 'privateAddress']);
    const wrong = [
      { ...it.address, endpoint: 'nonsense' },
      { ...it.address, endpoint: 'data:x' },
      { ...it.address, keys: { p256dh: 'AAAA', auth: 'AAAA' } },
    ];
    for (const channel of wrong) {
      const refused = await it.channel.send(it.push({ channel }));
      assert.deepEqual([refused.verdict, refused.blame, refused.status], ['refused', 'address', null]);
    }
    assert.equal(it.simulator.stats.providers.webpush.requests, 0);
  });

  test('the description shows the request before it is encrypted, without address, keys and token', async () => {
    await using it = await open();
    const described = it.channel.describe(it.push());
    assert.equal((described.body as { title: string }).title, 'Größe');
    const text = JSON.stringify(described).toLowerCase();
    for (const secret of [it.address.endpoint, it.address.keys.p256dh, it.address.keys.auth, 'vapid']) {
      assert.ok(!text.includes(secret.toLowerCase()), secret);
    }
  });

  test('there are no credentials of an app to check', async () => {
    await using it = await open();
    assert.equal(it.channel.check('app'), null);
  });
});
