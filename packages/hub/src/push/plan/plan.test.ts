import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  dayMs,
  deleteWrite,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import { planBatch } from '../../hub/plan-batch.ts';
import {
  claimLeaseMs,
  type DeliveryResult,
  noNotification,
  type StoredDelivery,
} from '../../model/delivery.ts';
import type { Content, StoredNotification } from '../../model/notification.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { Write } from '../../model/write.ts';
import type { FeedAppRow, FeedRow, Plan, Snapshot } from '../../store/store.ts';
import { decisionOf, isToldOf } from './plan.ts';

const everywhere = ['windows', 'ios', 'android', 'webPush'];

/** The rows that plans leave behind, and what the next plan sees of them. */
class Rows {
  readonly notifications = new Map<string, StoredNotification>();
  readonly subscriptions = new Map<string, StoredSubscription>();
  readonly deliveries = new Map<string, StoredDelivery>();
  #feed: FeedRow | null = null;
  #apps = new Map<string, FeedAppRow>();

  commit(writes: readonly Write[], { now = startMs, claim = true } = {}): Plan {
    const plan = planBatch.plan(writes, this.#snapshot(), { now, claim });
    for (const { row } of plan.feeds) this.#feed = row;
    for (const { row } of plan.feedApps) this.#apps.set(row.app, row);
    for (const { row } of plan.notifications) this.notifications.set(row.id, row);
    for (const { row } of plan.subscriptions) this.subscriptions.set(row.id, row);
    for (const { row } of plan.deliveries) this.deliveries.set(keyOf(row), row);
    for (const result of plan.results) {
      const row = this.deliveries.get(keyOf(result));
      if (row?.status === 'pending' && row.seq === result.seq)
        this.deliveries.set(keyOf(result), { ...row, ...result, claimed: false });
    }
    return plan;
  }

  /** Of one notification: status by the device's installation. */
  statuses(id: string, kind: StoredDelivery['kind'] = 'notify'): Record<string, string> {
    const rows = [...this.deliveries.values()].filter((row) => row.notification === id && row.kind === kind);
    return Object.fromEntries(rows.map((row) => [this.nameOf(row), row.status]));
  }

  nameOf({ subscription }: StoredDelivery): string {
    return this.subscriptions.get(subscription)?.installationId ?? 'nobody';
  }

  get clears(): StoredDelivery[] {
    return [...this.deliveries.values()].filter(({ kind }) => kind === 'clear');
  }

  /** As if the provider had accepted all that is pending. */
  sendAll(): void {
    const results = [...this.deliveries.values()].filter(({ status }) => status === 'pending').map(accepted);
    this.commit([{ kind: 'record', results }]);
  }

  #snapshot(): Snapshot {
    const places = [...this.subscriptions.values()];
    return {
      feed: () => this.#feed,
      feedApps: () => [...this.#apps.values()],
      contentBytes: () => 0,
      notification: (_, id) => this.notifications.get(id) ?? null,
      aliveByAppNotificationId: (_, app, name) =>
        [...this.notifications.values()].find(
          (row) => row.app === app && row.appNotificationId === name && row.removed === null,
        ) ?? null,
      subscription: (_, __, id) => this.subscriptions.get(id) ?? null,
      subscriptionByInstallation: (_, app, name) =>
        places.find((row) => row.app === app && row.installationId === name) ?? null,
      countSubscriptions: () => places.length,
      lapsedSubscriptions: () => [],
      addressHolder: () => null,
      subscriptions: () => places,
      deliveries: (_, id) => [...this.deliveries.values()].filter((row) => row.notification === id),
    };
  }
}

function keyOf({
  notification,
  subscription,
  kind,
}: Pick<StoredDelivery, 'notification' | 'subscription' | 'kind'>) {
  return `${notification} ${subscription} ${kind}`;
}

function accepted(delivery: StoredDelivery): DeliveryResult {
  const { user, notification, subscription, kind, seq, channel, plannedAt: at } = delivery;
  const rest = {
    reason: null,
    attempts: 1,
    due: startMs,
    sentAt: startMs,
    truncated: false,
    dropped: [],
    answer: null,
    planned: { channel, at },
  };
  return { user, notification, subscription, kind, seq, status: 'accepted', ...rest };
}

function device(installationId: string, more: Partial<StoredSubscription> = {}) {
  const channel = { type: 'fcm', token: installationId } as const;
  return subscribeWrite({ installationId, channel, ...more });
}

const phone = (more: Partial<StoredSubscription> = {}) => {
  const { installationId = 'phone' } = more;
  const channel = { type: 'apns', token: installationId, topic: 't', environment: 'production' } as const;
  return device(installationId, { platform: 'ios', channel, ...more });
};
const browser = () =>
  device('browser', {
    platform: 'webPush',
    channel: { type: 'webPush', endpoint: 'https://x.example/1', keys: { p256dh: 'p', auth: 'a' } },
  });

function contentOf(more: object = {}): Content {
  return {
    appNotificationId: null,
    targetHostName: 'a.example',
    groupName: null,
    priority: 'High',
    payload: { visualContent: { title: 'Lunch is ready' } },
    targetPolicy: { platformTypes: everywhere },
    fallbackPolicy: null,
    ...more,
  } as unknown as Content;
}

const visual = (more: Parameters<typeof postWrite>[0] = {}) =>
  postWrite({ content: JSON.stringify(contentOf()), ...more });
const mail = (more: Parameters<typeof postWrite>[0] = {}) =>
  postWrite({
    content: JSON.stringify(
      contentOf({
        payload: { rawContent: 'mail' },
        fallbackPolicy: {
          endpointFallback: {
            platformTypes: ['ios'],
            fallbackDelayInSeconds: 60,
            visualContent: { title: 'Mail' },
          },
        },
      }),
    ),
    ...more,
  });

describe('what a subscription gets of a notification', () => {
  const of = (more: Partial<StoredSubscription>, content = contentOf()) => {
    const made = decisionOf(content, device('one', more).subscription, {
      ...{ now: startMs, silence: null, canClear: true },
    });
    return made.decision === 'push' ? made.visual : made.reason;
  };
  const raw = contentOf({ payload: { rawContent: 'x' } });
  const both = contentOf({ payload: { rawContent: 'x', visualContent: { title: 't' } } });

  test('a push with the content, or a tap for raw content and for who asked for one', () => {
    assert.deepEqual(of({}), { title: 'Lunch is ready' });
    assert.deepEqual(of({}, both), { title: 't' });
    assert.equal(of({}, raw), null);
    assert.equal(of({ notificationType: 'notificationOnly' }), null);
  });

  test('nothing, and why', () => {
    assert.match(of({ leaseUntil: startMs }) as string, /lease/);
    assert.match(of({ notificationType: 'noNotification' }) as string, /noNotification/);
    assert.match(
      of({ platform: 'windows' }, contentOf({ targetPolicy: { platformTypes: ['ios'] } })) as string,
      /windows/,
    );
    assert.match(of({ channel: null }) as string, /no push address/);
  });

  test('an app tells its own subscriptions and those that see all', () => {
    assert.equal(isToldOf('app-a', device('one').subscription), true);
    assert.equal(isToldOf('app-b', device('one').subscription), false);
    assert.equal(isToldOf('app-b', device('one', { seesAll: true }).subscription), true);
  });
});

describe('a new notification', () => {
  test('rings each device once, claimed for as long as a claim holds, and says whom it skips', () => {
    const rows = new Rows();
    const write = visual();
    rows.commit([device('one'), device('live', { channel: null }), phone(), write]);
    assert.deepEqual(rows.statuses(write.id), { one: 'pending', live: 'skipped', phone: 'pending' });
    for (const { status, claimed, due, seq } of rows.deliveries.values()) {
      assert.deepEqual(
        [claimed, due, seq],
        status === 'pending' ? [true, startMs + claimLeaseMs, 1] : [false, startMs, 1],
      );
    }
  });

  test('of another app rings nobody but the inbox, with the inbox as its app', () => {
    const rows = new Rows();
    const write = visual({ app: 'app-b' });
    rows.commit([device('one'), device('inbox', { seesAll: true }), write]);
    assert.deepEqual(rows.statuses(write.id), { inbox: 'pending' });
    assert.equal([...rows.deliveries.values()][0]?.app, 'app-a');
  });

  test('a repeat of it rings nobody', () => {
    const rows = new Rows();
    rows.commit([device('one'), visual({ appNotificationId: 'x', sentAs: 'a' })]);
    assert.deepEqual(rows.commit([visual({ appNotificationId: 'x', sentAs: 'a' })]).deliveries, []);
  });

  test('with a fallback it also waits for each iOS device that shows something, and for no other', () => {
    const rows = new Rows();
    const write = mail();
    const bare = phone({ installationId: 'bare', notificationType: 'notificationOnly' });
    rows.commit([device('one'), phone(), bare, phone({ installationId: 'silent', channel: null }), write]);
    assert.deepEqual(rows.statuses(write.id, 'fallback'), { phone: 'pending' });
    const row = [...rows.deliveries.values()].find(({ kind }) => kind === 'fallback');
    assert.deepEqual([row?.claimed, row?.due], [false, startMs + 60_000]);
  });
});

describe('a replaced or woken notification', () => {
  test('withdraws what was not sent, also a fallback, and rings anew for the new change', () => {
    const rows = new Rows();
    const write = mail({ appNotificationId: 'x', sentAs: 'a' });
    rows.commit([phone(), write]);
    rows.commit([visual({ appNotificationId: 'x', sentAs: 'b' })], { now: startMs + 5 });
    assert.deepEqual(rows.statuses(write.id), { phone: 'pending' });
    assert.deepEqual(rows.statuses(write.id, 'fallback'), { phone: 'withdrawn' });
    const row = [...rows.deliveries.values()].find(({ kind }) => kind === 'notify');
    assert.deepEqual([row?.seq, row?.plannedAt, row?.attempts], [2, startMs + 5, 0]);
  });

  test('remembers that an earlier content was sent, so that handling it clears the device', () => {
    const rows = new Rows();
    const write = visual({ appNotificationId: 'x', sentAs: 'a' });
    rows.commit([device('one'), write]);
    rows.sendAll();
    rows.commit([visual({ appNotificationId: 'x', sentAs: 'b' })], { claim: false });
    rows.commit([stateWrite([write.id])]);
    assert.equal(rows.clears.length, 1);
  });

  test('waking rings all devices, the one that snoozed included', () => {
    const rows = new Rows();
    const [one, write] = [device('one'), visual()];
    rows.commit([one, device('two'), write]);
    rows.sendAll();
    const change = { userActionState: 'snoozed', snoozeUntil: startMs + 1000 } as const;
    rows.commit([stateWrite([write.id], { change, acting: one.subscription.id })]);
    rows.commit([timerWrite('wake', write.id)], { now: startMs + 1000 });
    assert.deepEqual(rows.statuses(write.id), { one: 'pending', two: 'pending' });
  });
});

describe('a notification that was handled', () => {
  const shown = () => {
    const rows = new Rows();
    const [one, two] = [device('one'), device('two')];
    const writes = [visual(), visual()] as const;
    rows.commit([one, two, phone({ notificationType: 'noNotification' }), browser(), ...writes]);
    return {
      rows,
      one: one.subscription.id,
      two: two.subscription.id,
      ids: writes.map(({ id }) => id) as [string, string],
    };
  };
  const cleared = (rows: Rows) => rows.clears.map((row) => rows.nameOf(row)).sort();

  for (const [how, write, reason] of [
    ['read', (id: string) => stateWrite([id]), /it was read elsewhere/],
    [
      'dismissed',
      (id: string) => stateWrite([id], { change: { userActionState: 'dismissed' } }),
      /dismissed elsewhere/,
    ],
    ['deleted', (id: string) => deleteWrite(id), /deleted elsewhere/],
  ] as const) {
    test(`${how}: what was not sent is withdrawn, also where an attempt is under way`, () => {
      const { rows, ids } = shown();
      rows.commit([write(ids[0])]);
      const { one, two } = rows.statuses(ids[0]);
      assert.deepEqual([one, two], ['withdrawn', 'withdrawn']);
      assert.deepEqual(rows.statuses(ids[1]).one, 'pending');
      const row = [...rows.deliveries.values()].find(
        ({ notification, status }) => notification === ids[0] && status === 'withdrawn',
      );
      assert.match(row?.reason ?? '', reason);
      assert.equal(row?.claimed, false);
      // Their provider may have it by now.
      assert.deepEqual(cleared(rows), ['one', 'two']);
    });
  }

  test('taps every other device that was told, but no browser, and not the device that acted', () => {
    const { rows, one, ids } = shown();
    rows.sendAll();
    rows.commit([stateWrite([ids[0]], { acting: one })]);
    assert.deepEqual(cleared(rows), ['two']);
    const [clear] = rows.clears;
    assert.deepEqual([clear?.notification, clear?.seq, clear?.claimed], [noNotification, 3, true]);
  });

  test('taps nobody when nothing was sent and nothing is under way', () => {
    const rows = new Rows();
    const write = visual();
    rows.commit([device('one'), write], { claim: false });
    rows.commit([stateWrite([write.id])]);
    assert.deepEqual(rows.clears, []);
  });

  test('two of them are one tap to each device, which tells of the newer', () => {
    const { rows, ids } = shown();
    rows.sendAll();
    for (const id of ids) rows.commit([stateWrite([id])]);
    assert.deepEqual(cleared(rows), ['one', 'two']);
    assert.deepEqual(
      rows.clears.map(({ seq }) => seq),
      [4, 4],
    );
  });

  test('a tap that backs off is not hastened by the next change', () => {
    const { rows, one, ids } = shown();
    rows.sendAll();
    rows.commit([stateWrite([ids[0]])]);
    const clear = rows.clears.find(({ subscription }) => subscription === one) as StoredDelivery;
    const waits = {
      ...accepted(clear),
      status: 'pending',
      sentAt: null,
      attempts: 4,
      due: startMs + 9000,
    } as const;
    rows.commit([{ kind: 'record', results: [waits] }]);
    rows.commit([stateWrite([ids[1]])]);
    const next = rows.clears.find(({ subscription }) => subscription === one);
    assert.deepEqual([next?.seq, next?.due, next?.attempts, next?.claimed], [4, startMs + 9000, 4, false]);
  });

  test('unread again taps the others too, and withdraws and rings nothing', () => {
    const { rows, one, ids } = shown();
    rows.sendAll();
    rows.commit([stateWrite([ids[0]], { acting: one })]);
    const { deliveries } = rows.commit([
      stateWrite([ids[0]], { change: { readState: 'unread' }, acting: one }),
    ]);
    assert.deepEqual(
      deliveries.map(({ row }) => [row.kind, rows.nameOf(row)]),
      [['clear', 'two']],
    );
  });

  test('a device whose lease is over, or that has no address any more, is not tapped', () => {
    const { rows, two, ids } = shown();
    rows.sendAll();
    const lost = rows.subscriptions.get(two) as StoredSubscription;
    rows.subscriptions.set(two, { ...lost, channel: null });
    rows.commit([stateWrite([ids[0]])]);
    assert.deepEqual(cleared(rows), ['one']);
    rows.commit([stateWrite([ids[1]])], { now: startMs + 30 * dayMs - 1 });
    assert.deepEqual(cleared(rows), ['one']);
  });
});

describe('a notification that expired', () => {
  test('unread, it is cleared where it was shown', () => {
    const rows = new Rows();
    const write = visual({ expires: startMs + 1000 });
    rows.commit([device('one'), write]);
    rows.sendAll();
    rows.commit([timerWrite('expire', write.id)], { now: startMs + 1000 });
    assert.deepEqual(rows.statuses(write.id), { one: 'accepted' });
    assert.equal(rows.clears.length, 1);
  });

  test('what still waited says why', () => {
    const rows = new Rows();
    const write = visual({ expires: startMs + 1000 });
    rows.commit([device('one'), write], { claim: false });
    rows.commit([timerWrite('expire', write.id)], { now: startMs + 1000 });
    const [row] = rows.deliveries.values();
    assert.deepEqual([row?.status, row?.reason], ['expired', 'the notification expired']);
    assert.deepEqual(rows.clears, []);
  });

  test('read before, it is shown nowhere any more and taps nobody', () => {
    const rows = new Rows();
    const write = visual({ expires: startMs + 1000 });
    rows.commit([device('one'), write]);
    rows.sendAll();
    rows.commit([stateWrite([write.id])]);
    rows.sendAll();
    const { deliveries } = rows.commit([timerWrite('expire', write.id)], { now: startMs + 1000 });
    assert.deepEqual(deliveries, []);
  });
});

test('an attempt that succeeds after its notification was handled taps its device again', () => {
  const rows = new Rows();
  const write = visual();
  rows.commit([device('one'), write]);
  const [before] = rows.deliveries.values();
  rows.commit([stateWrite([write.id])]);
  const { deliveries } = rows.commit([{ kind: 'record', results: [accepted(before as StoredDelivery)] }]);
  assert.deepEqual(
    deliveries.map(({ row }) => [row.kind, row.user, row.status]),
    [['clear', alice, 'pending']],
  );
});

test('the answer to the tap of before does not settle the one that a late push needs', () => {
  const rows = new Rows();
  const write = visual();
  rows.commit([device('one'), write]);
  const [notify] = [...rows.deliveries.values()] as [StoredDelivery];
  rows.commit([stateWrite([write.id])]);
  const [first] = rows.clears as [StoredDelivery];
  // Both are under way: the tap overtakes the push, whose answer is recorded first.
  rows.commit([{ kind: 'record', results: [accepted(notify)] }]);
  rows.commit([{ kind: 'record', results: [accepted(first)] }]);
  assert.equal(rows.clears[0]?.status, 'pending');
});
