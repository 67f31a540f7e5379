// WNS against a simulated one and its devices, over the real transport.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  entraApp,
  openSimulator,
  rule,
  storeApp,
  toastsShown,
  type WnsApp,
  wnsProvider,
} from '@carillon/simulators';
import type { WnsCredentials } from '../../src/model/credentials.ts';
import type { UserKey } from '../../src/model/principal.ts';
import { wnsTag } from '../../src/model/push-tag.ts';
import type { ChannelOf, CredentialSource, Push } from '../../src/push/channel.ts';
import { openWnsChannel } from '../../src/push/channels/wns/channel.ts';
import { openTransport, type TransportOptions } from '../../src/push/transport.ts';
import { ManualClock } from '../support/manual-clock.ts';

type WnsPush = Push<ChannelOf<'wns'>>;

const id = '0199d1f4-0000-7000-8000-000000000001';
const other = '0199d1f4-0000-7000-8000-000000000002';
const minute = 60_000;
const names = { app: 'app', user: 'user' as UserKey };
const nasty = '<&> "quoted" \'too\' ]]> \u0001 Größe 漢字 👍';

function storesOf(credentials: () => WnsCredentials | null): CredentialSource {
  return {
    find: ((_app: string, kind: string) =>
      kind === 'wns' ? credentials() : null) as CredentialSource['find'],
  };
}

interface Opening {
  readonly app?: WnsApp;
  readonly removable?: boolean;
  readonly accessTokenSeconds?: number;
  readonly transport?: Partial<TransportOptions>;
}

async function open({ app = storeApp, removable = true, accessTokenSeconds, transport: more }: Opening = {}) {
  const provider = wnsProvider(accessTokenSeconds === undefined ? {} : { accessTokenSeconds });
  const clock = new ManualClock();
  const simulator = await openSimulator({ tls: null, providers: [provider], clock });
  const transport = openTransport({ clock, allowPrivate: true, extraCa: null, ...more });
  const { clientId, clientSecret, tenant } = app;
  const path = tenant === null ? '/accesstoken.srf' : `/${tenant}/oauth2/v2.0/token`;
  const stored = { now: { clientId, clientSecret, tokenUrl: simulator.url + path } as WnsCredentials | null };
  const credentials = storesOf(() => stored.now);
  const channel = openWnsChannel({ transport, credentials, now: () => clock.now() });
  const channelUri = provider.makeChannel({ origin: simulator.url, app: clientId, removable });
  return {
    provider,
    simulator,
    clock,
    channel,
    stored,
    path,
    channelUri,
    shown: () => toastsShown(simulator.delivered, { channelUri, now: clock.now() }),
    push: (given: Partial<WnsPush> = {}): WnsPush => ({
      kind: 'notify',
      ...names,
      channel: { type: 'wns', channelUri },
      visual: { title: nasty, body: 'It leaves today' },
      notification: notification(id, clock.now()),
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

function notification(name: string, now: number): WnsPush['notification'] {
  return { id: name, groupName: 'orders', priority: 'High', expires: now + minute, displayUntil: null };
}

const cleared = { kind: 'clear', visual: null, notification: null } as const;

describe('WNS', () => {
  for (const app of [storeApp, entraApp]) {
    test(`a toast arrives well-formed with its text unharmed, for the app ${app.clientId}`, async () => {
      await using it = await open({ app });
      const { verdict, status, truncated } = await it.channel.send(it.push());
      assert.deepEqual([verdict, status, truncated], ['accepted', 200, false]);
      const [toast] = it.shown();
      const { texts, attributes } = toast!.payload as { texts: string[]; attributes: { launch: string } };
      assert.deepEqual(texts, [nasty.replace('\u0001', ''), 'It leaves today']);
      const tap = { v: 1, kind: 'tap', notificationId: id, unreadCount: 2 };
      assert.deepEqual(JSON.parse(attributes.launch), tap);
      assert.equal(toast!.headers['x-wns-tag'], wnsTag({ ...names, name: id }));
      assert.equal(toast!.headers['x-wns-group'], wnsTag({ ...names, name: 'orders' }));
    });
  }

  test('a second push of a notification replaces its toast', async () => {
    await using it = await open();
    await it.channel.send(it.push());
    await it.channel.send(it.push({ visual: { title: 'Newer' } }));
    assert.equal(it.shown().length, 1);
  });

  test('a toast leaves the device when displayTimeToLive is over', async () => {
    await using it = await open();
    const displayUntil = it.clock.now() + 20_000;
    await it.channel.send(it.push({ notification: { ...it.push().notification!, displayUntil } }));
    assert.equal(it.shown().length, 1);
    it.clock.advance(20_000);
    assert.equal(it.shown().length, 0);
  });

  test('what is too large arrives as a raw tap', async () => {
    await using it = await open();
    const { verdict, truncated } = await it.channel.send(
      it.push({ visual: { title: 'Escaped', body: '&'.repeat(4096) } }),
    );
    assert.deepEqual([verdict, truncated], ['accepted', true]);
    const [raw] = it.simulator.delivered;
    assert.equal(raw!.headers['x-wns-type'], 'wns/raw');
    assert.deepEqual(raw!.payload, { v: 1, kind: 'tap', notificationId: id, unreadCount: 2 });
  });

  test('a state change removes the toasts and taps the app', async () => {
    await using it = await open();
    await it.channel.send(it.push());
    await it.channel.send(it.push({ notification: notification(other, it.clock.now()) }));
    assert.equal((await it.channel.send(it.push({ ...cleared, close: [id] }))).verdict, 'accepted');
    const tags = it.shown().map(({ headers }) => headers['x-wns-tag']);
    assert.deepEqual(tags, [wnsTag({ ...names, name: other })]);
    const raw = it.simulator.delivered.find(({ headers }) => headers['x-wns-type'] === 'wns/raw');
    assert.deepEqual(raw?.payload, { v: 1, kind: 'tap', unreadCount: 2, close: [id] });
  });

  test('where toasts can not be removed the tap does, and removal is not tried all the time', async () => {
    await using it = await open({ removable: false });
    const { answers } = it.simulator.stats.providers.wns;
    const clear = it.push({ ...cleared, close: [id, other] });
    for (let at = 0; at < 3; at++) assert.equal((await it.channel.send(clear)).verdict, 'accepted');
    assert.deepEqual([answers[405], it.simulator.total], [2, 3]);
    it.clock.advance(24 * 60 * minute);
    assert.equal((await it.channel.send(clear)).verdict, 'accepted');
    assert.equal(answers[405], 4);
  });

  test('an expired channel is gone, for a state change too', async () => {
    await using it = await open();
    it.provider.expire(it.channelUri);
    assert.equal((await it.channel.send(it.push())).verdict, 'gone');
    assert.equal((await it.channel.send(it.push({ ...cleared, close: [id] }))).verdict, 'gone');
  });

  test('a channel of another app is refused, and only it', async () => {
    await using it = await open();
    const channelUri = it.provider.makeChannel({ origin: it.simulator.url, app: entraApp.clientId });
    const { verdict, blame } = await it.channel.send(it.push({ channel: { type: 'wns', channelUri } }));
    assert.deepEqual([verdict, blame], ['refused', 'address']);
  });

  test('a device that is away gets its toast and its newest tap later', async () => {
    await using it = await open();
    it.provider.connect(it.channelUri, 'disconnected');
    assert.equal((await it.channel.send(it.push())).verdict, 'accepted');
    assert.equal((await it.channel.send(it.push({ visual: null }))).verdict, 'accepted');
  });

  test('many pushes share one token request, also when they start at once', async () => {
    await using it = await open();
    const attempts = await Promise.all(Array.from({ length: 5 }, () => it.channel.send(it.push())));
    assert.ok(attempts.every(({ verdict }) => verdict === 'accepted'));
    assert.equal(it.simulator.stats.providers.wns.requests, 6);
  });

  test('a token is renewed before its end', async () => {
    await using it = await open({ accessTokenSeconds: 1200 });
    for (let at = 0; at < 5; at++) {
      assert.equal((await it.channel.send(it.push())).verdict, 'accepted');
      it.clock.advance(14 * minute);
    }
    assert.equal(it.simulator.stats.providers.wns.requests, 5 + 3);
  });

  test('a token that WNS no longer takes is forgotten, and nobody is blamed until a new one fails too', async () => {
    await using it = await open();
    await it.channel.send(it.push());
    it.clock.advance(10 * minute);
    it.provider.revokeTokens();
    const { verdict, blame, status } = await it.channel.send(it.push());
    assert.deepEqual([verdict, blame, status], ['retry', null, 401]);
    assert.equal((await it.channel.send(it.push())).verdict, 'accepted');
    it.provider.revokeTokens();
    assert.equal((await it.channel.send(it.push())).blame, 'credentials');
  });

  test('missing and wrong credentials are tried again, and the right ones count at once', async () => {
    await using it = await open();
    const right = it.stored.now!;
    it.stored.now = null;
    const missing = await it.channel.send(it.push());
    assert.deepEqual([missing.verdict, missing.blame], ['retry', 'credentials']);
    it.stored.now = { ...right, clientSecret: 'wrong' };
    const wrong = await it.channel.send(it.push());
    assert.deepEqual([wrong.verdict, wrong.blame], ['retry', 'credentials']);
    assert.equal(wrong.reason, 'token: invalid_client');
    it.stored.now = right;
    assert.equal((await it.channel.send(it.push())).verdict, 'accepted');
  });

  test('throttling waits as long as WNS says', async () => {
    await using it = await open();
    it.simulator.script([rule({ retryAfterSeconds: 7 }, { match: { address: it.channelUri }, times: 1 })]);
    const { verdict, afterMs, status } = await it.channel.send(it.push());
    assert.deepEqual([verdict, afterMs, status], ['throttled', 7000, 406]);
  });

  test('failures of WNS are tried again, with a lost answer told to be one', async () => {
    await using it = await open();
    const match = { address: it.channelUri };
    it.simulator.script([rule({ status: 500 }, { match, times: 1 }), rule('lost', { match, times: 1 })]);
    const failed = await it.channel.send(it.push());
    assert.deepEqual([failed.verdict, failed.blame, failed.unanswered], ['retry', 'provider', false]);
    const lost = await it.channel.send(it.push());
    assert.deepEqual([lost.verdict, lost.status, lost.unanswered], ['retry', null, true]);
  });

  test('when WNS or the token endpoint never answers, the attempt is given up', async () => {
    await using it = await open();
    const hangs = () => it.simulator.stats.providers.wns.answers.none ?? 0;
    for (const [match, unanswered] of [
      [{ path: it.path }, false],
      [{ address: it.channelUri }, true],
    ] as const) {
      it.simulator.script([rule('hang', { match, times: 1 })]);
      const before = hangs();
      const sending = it.channel.send(it.push());
      await it.simulator.waitUntil(() => hangs() > before);
      it.clock.advance(minute);
      const attempt = await sending;
      assert.deepEqual(
        [attempt.verdict, attempt.reason, attempt.unanswered],
        ['retry', 'timeout', unanswered],
      );
    }
  });

  test('an address inside the network, and one that is none, are refused', async () => {
    await using it = await open({ transport: { allowPrivate: false } });
    const inside = await it.channel.send(it.push());
    assert.deepEqual([inside.verdict, inside.blame, inside.reason], ['refused', 'address', 'privateAddress']);
    const none = await it.channel.send(it.push({ channel: { type: 'wns', channelUri: 'nonsense' } }));
    assert.deepEqual([none.verdict, none.blame], ['refused', 'address']);
  });

  test('a check asks for a token and says what to do', async () => {
    await using it = await open({ app: entraApp });
    const right = it.stored.now!;
    assert.equal((await it.channel.check('app'))?.ok, true);
    it.stored.now = { ...right, clientSecret: 'wrong' };
    const wrong = await it.channel.check('app');
    assert.deepEqual([wrong?.ok, /invalid_client/.test(wrong?.message ?? '')], [false, true]);
    it.stored.now = { ...right, tokenUrl: 'http://127.0.0.1:9/token' };
    assert.match((await it.channel.check('app'))?.message ?? '', /could not be asked/);
    it.stored.now = null;
    assert.match((await it.channel.check('app'))?.message ?? '', /PUT \/admin\/apps\/app\/channels\/wns/);
  });

  test('the description shows toast and tap, without address and token', async () => {
    await using it = await open();
    await it.channel.send(it.push());
    const toast = it.channel.describe(it.push());
    assert.match(String(toast.body), /^<toast /);
    assert.deepEqual((it.channel.describe(it.push({ visual: null })).body as { kind: string }).kind, 'tap');
    const text = JSON.stringify(toast).toLowerCase();
    for (const secret of [it.channelUri, it.stored.now!.clientSecret, 'bearer']) {
      assert.ok(!text.includes(secret.toLowerCase()), secret);
    }
  });
});
