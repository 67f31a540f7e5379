// WNS against a simulated one and its devices, over the real transport.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Delivered,
  entraApp,
  openSimulator,
  rule,
  storeApp,
  toastsShown,
  type WnsApp,
  wnsProvider,
} from '@carillon/simulators';
import { startTransport } from '@carillon/testing/hub/transport.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { UserKey } from '../../src/model/principal.ts';
import type { AddressOf, Push, Tap } from '../../src/push/channels/contract.ts';
import { openWnsChannel } from '../../src/push/channels/wns/channel.ts';
import type { WnsCredentials } from '../../src/push/channels/wns/credentials.ts';
import { type WnsPush, wnsTag } from '../../src/push/channels/wns/payload.ts';
import {
  app,
  channelContract,
  identity,
  notificationId,
  type OpenedChannel,
  pages,
  pushOf,
} from './channel.ts';

type Address = AddressOf<'wns'>;

interface Toast {
  readonly texts: readonly string[];
  readonly attributes: { readonly launch: string };
}

const minute = 60_000;
const other = '0199d1f4-0000-7000-8000-000000000009';
const nasty = '<&> "quoted" \'too\' ]]> \u0001 Größe 漢字 👍';

interface Opening {
  readonly of?: WnsApp;
  /** Windows Phone takes DELETE, Windows does not. */
  readonly removable?: boolean;
  readonly accessTokenSeconds?: number;
  readonly allowPrivate?: boolean;
}

async function open({
  of = storeApp,
  removable = false,
  accessTokenSeconds,
  allowPrivate = true,
}: Opening = {}) {
  const clock = new ManualClock();
  const provider = wnsProvider(accessTokenSeconds === undefined ? {} : { accessTokenSeconds });
  const simulator = await openSimulator({ tls: null, clock, providers: [provider] });
  const transport = startTransport({ clock, allowPrivate });
  const tokenPath = of.tenant === null ? '/accesstoken.srf' : `/${of.tenant}/oauth2/v2.0/token`;
  const { clientId, clientSecret } = of;
  const good = { clientId, clientSecret, tokenUrl: simulator.url + tokenPath };
  const stored = new Map<string, WnsCredentials>([[app, good]]);
  const channel = openWnsChannel({
    transport,
    credentials: (whose) => stored.get(whose) ?? null,
    identity,
    pages,
    now: () => clock.now(),
  });
  const channelUri = provider.makeChannel({ origin: simulator.url, app: clientId, removable });
  const address: Address = { type: 'wns', channelUri };
  const send = (given: Partial<Push> = {}) => channel.send(pushOf({ address, clock }, given) as WnsPush);
  const opened: OpenedChannel = {
    channel,
    provider: 'wns',
    simulator,
    clock,
    address,
    secrets: [channelUri, clientId, clientSecret],
    credentials: {
      use(which) {
        if (which === 'missing') stored.clear();
        else stored.set(app, which === 'good' ? good : { ...good, clientSecret: 'wrong' });
      },
    },
    pushesClear: true,
    isBadge,
    tapIn: (push) => (isToast(push) ? JSON.parse(toastOf(push).attributes.launch) : push.payload) as Tap,
    visualIn(push) {
      if (!isToast(push)) return null;
      const [title, body] = toastOf(push).texts;
      return { title: title!, ...(body === undefined ? {} : { body }) };
    },
    identityOf: ({ headers }) => headers['x-wns-tag'],
    async [Symbol.asyncDispose]() {
      await channel.close();
      await transport.close();
      await simulator.close();
    },
  };
  const shown = () => toastsShown(simulator.delivered, { channelUri, now: clock.now() });
  return { ...opened, channel, wns: provider, stored, good, tokenPath, channelUri, send, shown };
}

function isToast({ headers }: Delivered): boolean {
  return headers['x-wns-type'] === 'wns/toast';
}

function isBadge({ headers }: Delivered): boolean {
  return headers['x-wns-type'] === 'wns/badge';
}

function toastOf({ payload }: Delivered): Toast {
  return payload as Toast;
}

function tagOf(name: string): string {
  return wnsTag({ app, user: 'alice' as UserKey, name });
}

const cleared = { kind: 'clear', visual: null, notification: null } as const;

channelContract('WNS of a Store app', () => open());
channelContract('WNS of an Entra app', () => open({ of: entraApp }));

describe('WNS: toasts', () => {
  test('any text arrives unharmed, but for what XML can not hold', async () => {
    await using opened = await open();
    await opened.send({ visual: { title: nasty, body: 'first\nsecond' } });
    const [toast] = opened.shown();
    assert.deepEqual(toastOf(toast!).texts, [nasty.replace('\u0001', ''), 'first\nsecond']);
    assert.equal(toast!.headers['x-wns-tag'], tagOf(notificationId));
    assert.equal(toast!.headers['x-wns-group'], tagOf('orders'));
  });

  test('a second push of a notification replaces its toast', async () => {
    await using opened = await open();
    await opened.send();
    await opened.send({ visual: { title: 'Newer' } });
    assert.deepEqual(
      opened.shown().map((toast) => toastOf(toast).texts),
      [['Newer']],
    );
  });

  test('a toast leaves the device when displayTimeToLive is over', async () => {
    await using opened = await open();
    const { notification } = pushOf(opened);
    await opened.send({ notification: { ...notification!, displayUntil: opened.clock.now() + 20_000 } });
    assert.equal(opened.shown().length, 1);
    opened.clock.advance(20_000);
    assert.equal(opened.shown().length, 0);
  });

  test('a device that is away gets its toast and its newest tap later', async () => {
    await using opened = await open();
    opened.wns.connect(opened.channelUri, 'disconnected');
    assert.equal((await opened.send()).verdict, 'accepted');
    assert.equal((await opened.send({ visual: null })).verdict, 'accepted');
  });
});

describe('WNS: a toast that may not pop up', () => {
  const quietly = { visual: { title: 'Quiet', interruptionLevel: 'passive' } } as const;

  test('is one request to a channel of Windows Phone', async () => {
    await using opened = await open({ removable: true });
    const { verdict, dropped } = await opened.send(quietly);
    assert.deepEqual([verdict, dropped], ['accepted', []]);
    assert.equal(opened.shown()[0]?.headers['x-wns-suppresspopup'], 'true');
  });

  test('pops up where its channel refuses that, which is said, and for a day it is not asked again', async () => {
    await using opened = await open();
    const { answers } = opened.simulator.stats.providers.wns;
    for (const refused of [1, 1]) {
      const { verdict, dropped } = await opened.send(quietly);
      assert.deepEqual([verdict, dropped, answers[400]], ['accepted', ['interruptionLevel'], refused]);
    }
    assert.equal(opened.shown()[0]?.headers['x-wns-suppresspopup'], undefined);
    opened.clock.advance(24 * 60 * minute);
    await opened.send(quietly);
    await opened.send(quietly);
    assert.equal(answers[400], 2);
  });

  test('that fails for another reason is not sent again', async () => {
    await using opened = await open();
    opened.wns.expire(opened.channelUri);
    assert.equal((await opened.send(quietly)).verdict, 'gone');
    assert.equal(opened.simulator.stats.providers.wns.answers[410], 1);
  });
});

describe('WNS: badges', () => {
  test('tell the unread count beside a toast and a state change, and not beside a tap', async () => {
    await using opened = await open();
    const badges = () => opened.simulator.delivered.filter(isBadge).map(({ payload }) => payload);
    await opened.send({ visual: null });
    assert.equal(badges().length, 0);
    await opened.send({ unreadCount: 7 });
    await opened.send({ ...cleared, close: [notificationId], unreadCount: 0 });
    const [shown, lowered] = badges() as { xml: string }[];
    assert.deepEqual([shown?.xml, lowered?.xml], ['<badge value="7"/>', '<badge value="0"/>']);
  });
});

describe('WNS: state changes', () => {
  test('a state change removes the toasts, and taps the app', async () => {
    await using opened = await open({ removable: true });
    const { notification } = pushOf(opened);
    await opened.send();
    await opened.send({ notification: { ...notification!, id: other } });
    assert.equal((await opened.send({ ...cleared, close: [notificationId] })).verdict, 'accepted');
    const tags = opened.shown().map(({ headers }) => headers['x-wns-tag']);
    assert.deepEqual(tags, [tagOf(other)]);
    const raw = opened.simulator.delivered.find(({ headers }) => headers['x-wns-type'] === 'wns/raw');
    assert.deepEqual(raw?.payload, { v: 1, kind: 'tap', unreadCount: 3, close: [notificationId] });
  });

  test('where toasts can not be removed the tap does, and removal is not tried all the time', async () => {
    await using opened = await open();
    const { answers } = opened.simulator.stats.providers.wns;
    const clear = () => opened.send({ ...cleared, close: [notificationId, other] });
    for (let at = 0; at < 3; at++) assert.equal((await clear()).verdict, 'accepted');
    // Each is a tap and a badge.
    assert.deepEqual([answers[405], opened.simulator.total], [2, 2 * 3]);
    opened.clock.advance(24 * 60 * minute);
    assert.equal((await clear()).verdict, 'accepted');
    assert.equal(answers[405], 4);
  });

  test('an expired channel is gone for a state change too', async () => {
    await using opened = await open({ removable: true });
    opened.wns.expire(opened.channelUri);
    assert.equal((await opened.send({ ...cleared, close: [notificationId] })).verdict, 'gone');
  });
});

describe('WNS: channels', () => {
  test('one of another app is refused, and only it', async () => {
    await using opened = await open();
    const channelUri = opened.wns.makeChannel({ origin: opened.simulator.url, app: entraApp.clientId });
    const { verdict, blame, reason } = await opened.send({ channel: { type: 'wns', channelUri } });
    assert.deepEqual([verdict, blame, reason], ['refused', 'credentials', 'channelOfAnotherApp']);
    assert.equal((await opened.send()).verdict, 'accepted');
  });

  test('one inside the network, or that is none, is refused', async () => {
    await using opened = await open({ allowPrivate: false });
    const inside = await opened.send();
    assert.deepEqual([inside.verdict, inside.blame, inside.reason], ['refused', 'address', 'privateAddress']);
    const none = await opened.send({ channel: { type: 'wns', channelUri: 'nonsense' } });
    assert.deepEqual([none.verdict, none.blame, none.status], ['refused', 'address', null]);
  });
});

describe('WNS: access tokens', () => {
  test('many pushes share one request for it, also when they start at once', async () => {
    await using opened = await open();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => opened.send()));
    assert.ok(outcomes.every(({ verdict }) => verdict === 'accepted'));
    // Each is a toast and a badge.
    assert.equal(opened.simulator.stats.providers.wns.requests, 2 * 5 + 1);
  });

  test('it is renewed five minutes before its end', async () => {
    await using opened = await open({ accessTokenSeconds: 20 * 60 });
    for (let at = 0; at < 5; at++) {
      assert.equal((await opened.send()).verdict, 'accepted');
      opened.clock.advance(14 * minute);
    }
    assert.equal(opened.simulator.stats.providers.wns.requests, 2 * 5 + 3);
  });

  test('one that WNS no longer takes is forgotten, and nobody is blamed until a new one fails too', async () => {
    await using opened = await open();
    await opened.send();
    opened.clock.advance(10 * minute);
    opened.wns.revokeTokens();
    const { verdict, blame, status } = await opened.send();
    assert.deepEqual([verdict, blame, status], ['retry', null, 401]);
    assert.equal((await opened.send()).verdict, 'accepted');
    opened.wns.revokeTokens();
    assert.equal((await opened.send()).blame, 'credentials');
  });

  test('a refusal names what OAuth calls it', async () => {
    await using opened = await open();
    opened.credentials?.use('wrong');
    assert.equal((await opened.send()).reason, 'token: invalid_client');
  });

  test('an endpoint that never answers ends the attempt, and the push was surely not sent', async () => {
    await using opened = await open();
    const { simulator, clock, tokenPath } = opened;
    simulator.script([rule('hang', { match: { path: tokenPath }, times: 1 })]);
    const sending = opened.send();
    await simulator.waitUntil(() => simulator.stats.providers.wns.answers.none === 1);
    clock.advance(minute);
    const { verdict, blame, reason, unanswered } = await sending;
    assert.deepEqual([verdict, blame, reason, unanswered], ['retry', 'provider', 'timeout', false]);
  });
});
