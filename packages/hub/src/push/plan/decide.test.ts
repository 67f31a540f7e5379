import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, postWrite, startMs, subscribeWrite } from '@carillon/testing/feed/writes.ts';
import { builtIn } from '../../hub/channels.ts';
import type { PlannedDelivery, StoredDelivery } from '../../model/delivery.ts';
import { noNotification } from '../../model/delivery.ts';
import type { StoredNotification } from '../../model/notification.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { SendContext } from '../../store/store.ts';
import type { Outcome } from '../channels/contract.ts';
import { channelFailed, isOfProvider } from '../dispatch/faults.ts';
import { decide, type StepContext, sentResult, settledResult, tryUntil } from './decide.ts';

const channel = { type: 'fcm', token: 'one' } as const;
const quiet: StepContext = { now: startMs, grace: 'taps', listensLive: false, canClear: true };

interface Given {
  readonly delivery?: Partial<StoredDelivery>;
  readonly notification?: Partial<StoredNotification> | null;
  readonly subscription?: Partial<StoredSubscription> | null;
  readonly content?: object;
  readonly more?: Partial<SendContext>;
}

function contextOf({ delivery, notification, subscription, content, more }: Given = {}): SendContext {
  const write = postWrite();
  const place = subscribeWrite({ channel, ...subscription }).subscription;
  const posted = {
    groupName: null,
    priority: 'High',
    payload: { visualContent: { title: 'Lunch is ready' } },
    targetPolicy: { platformTypes: ['android', 'ios'] },
    fallbackPolicy: null,
    ...content,
  };
  const row = {
    ...{ user: alice, id: write.id, app: 'app-a', seq: 7, removed: null, expires: write.expires },
    ...{ readState: 'unread', displayUntil: null, content: JSON.stringify(posted), ...notification },
  } as StoredNotification;
  return {
    delivery: {
      ...{ user: alice, notification: write.id, subscription: place.id, kind: 'notify', app: 'app-a' },
      ...{
        platform: place.platform,
        channel: builtIn.fcm.code,
        seq: 7,
        status: 'pending',
        reason: null,
        attempts: 0,
      },
      ...{
        due: startMs,
        claimed: true,
        plannedAt: startMs,
        sentAt: null,
        truncated: false,
        dropped: [],
        answer: null,
      },
      ...{ fetchedAt: null, shownAt: null, actedAt: null, ...delivery },
    } as StoredDelivery,
    notification: notification === null ? null : row,
    subscription: subscription === null ? null : place,
    ...{ fetchedSeq: 0, unread: 3, handled: ['h1'], preferences: null, ...more },
  };
}

function takenOf({ delivery }: SendContext): PlannedDelivery {
  const { user, notification, subscription, kind, app, seq } = delivery;
  return { user, notification, subscription, kind, app, channel: builtIn.fcm.code, seq };
}

function step(given: Given = {}, when: Partial<StepContext> = {}) {
  const context = contextOf(given);
  return decide(takenOf(context), context, { ...quiet, ...when });
}

function pushed(given: Given = {}, when: Partial<StepContext> = {}) {
  const made = step(given, when);
  assert.equal(made.kind, 'send', JSON.stringify(made));
  return made.kind === 'send' ? made.push : assert.fail();
}

function settled(given: Given, when: Partial<StepContext> = {}): string {
  const made = step(given, when);
  return made.kind === 'settle' ? `${made.status}: ${made.reason}` : made.kind;
}

const raw = { payload: { rawContent: 'x' } };
const fallbackPolicy = { endpointFallback: { fallbackDelayInSeconds: 60, visualContent: { title: 'Mail' } } };

describe('what is to be done with a delivery that is due', () => {
  test('a visual one is sent with its content, the counts and what to close', () => {
    const { visual, notification, unreadCount, close, kind, app } = pushed();
    assert.deepEqual(visual, { title: 'Lunch is ready' });
    assert.equal(notification?.priority, 'High');
    assert.deepEqual([unreadCount, close, kind, app], [3, ['h1'], 'notify', 'app-a']);
  });

  test('raw content and notificationOnly are sent bare', () => {
    assert.equal(pushed({ content: raw }).visual, null);
    assert.equal(pushed({ subscription: { notificationType: 'notificationOnly' } }).visual, null);
  });

  test('what has left the viewer is sent bare, from the very moment on', () => {
    const of = (displayUntil: number) => pushed({ notification: { displayUntil } }).visual;
    assert.deepEqual(of(startMs + 1), { title: 'Lunch is ready' });
    assert.equal(of(startMs), null);
  });

  test('one that is not there, tells of an older change or is settled is dropped', () => {
    const context = contextOf();
    assert.equal(decide(takenOf(context), null, quiet).kind, 'drop');
    assert.equal(decide({ ...takenOf(context), seq: 6 }, context, quiet).kind, 'drop');
    for (const status of ['accepted', 'withdrawn', 'expired', 'failed', 'gone', 'skipped'] as const) {
      assert.equal(step({ delivery: { status } }).kind, 'drop', status);
    }
    assert.equal(step({ delivery: { status: 'sent' } }).kind, 'send');
  });

  for (const [why, given, said] of [
    ['its subscription ended', { subscription: null }, 'gone: the subscription ended'],
    ['its lease has expired', { subscription: { leaseUntil: startMs } }, 'gone: its lease has expired'],
    [
      'its address was taken',
      { subscription: { channel: null } },
      'gone: another subscription has taken its push address',
    ],
    ['it was purged', { notification: null }, 'expired: the notification expired'],
    ['it expired unswept', { notification: { expires: startMs } }, 'expired: the notification expired'],
    ['it was read', { notification: { readState: 'read' } }, 'withdrawn: it was handled elsewhere'],
    [
      'the device wants none any more',
      { subscription: { notificationType: 'noNotification' } },
      'skipped: the subscription no longer asks for it',
    ],
    [
      'the device is of another platform now',
      { subscription: { platform: 'windows' } },
      'skipped: the subscription no longer asks for it',
    ],
  ] as const satisfies (readonly [string, Given, string])[]) {
    test(`it is settled without an attempt when ${why}`, () => assert.equal(settled(given), said));
  }

  test('a fallback shows its own content, and is skipped when the device has fetched', () => {
    const fallback: Given = { content: { ...raw, fallbackPolicy }, delivery: { kind: 'fallback' } };
    assert.deepEqual(pushed(fallback).visual, { title: 'Mail' });
    const later = { ...fallback, delivery: { kind: 'fallback', fetchedAt: startMs } } as const;
    assert.equal(settled(later), 'skipped: the device has fetched it');
    assert.equal(settled({ ...fallback, more: { fetchedSeq: 7 } }), 'skipped: the device has fetched it');
    assert.equal(step({ ...fallback, more: { fetchedSeq: 6 } }).kind, 'send');
    assert.equal(step(fallback, { listensLive: true, grace: 'all' }).kind, 'send');
  });

  test('a clear is a bare tap about no notification, and waits for a day at most', () => {
    const clear: Given = { delivery: { kind: 'clear', notification: noNotification }, notification: null };
    const { visual, notification, close } = pushed(clear);
    assert.deepEqual([visual, notification, close], [null, null, ['h1']]);
    const old = { ...clear, delivery: { ...clear.delivery, plannedAt: startMs - 86_400_000 } };
    assert.equal(settled(old), 'expired: it waited for a day');
    const silent = { canClear: false };
    assert.equal(settled(clear, silent), 'skipped: its channel is not pushed a state change alone');
  });
});

describe('the grace for devices that listen live', () => {
  const live = { listensLive: true } as const;

  test('a tap waits two seconds from its planning, a visual one does not', () => {
    assert.deepEqual(step({ content: raw }, live), { kind: 'wait', until: startMs + 2000 });
    assert.equal(step({ content: raw }, { ...live, now: startMs + 1999 }).kind, 'wait');
    // By the clock of another node, and by one that was two hours ahead.
    assert.equal(step({ content: raw }, { ...live, now: startMs - 900 }).kind, 'wait');
    assert.equal(step({ content: raw }, { ...live, now: startMs - 7_200_000 }).kind, 'send');
    assert.equal(step({ content: raw }, { ...live, now: startMs + 2000 }).kind, 'send');
    assert.equal(step({}, live).kind, 'send');
    assert.equal(step({ content: raw }).kind, 'send');
  });

  test('off spares none, all spares visual ones too', () => {
    assert.equal(step({ content: raw }, { ...live, grace: 'off' }).kind, 'send');
    assert.equal(step({}, { ...live, grace: 'all' }).kind, 'wait');
  });

  test('who has fetched it is spared the tap, and a visual push only with all', () => {
    const more = { fetchedSeq: 7 };
    assert.equal(settled({ content: raw, more }), 'skipped: the device has fetched it');
    assert.equal(settled({ content: raw, delivery: { fetchedAt: 1 } }), 'skipped: the device has fetched it');
    assert.equal(settled({ more }, { grace: 'all' }), 'skipped: the device has fetched it');
    assert.equal(step({ more }).kind, 'send');
    assert.equal(step({ content: raw, more }, { grace: 'off' }).kind, 'send');
  });
});

describe('what an attempt leaves behind', () => {
  const { delivery } = contextOf({ delivery: { attempts: 2 } });
  const base: Outcome = {
    ...{ verdict: 'accepted', status: 200, reason: null, afterMs: null },
    ...{ unanswered: false, truncated: false, blame: null },
  };
  const after = (outcome: Partial<Outcome>, delayMs = 1000) =>
    sentResult(delivery, {
      outcome: { ...base, ...outcome },
      now: startMs,
      until: startMs + 5000,
      delayMs,
    });

  test('accepted: it was sent', () => {
    const { status, attempts, sentAt, due, truncated, seq } = after({ truncated: true });
    assert.deepEqual(
      [status, attempts, sentAt, due, truncated, seq],
      ['accepted', 3, startMs, startMs, true, 7],
    );
  });

  test('gone and refused are final, with the reason', () => {
    const gone = after({ verdict: 'gone', status: 410, reason: 'Unregistered' });
    assert.deepEqual([gone.status, gone.reason, gone.sentAt], ['gone', 'Unregistered', null]);
    const refused = after({ verdict: 'refused', status: 400, reason: 'BadTopic' });
    assert.deepEqual([refused.status, refused.reason], ['failed', 'BadTopic']);
    assert.deepEqual(refused.answer, { verdict: 'refused', status: 400, reason: 'BadTopic', at: startMs });
  });

  for (const verdict of ['retry', 'throttled'] as const) {
    test(`${verdict}: it waits, unless there is no time left`, () => {
      const waits = after({ verdict, status: 503, reason: 'HTTP 503' });
      assert.deepEqual([waits.status, waits.due, waits.sentAt], ['pending', startMs + 1000, null]);
      const late = after({ verdict, status: 503, reason: 'HTTP 503' }, 5000);
      assert.equal(late.status, 'expired');
      assert.match(late.reason ?? '', /could not be sent before it expires: HTTP 503/);
    });
  }

  test('failures of the provider or of the credentials are those that others share', () => {
    const is = (outcome: Partial<Outcome>) => isOfProvider({ ...base, ...outcome });
    assert.ok(
      is({ verdict: 'retry', blame: 'provider' }) && is({ verdict: 'throttled', blame: 'credentials' }),
    );
    assert.ok(!is({ verdict: 'retry', blame: 'address' }) && !is({ verdict: 'refused', blame: 'content' }));
    assert.ok(!is({ verdict: 'gone', blame: 'address' }) && !is({}) && isOfProvider(channelFailed));
  });

  test('without an answer it may have been sent, and is told so', () => {
    const { status, sentAt, answer } = after({ verdict: 'retry', status: null, unanswered: true });
    assert.deepEqual([status, sentAt, answer?.status], ['sent', startMs, null]);
  });

  test('a reason is cut at a hundred characters, and none is null', () => {
    assert.equal(after({ verdict: 'retry', reason: 'x'.repeat(500) }).answer?.reason?.length, 100);
    assert.equal(after({}).answer?.reason, null);
  });

  test('what is settled without an attempt keeps its count and says nothing of sending', () => {
    const result = settledResult(delivery, 'skipped', 'why');
    assert.deepEqual([result.status, result.reason, result.attempts], ['skipped', 'why', 2]);
    assert.deepEqual([result.sentAt, result.answer], [null, null]);
  });

  test('it is tried until its notification expires, a clear for a day', () => {
    const context = contextOf();
    assert.equal(tryUntil(context), context.notification?.expires);
    assert.equal(tryUntil(contextOf({ delivery: { kind: 'clear' } })), startMs + 86_400_000);
    assert.equal(tryUntil(contextOf({ notification: null })), 0);
  });
});
