// The contract of a push channel, for every provider: the real channel over the real transport, against the simulated
// provider that is as strict as the real one. `open` gives one channel with an address that its provider takes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Channel, VisualContent } from '@carillon/protocol';
import {
  type Delivered,
  type ProviderName,
  rule,
  type Outcome as Scripted,
  type Simulator,
} from '@carillon/simulators';
import type { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { UserKey } from '../../src/model/principal.ts';
import { makeVapidKeys } from '../../src/model/vapid.ts';
import type {
  AppPages,
  HubIdentity,
  Outcome,
  Push,
  PushChannel,
  Tap,
} from '../../src/push/channels/contract.ts';

export interface OpenedChannel extends AsyncDisposable {
  readonly channel: PushChannel;
  readonly provider: ProviderName;
  readonly simulator: Simulator;
  /** Of the channel, its transport and the simulator. */
  readonly clock: ManualClock;
  readonly address: Channel;
  /** Texts that only the device and the hub may know, such as its token. */
  readonly secrets: readonly string[];
  /** Null for a channel that needs none. */
  readonly credentials: { use(which: 'good' | 'wrong' | 'missing'): void } | null;
  /** False where a state change is not pushed by itself. */
  readonly pushesClear: boolean;
  /** As the device reads it; every push carries one, also a visual one. */
  tapIn(push: Delivered): Tap;
  /** What the device shows; null for a bare tap. */
  visualIn(push: Delivered): VisualContent | null;
  /** It lowers the badge beside the tap of a state change; absent where no platform needs that. */
  isBadge?(push: Delivered): boolean;
  /** What makes a second copy take the place of the first on the device. */
  identityOf(push: Delivered): unknown;
}

export const app = 'shop';
/** For channels that name the hub by no key. */
export const identity: HubIdentity = { keys: makeVapidKeys(), contact: 'mailto:ops@hub.example' };
/** Of an app that has set nothing. */
export const pages: AppPages = {
  linkTo: (_app, id) => `https://hub.example/inbox${id ? `#${id}` : ''}`,
  tapTitle: () => null,
  clickAction: () => null,
};
export const notificationId = '0199d1f4-0000-7000-8000-000000000001';
const closed = ['0199d1f4-0000-7000-8000-000000000002', '0199d1f4-0000-7000-8000-000000000003'];
const visual = { title: 'Order <shipped> & gone', body: 'It leaves "today" ✓' };

type Open = () => Promise<OpenedChannel>;

export function pushOf(
  { address, clock }: Pick<OpenedChannel, 'address' | 'clock'>,
  given: Partial<Push> = {},
): Push {
  const now = clock.now();
  return {
    kind: 'notify',
    platform: 'android',
    registeredAt: 0,
    app,
    user: 'alice' as UserKey,
    channel: address,
    visual,
    notification: {
      id: notificationId,
      groupName: 'orders',
      priority: 'High',
      expires: now + 600_000,
      displayUntil: null,
    },
    unreadCount: 3,
    close: closed,
    now,
    ...given,
  };
}

function send(opened: OpenedChannel, given?: Partial<Push>): Promise<Outcome> {
  return opened.channel.send(pushOf(opened, given));
}

async function sendAfter(opened: OpenedChannel, outcome: Scripted): Promise<Outcome> {
  opened.simulator.script([rule(outcome, { times: 1 })]);
  return send(opened);
}

function only({ simulator, isBadge = () => false }: OpenedChannel): Delivered {
  const delivered = simulator.delivered.filter((push) => !isBadge(push));
  assert.equal(delivered.length, 1);
  return delivered[0]!;
}

const accepted = { verdict: 'accepted', reason: null, afterMs: null, unanswered: false, blame: null };

export function channelContract(name: string, open: Open): void {
  describe(`${name}: what arrives`, () => testsOfContent(open));
  describe(`${name}: what the provider says`, () => testsOfAnswers(open));
  describe(`${name}: when no answer comes`, () => testsOfSilence(open));
  describe(`${name}: credentials`, () => testsOfCredentials(open));
  describe(`${name}: what a push would be`, () => testsOfDescription(open));
}

function testsOfContent(open: Open): void {
  test('a visual push is accepted, and the device shows its title and body', async () => {
    await using opened = await open();
    const { status, ...outcome } = await send(opened);
    assert.deepEqual(outcome, { ...accepted, truncated: false, dropped: [] });
    assert.ok(status !== null && status >= 200 && status < 300);
    assert.deepEqual(opened.visualIn(only(opened)), visual);
  });

  test('a visual push tells the app which notification it is, how many are unread, and what to close', async () => {
    await using opened = await open();
    await send(opened);
    const tap = { v: 1, kind: 'tap', notificationId, unreadCount: 3, close: closed };
    assert.deepEqual(opened.tapIn(only(opened)), tap);
  });

  test('without content a bare tap arrives', async () => {
    await using opened = await open();
    const outcome = await send(opened, { visual: null, close: [] });
    assert.deepEqual([outcome.verdict, outcome.truncated], ['accepted', false]);
    assert.equal(opened.visualIn(only(opened)), null);
    assert.deepEqual(opened.tapIn(only(opened)), { v: 1, kind: 'tap', notificationId, unreadCount: 3 });
  });

  test('a state change arrives as a tap about no notification, where the platform takes one', async () => {
    await using opened = await open();
    const outcome = await send(opened, { kind: 'clear', visual: null, notification: null });
    if (!opened.pushesClear) {
      assert.deepEqual([outcome.verdict, opened.simulator.total], ['refused', 0]);
      return;
    }
    assert.equal(outcome.verdict, 'accepted');
    assert.deepEqual(opened.tapIn(only(opened)), { v: 1, kind: 'tap', unreadCount: 3, close: closed });
  });

  test('content that is too large for the provider is left out as a whole, and a tap goes in its place', async () => {
    await using opened = await open();
    const outcome = await send(opened, { visual: { title: 'Long', body: 'é'.repeat(4000) } });
    assert.deepEqual([outcome.verdict, outcome.truncated], ['accepted', true]);
    assert.equal(opened.visualIn(only(opened)), null);
    assert.equal(opened.tapIn(only(opened)).notificationId, notificationId);
  });

  test('the longest list to close makes room for content', async () => {
    await using opened = await open();
    const ids = Array.from({ length: 60 }, (_, at) => `0199d1f4-0000-7000-8000-0000000001${at + 10}`);
    const body = 'x'.repeat(2600);
    const outcome = await send(opened, { visual: { title: 'Long', body }, close: ids });
    assert.deepEqual([outcome.verdict, outcome.truncated], ['accepted', false]);
    assert.equal(opened.visualIn(only(opened))?.body, body);
  });

  test('a second copy has the identity of the first, and another notification another one', async () => {
    await using opened = await open();
    await send(opened);
    await send(opened, { unreadCount: 9 });
    const other = { ...pushOf(opened).notification!, id: closed[0]! };
    await send(opened, { notification: other });
    const shown = opened.simulator.delivered.filter((each) => !(opened.isBadge?.(each) ?? false));
    const [first, second, third] = shown.map((each) => opened.identityOf(each));
    assert.ok(first);
    assert.deepEqual(second, first);
    assert.notDeepEqual(third, first);
  });
}

function testsOfAnswers(open: Open): void {
  test('a device that is gone ends its address and blames nobody else', async () => {
    await using opened = await open();
    const { verdict, blame, truncated } = await sendAfter(opened, 'gone');
    assert.deepEqual({ verdict, blame, truncated }, { verdict: 'gone', blame: 'address', truncated: false });
    assert.equal((await send(opened)).verdict, 'accepted');
  });

  test('a provider that asks to wait is waited for', async () => {
    await using opened = await open();
    const outcome = await sendAfter(opened, { retryAfterSeconds: 7 });
    assert.deepEqual([outcome.verdict, outcome.afterMs], ['throttled', 7000]);
  });

  test('a provider that is down is tried again, and later when it says so', async () => {
    await using opened = await open();
    for (const status of [500, 502, 503]) {
      const outcome = await sendAfter(opened, { status });
      assert.deepEqual([outcome.verdict, outcome.blame, outcome.status], ['retry', 'provider', status]);
    }
    const outcome = await sendAfter(opened, { retryAfterSeconds: 30, status: 503 });
    assert.deepEqual([outcome.verdict, outcome.afterMs], ['retry', 30_000]);
  });

  test('an answer that nobody documented is refused and named, and leaves the channel running', async () => {
    await using opened = await open();
    const outcome = await sendAfter(opened, { status: 418, body: 'I am a teapot', headers: {} });
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], ['refused', 'content', 'HTTP 418']);
  });

  test('a provider that ends its connection in good order costs no push', async () => {
    await using opened = await open();
    assert.equal((await sendAfter(opened, 'goaway')).verdict, 'accepted');
    assert.equal((await send(opened)).verdict, 'accepted');
  });
}

function testsOfSilence(open: Open): void {
  test('a connection that breaks without an answer is tried again, and may have delivered', async () => {
    await using opened = await open();
    const { verdict, blame, status, unanswered } = await sendAfter(opened, 'reset');
    assert.deepEqual(
      { verdict, blame, status, unanswered },
      { verdict: 'retry', blame: 'provider', status: null, unanswered: true },
    );
    assert.equal((await send(opened)).verdict, 'accepted');
  });

  test('a push whose stream alone is reset is tried again', async () => {
    await using opened = await open();
    assert.equal((await sendAfter(opened, 'resetStream')).verdict, 'retry');
    assert.equal((await send(opened)).verdict, 'accepted');
  });

  test('what was delivered without an answer is replaced by the copy that is sent again', async () => {
    await using opened = await open();
    assert.equal((await sendAfter(opened, 'lost')).unanswered, true);
    assert.equal((await send(opened)).verdict, 'accepted');
    const [first, second] = opened.simulator.delivered.map((each) => opened.identityOf(each));
    assert.deepEqual(second, first);
  });

  test('a provider that never answers ends the attempt with a timeout', async () => {
    await using opened = await open();
    const { simulator, provider, clock } = opened;
    const sending = sendAfter(opened, 'hang');
    await simulator.waitUntil(() => simulator.stats.providers[provider].answers.none === 1);
    clock.advance(60_000);
    const { verdict, blame, reason, unanswered } = await sending;
    assert.deepEqual(
      { verdict, blame, reason, unanswered },
      { verdict: 'retry', blame: 'provider', reason: 'timeout', unanswered: true },
    );
  });

  test('a provider that is not there is tried again, and surely has not delivered', async () => {
    await using opened = await open();
    await send(opened);
    await opened.simulator.close();
    // The first may still find the connection that was there before.
    await send(opened);
    const { verdict, blame, reason, unanswered } = await send(opened);
    assert.deepEqual(
      { verdict, blame, reason, unanswered },
      { verdict: 'retry', blame: 'provider', reason: 'ECONNREFUSED', unanswered: false },
    );
  });
}

function testsOfCredentials(open: Open): void {
  test('without credentials nothing is sent, and the operator reads why', async () => {
    await using opened = await open();
    if (!opened.credentials) return assert.equal((await opened.channel.check(app))?.ok, true);
    opened.credentials.use('missing');
    const { verdict, blame, reason, unanswered } = await send(opened);
    assert.deepEqual(
      { verdict, blame, reason, unanswered },
      { verdict: 'retry', blame: 'credentials', reason: 'credentialsMissing', unanswered: false },
    );
    assert.equal(opened.simulator.stats.providers[opened.provider].requests, 0);
  });

  test('credentials that the provider does not take are tried again, and good ones count at once', async () => {
    await using opened = await open();
    if (!opened.credentials) return;
    opened.credentials.use('wrong');
    const { verdict, blame } = await send(opened);
    assert.deepEqual({ verdict, blame }, { verdict: 'retry', blame: 'credentials' });
    opened.credentials.use('good');
    assert.equal((await send(opened)).verdict, 'accepted');
  });

  test('days later pushes are still accepted, since the authentication is renewed', async () => {
    await using opened = await open();
    for (let hours = 0; hours < 72; hours += 6) {
      assert.equal((await send(opened)).verdict, 'accepted', `after ${hours} hours`);
      opened.clock.advance(6 * 3_600_000);
    }
  });

  test('asked about the credentials, the channel tells good ones from others and says what to do', async () => {
    await using opened = await open();
    if (!opened.credentials) return;
    const check = () => opened.channel.check(app)!;
    assert.equal((await check()).ok, true);
    assert.equal(opened.simulator.total, 0);
    opened.credentials.use('wrong');
    const wrong = await check();
    assert.equal(wrong.ok, false);
    assert.match(wrong.message, /check that/);
    opened.credentials.use('missing');
    const missing = await check();
    assert.equal(missing.ok, false);
    assert.match(missing.message, /PUT \/admin\/apps\/shop\/channels\//);
    opened.credentials.use('good');
    await opened.simulator.close();
    const unreachable = await check();
    assert.equal(unreachable.ok, false);
    assert.match(unreachable.message, /could not be asked .*try again/);
  });
}

function testsOfDescription(open: Open): void {
  test('the description of a push holds neither its address nor its authentication', async () => {
    await using opened = await open();
    const described = opened.channel.describe(pushOf(opened));
    const text = JSON.stringify(described);
    for (const secret of opened.secrets) assert.ok(!text.includes(secret), secret);
    const names = Object.keys(described.headers).map((each) => each.toLowerCase());
    assert.ok(!names.includes('authorization'));
    assert.equal(described.method, 'POST');
    assert.equal(opened.simulator.stats.providers[opened.provider].requests, 0);
  });

  test('the description says when content would be left out', async () => {
    await using opened = await open();
    const { channel } = opened;
    const long = { title: 'Long', body: 'é'.repeat(4000) };
    assert.equal(channel.describe(pushOf(opened)).truncated, false);
    const described = channel.describe(pushOf(opened, { visual: long }));
    assert.equal(described.truncated, true);
    assert.ok(!JSON.stringify(described).includes('ééé'));
  });
}
