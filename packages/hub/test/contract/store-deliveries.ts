// The contract of the feed store for deliveries, for every back end, with the planner of the hub: planned in the commit
// of the change, claimed by one at a time, and settled by results that still count.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  bob,
  dayMs,
  deleteWrite,
  goneWrite,
  keyOf,
  outcome,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import { builtIn } from '../../src/hub/channels.ts';
import {
  claimLeaseMs,
  type DeliveryKey,
  type DeliveryResult,
  noNotification,
  type PlannedDelivery,
  type StoredDelivery,
} from '../../src/model/delivery.ts';
import type { Write } from '../../src/model/write.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';

export function deliveriesContract(name: string, open: OpenStore): void {
  describe(`${name}: planning`, () => planning(open));
  describe(`${name}: claiming`, () => claiming(open));
  describe(`${name}: results`, () => results(open));
  describe(`${name}: fetched`, () => fetched(open));
  describe(`${name}: evidence`, () => evidence(open));
  describe(`${name}: endings`, () => endings(open));
}

export const platformTypes = ['windows', 'ios', 'android', 'webPush'];

export function visual(more: Parameters<typeof postWrite>[0] = {}) {
  const content = JSON.stringify({
    groupName: null,
    priority: 'High',
    payload: { visualContent: { title: 'Lunch is ready' } },
    targetPolicy: { platformTypes },
    fallbackPolicy: null,
  });
  return postWrite({ content, ...more });
}

export function fcm(token: string, more: Parameters<typeof subscribeWrite>[0] = {}) {
  return subscribeWrite({ channel: { type: 'fcm', token }, installationId: token, ...more });
}

export async function subscribed(store: FeedStore, ...writes: ReturnType<typeof subscribeWrite>[]) {
  const { outcomes } = await store.commit(writes, startMs);
  return writes.map((_, index) => outcome(outcomes, index, 'subscribe').subscription.id);
}

export async function only(store: FeedStore, id: string, user = alice): Promise<StoredDelivery> {
  const rows = await store.read.deliveries(user, id);
  assert.equal(rows.length, 1);
  return rows[0] as StoredDelivery;
}

export function result(
  delivery: DeliveryKey & { seq: number },
  more: Partial<DeliveryResult> = {},
): DeliveryResult {
  const { user, notification, subscription, kind, seq } = delivery;
  const base = {
    reason: null,
    attempts: 1,
    due: startMs,
    sentAt: startMs,
    truncated: false,
    dropped: [],
    answer: null,
    planned: { channel: fcmCode, at: startMs },
  };
  return { user, notification, subscription, kind, seq, status: 'accepted', ...base, ...more };
}

export const record = (...all: DeliveryResult[]): Write => ({ kind: 'record', results: all });
const { code: fcmCode } = builtIn.fcm;
export const { code: apnsCode } = builtIn.apns;
export const lane = { app: 'app-a', channel: fcmCode } as const;
export const idsOf = (rows: readonly PlannedDelivery[]) =>
  rows.map(({ notification }) => notification).sort();

function planning(open: OpenStore): void {
  test('the deliveries of a post are there with its commit, and handed out as claimed', async () => {
    await using opened = await open();
    const { store } = opened;
    const [subscription] = await subscribed(store, fcm('one'));
    const write = visual();
    const { deliveries, changes } = await store.commit([write], startMs);
    const key = { user: alice, notification: write.id, subscription, kind: 'notify' };
    assert.deepEqual(deliveries, [{ ...key, ...lane, seq: changes[0]?.seq }]);
    const row = await only(store, write.id);
    assert.deepEqual(
      [row.status, row.claimed, row.due, row.plannedAt],
      ['pending', true, startMs + claimLeaseMs, startMs],
    );
  });

  test('a node without room commits them unclaimed and due, and hands out none', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(store, fcm('one'));
    const write = visual();
    const { deliveries } = await store.commit([write], startMs, false);
    assert.deepEqual(deliveries, []);
    const row = await only(store, write.id);
    assert.deepEqual([row.claimed, row.due], [false, startMs]);
    assert.deepEqual(await store.read.dueRoutes(startMs), [lane]);
    await store.commit([visual(), visual()], startMs, false);
    const counts = [lane, { ...lane, app: 'another' }, { ...lane, channel: lane.channel + 1 }];
    const read = counts.map((each) => store.read.waitingDeliveries(each, 10));
    assert.deepEqual(await Promise.all(read), [3, 0, 0]);
    assert.equal(await store.read.waitingDeliveries(lane, 2), 2);
  });

  test('a batch that fails leaves none', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(store, fcm('one'));
    const write = visual();
    await assert.rejects(store.commit([write, visual({ expires: 0.5 })], startMs));
    assert.deepEqual(await store.read.deliveries(alice, write.id), []);
    assert.deepEqual(await store.read.dueRoutes(startMs + dayMs), []);
  });

  test('one user is told nothing of another, and an app nothing of another app, unless it sees all', async () => {
    await using opened = await open();
    const { store } = opened;
    const [own, inbox] = await subscribed(
      store,
      fcm('own'),
      fcm('inbox', { app: 'inbox', seesAll: true }),
      fcm('other', { app: 'app-b' }),
      fcm('foreign', { by: 'bob' }),
    );
    const write = visual();
    await store.commit([write], startMs);
    const rows = await store.read.deliveries(alice, write.id);
    assert.deepEqual(rows.map(({ subscription }) => subscription).sort(), [own, inbox].sort());
    assert.deepEqual(rows.map(({ app }) => app).sort(), ['app-a', 'inbox']);
    assert.deepEqual(await store.read.deliveries(bob, write.id), []);
  });

  test('a post and its dismissal in one batch leave nothing to send', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(store, fcm('one'));
    const write = visual();
    const { deliveries } = await store.commit([write, stateWrite([write.id])], startMs);
    assert.deepEqual(
      deliveries.filter(({ kind }) => kind === 'notify'),
      [],
    );
    assert.equal((await only(store, write.id)).status, 'withdrawn');
  });
}

function claiming(open: OpenStore): void {
  const due = async (store: FeedStore, count: number) => {
    await subscribed(store, fcm('one'));
    const writes = Array.from({ length: count }, () => visual());
    for (const [index, write] of writes.entries()) await store.commit([write], startMs + index, false);
    return writes.map(({ id }) => id);
  };

  test('a claim takes what is due for longest, at most as many as asked for', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await due(store, 5);
    const now = startMs + 3;
    assert.deepEqual(idsOf(await store.claim({ ...lane, now, limit: 2 })), ids.slice(0, 2).sort());
    assert.deepEqual(idsOf(await store.claim({ ...lane, now, limit: 9 })), ids.slice(2, 4).sort());
    assert.deepEqual(await store.claim({ ...lane, now, limit: 9 }), []);
  });

  test('what is claimed is handed out again only when its lease has expired', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await due(store, 1);
    const first = await store.claim({ ...lane, now: startMs, limit: 9 });
    assert.deepEqual(idsOf(first), ids);
    const last = startMs + claimLeaseMs - 1;
    assert.deepEqual(await store.claim({ ...lane, now: last, limit: 9 }), []);
    assert.deepEqual(await store.read.dueRoutes(last), []);
    assert.deepEqual(await store.claim({ ...lane, now: last + 1, limit: 9 }), first);
  });

  test('two claims at once share nothing', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await due(store, 20);
    const now = startMs + 20;
    const claims = await Promise.all([7, 7, 7].map((limit) => store.claim({ ...lane, now, limit })));
    assert.deepEqual(idsOf(claims.flat()), [...ids].sort());
  });

  test('lanes are apart, and one that is not due is not named', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(
      store,
      fcm('one'),
      subscribeWrite({
        installationId: 'phone',
        platform: 'ios',
        channel: { type: 'apns', token: 'ab', topic: 't', environment: 'production' },
      }),
      fcm('two', { app: 'app-b' }),
    );
    const write = visual();
    await store.commit([write, visual({ app: 'app-b' })], startMs, false);
    const routes = await store.read.dueRoutes(startMs);
    assert.deepEqual(
      new Set(routes.map(({ app, channel }) => `${app} ${channel}`)),
      new Set([`app-a ${fcmCode}`, `app-a ${apnsCode}`, `app-b ${fcmCode}`]),
    );
    assert.equal(routes.length, 3);
    const claimed = await store.claim({ app: 'app-a', channel: apnsCode, now: startMs, limit: 9 });
    assert.deepEqual(
      claimed.map(({ app, channel }) => [app, channel]),
      [['app-a', apnsCode]],
    );
    const rest = await store.read.dueRoutes(startMs);
    assert.deepEqual(rest.map(({ app }) => app).sort(), ['app-a', 'app-b']);
    assert.deepEqual(await store.read.dueRoutes(startMs - 1), []);
    assert.deepEqual(await store.claim({ app: 'nobody', channel: fcmCode, now: startMs, limit: 9 }), []);
  });
}

function results(open: OpenStore): void {
  const planned = async (store: FeedStore, write = visual()) => {
    await subscribed(store, fcm('one'));
    const { deliveries } = await store.commit([write], startMs);
    return deliveries[0] as PlannedDelivery;
  };
  const answer = { verdict: 'accepted', status: 200, reason: 'fine by me', at: startMs } as const;

  test('a result settles its delivery, and one that is to be tried again comes due', async () => {
    await using opened = await open();
    const { store } = opened;
    const delivery = await planned(store);
    const later = { verdict: 'retry', status: null, reason: null, at: startMs } as const;
    const again = { status: 'sent', due: startMs + 5000, answer: later, sentAt: startMs } as const;
    await store.commit([record(result(delivery, again))], startMs);
    const waiting = await only(store, delivery.notification);
    assert.deepEqual(
      [waiting.status, waiting.claimed, waiting.due, waiting.answer],
      ['sent', false, startMs + 5000, later],
    );
    assert.deepEqual(await store.claim({ ...lane, now: startMs + 4999, limit: 9 }), []);
    assert.deepEqual(await store.claim({ ...lane, now: startMs + 5000, limit: 9 }), [delivery]);
    const dropped = ['progress', 'iconUrl'] as const;
    const done = { attempts: 2, answer, sentAt: null, truncated: true, dropped };
    await store.commit([record(result(delivery, done))], startMs);
    const row = await only(store, delivery.notification);
    assert.deepEqual(
      [row.status, row.attempts, row.answer, row.sentAt, row.truncated, row.dropped],
      ['accepted', 2, answer, startMs, true, dropped],
    );
    assert.deepEqual(await store.read.dueRoutes(startMs + dayMs), []);
  });

  test('what was withdrawn stays so, and that an attempt was made is kept', async () => {
    await using opened = await open();
    const { store } = opened;
    const delivery = await planned(store);
    await store.commit([stateWrite([delivery.notification])], startMs);
    await store.commit([record(result(delivery, { answer }))], startMs);
    const row = await only(store, delivery.notification);
    assert.deepEqual([row.status, row.attempts, row.sentAt], ['withdrawn', 1, startMs]);
    assert.match(row.reason ?? '', /read elsewhere/);
  });

  test('the result of an older duty counts for nothing', async () => {
    await using opened = await open();
    const { store } = opened;
    const delivery = await planned(store, visual({ appNotificationId: 'order', sentAs: 'one' }));
    const next = visual({ appNotificationId: 'order', sentAs: 'two' });
    await store.commit([next], startMs);
    await store.commit([record(result(delivery, { answer }))], startMs);
    const row = await only(store, delivery.notification);
    assert.deepEqual([row.status, row.attempts, row.answer], ['pending', 0, null]);
    assert.ok(row.seq > delivery.seq);
  });

  test('a result of what was purged, or of a user who is not there, harms no other of its batch', async () => {
    await using opened = await open();
    const { store } = opened;
    const delivery = await planned(store);
    const stray = { ...delivery, user: keyOf('nobody') };
    const lost = { ...delivery, notification: visual().id };
    await store.commit([record(result(stray), result(lost), result(delivery))], startMs);
    assert.equal((await only(store, delivery.notification)).status, 'accepted');
    assert.deepEqual(await store.read.sendContexts([stray, lost]), [null, null]);
  });
}

function fetched(open: OpenStore): void {
  const upTo = (subscription: string, seq: number): Write => ({
    kind: 'fetch',
    user: alice,
    subscription,
    upTo: seq,
    each: [],
    seen: false,
  });
  const each = (subscription: string, ids: string[], seq = 3): Write => ({
    kind: 'fetch',
    user: alice,
    subscription,
    upTo: null,
    each: ids.map((id) => ({ id, seq })),
    seen: false,
  });
  const two = async (store: FeedStore) => {
    const [one = '', other = ''] = await subscribed(store, fcm('one'), fcm('other'));
    const writes = [visual(), visual(), visual()];
    await store.commit(writes, startMs);
    const marked = async (subscription: string) => {
      const rows = await Promise.all(writes.map(({ id }) => store.read.deliveries(alice, id)));
      return rows.map((all) => all.find((row) => row.subscription === subscription)?.fetchedAt ?? null);
    };
    return { one, other, ids: writes.map(({ id }) => id), marked };
  };

  test('up to a sequence marks what the subscription was told until then, its own alone, once', async () => {
    await using opened = await open();
    const { store } = opened;
    const { one, other, marked } = await two(store);
    await store.commit([upTo(one, 2)], startMs + 1);
    await store.commit([upTo(one, 1), upTo(one, 2)], startMs + 2);
    assert.deepEqual(await marked(one), [startMs + 1, startMs + 1, null]);
    assert.deepEqual(await marked(other), [null, null, null]);
    assert.deepEqual(
      [await store.read.fetchedSeq(alice, one), await store.read.fetchedSeq(alice, other)],
      [2, 0],
    );
    await store.commit([upTo(one, 3)], startMs + 3);
    assert.deepEqual(await marked(one), [startMs + 1, startMs + 1, startMs + 3]);
  });

  test('one that was replaced after it was answered is not fetched', async () => {
    await using opened = await open();
    const { store } = opened;
    const { one, ids, marked } = await two(store);
    await store.commit([each(one, [ids[2] as string], 2)], startMs + 1);
    assert.deepEqual(await marked(one), [null, null, null]);
  });

  test('single ones are marked by their ids, and nothing else is', async () => {
    await using opened = await open();
    const { store } = opened;
    const { one, ids, marked } = await two(store);
    await store.commit([each(one, [ids[2] as string, visual().id])], startMs + 1);
    await store.commit([each(one, [ids[2] as string])], startMs + 2);
    assert.deepEqual(await marked(one), [null, null, startMs + 1]);
    assert.equal(await store.read.fetchedSeq(alice, one), 0);
    await store.commit([upTo('A'.repeat(22), 3)], startMs + 3);
    assert.deepEqual(await marked(one), [null, null, startMs + 1]);
  });

  test('what comes after was not fetched, and a replacement is not fetched either', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one = ''] = await subscribed(store, fcm('one'));
    const first = visual({ appNotificationId: 'order', sentAs: 'one' });
    await store.commit([first, upTo(one, 1)], startMs);
    await store.commit([visual({ appNotificationId: 'order', sentAs: 'two' })], startMs);
    assert.equal((await only(store, first.id)).fetchedAt, null);
  });

  test('what was handled since it has last fetched is what a push tells to close', async () => {
    await using opened = await open();
    const { store } = opened;
    const { one, ids } = await two(store);
    const [first = '', second = '', third = ''] = ids;
    await store.commit([upTo(one, 3), stateWrite([first])], startMs);
    await store.commit([deleteWrite(second), visual({ app: 'app-b' })], startMs);
    const key = { user: alice, notification: third, subscription: one, kind: 'notify' } as const;
    const context = (await store.read.sendContexts([key]))[0];
    assert.deepEqual(context?.handled, [second, first]);
    assert.deepEqual([context?.unread, context?.fetchedSeq], [1, 3]);
    await store.commit([upTo(one, 4)], startMs);
    assert.deepEqual((await store.read.sendContexts([key]))[0]?.handled, [second]);
  });

  test('the list of what to close has at most 32, the newest', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one = ''] = await subscribed(store, fcm('one'));
    const writes = Array.from({ length: 40 }, () => visual());
    await store.commit([...writes, stateWrite(writes.map(({ id }) => id))], startMs);
    const key = {
      user: alice,
      notification: writes[0]?.id as string,
      subscription: one,
      kind: 'notify',
    } as const;
    const handled = (await store.read.sendContexts([key]))[0]?.handled;
    assert.deepEqual(
      handled,
      writes
        .map(({ id }) => id)
        .reverse()
        .slice(0, 32),
    );
  });
}

function evidence(open: OpenStore): void {
  test('what waits is as old as the oldest one, and a commit says how long each waited until it was fetched', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one = ''] = await subscribed(store, fcm('one'));
    assert.equal(await store.read.oldestPending(startMs), null);
    const write = visual();
    await store.commit([write], startMs);
    await store.commit([visual()], startMs + 5);
    assert.equal(await store.read.oldestPending(startMs + 5), startMs);
    const each = [{ id: write.id, seq: 1 }];
    const mark: Write = { kind: 'fetch', user: alice, subscription: one, upTo: null, each, seen: false };
    const fetchedIn = async (by: Write) => (await store.commit([by], startMs + 9)).fetchedAfterMs;
    assert.deepEqual(await fetchedIn(mark), [9]);
    assert.deepEqual(await fetchedIn(mark), []);
    assert.deepEqual(await fetchedIn({ ...mark, upTo: 2, each: [] }), [4]);
    await store.commit([record(result(await only(store, write.id)))], startMs + 9);
    assert.equal(await store.read.oldestPending(startMs + 9), startMs + 5);
  });

  const receipt = (
    subscription: string,
    id: string,
    kind: 'shown' | 'dismissed' | 'failed',
    more: object = {},
  ): Write => ({
    kind: 'receipts',
    user: alice,
    visibility: 'app-a',
    receipts: [{ id, subscription, kind, at: startMs + 7, contentVersion: null, ...more }],
  });

  test('receipts are kept on the delivery of their device, and say that it has fetched', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one = '', other = ''] = await subscribed(store, fcm('one'), fcm('other'));
    const write = visual();
    await store.commit([write], startMs);
    const { outcomes } = await store.commit(
      [receipt(one, write.id, 'shown'), receipt(one, write.id, 'dismissed')],
      startMs,
    );
    assert.deepEqual(outcomes, [
      { recorded: 1, notFound: [], shown: [{ channel: fcmCode, afterMs: 7, afterSentMs: null }] },
      { recorded: 1, notFound: [], shown: [] },
    ]);
    const rows = await store.read.deliveries(alice, write.id);
    const of = (id: string) => rows.find(({ subscription }) => subscription === id);
    assert.deepEqual(
      [of(one)?.shownAt, of(one)?.actedAt, of(one)?.fetchedAt],
      [startMs + 7, startMs + 7, startMs + 7],
    );
    assert.deepEqual([of(other)?.shownAt, of(other)?.fetchedAt], [null, null]);
    assert.equal((await store.read.notification(alice, write.id))?.readState, 'unread');
  });

  test('a receipt for an older content, or for what the app may not see, is not kept', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one = ''] = await subscribed(store, fcm('one'));
    const [write, foreign] = [
      visual({ appNotificationId: 'order', sentAs: 'one' }),
      visual({ app: 'app-b' }),
    ];
    await store.commit([write, foreign, visual({ appNotificationId: 'order', sentAs: 'two' })], startMs);
    const { outcomes } = await store.commit(
      [receipt(one, write.id, 'shown', { contentVersion: 1 }), receipt(one, foreign.id, 'shown')],
      startMs,
    );
    assert.deepEqual(outcomes, [
      { recorded: 0, notFound: [], shown: [] },
      { recorded: 0, notFound: [foreign.id], shown: [] },
    ]);
    assert.equal((await only(store, write.id)).shownAt, null);
  });

  test('an operator has failed ones sent again, others not', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(store, fcm('one'));
    const [failed, accepted, handled] = [visual(), visual(), visual()];
    const { deliveries } = await store.commit([failed, accepted, handled], startMs);
    const [a, b, c] = deliveries as [PlannedDelivery, PlannedDelivery, PlannedDelivery];
    const refused = { status: 'failed', reason: 'BadTopic', attempts: 3 } as const;
    await store.commit([record(result(a, refused), result(b), result(c, refused))], startMs);
    const listed = await store.read.failedDeliveries({ app: 'app-a', limit: 9, after: null });
    assert.deepEqual(idsOf(listed as unknown as PlannedDelivery[]), [failed.id, handled.id].sort());
    await store.commit([stateWrite([handled.id])], startMs);
    const { outcomes } = await store.commit([{ kind: 'redrive', deliveries: [a, b, c] }], startMs + 9);
    assert.deepEqual(outcomes, [{ redriven: 1 }]);
    const row = await only(store, failed.id);
    assert.deepEqual([row.status, row.reason, row.attempts, row.due], ['pending', null, 0, startMs + 9]);
    assert.deepEqual(idsOf(await store.claim({ ...lane, now: startMs + 9, limit: 9 })), [failed.id]);
  });

  test('what has no push address is not sent again, and stops no lane of its app', async () => {
    await using opened = await open();
    const { store } = opened;
    const [live = ''] = await subscribed(store, subscribeWrite({ installationId: 'live' }), fcm('one'));
    const write = visual();
    await store.commit([write, receipt(live, write.id, 'failed')], startMs);
    const key = { user: alice, notification: write.id, subscription: live, kind: 'notify' } as const;
    const { outcomes } = await store.commit([{ kind: 'redrive', deliveries: [key] }], startMs);
    assert.deepEqual(outcomes, [{ redriven: 0 }]);
    const now = startMs + claimLeaseMs;
    assert.deepEqual(await store.read.dueRoutes(now), [lane]);
    assert.equal((await store.claim({ ...lane, now, limit: 9 })).length, 1);
  });
}

function endings(open: OpenStore): void {
  test('purging a notification takes its deliveries with it', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(store, fcm('one'));
    const [write, kept] = [visual(), visual()];
    await store.commit([write, kept, deleteWrite(write.id)], startMs);
    const later = startMs + 40 * dayMs;
    await store.commit([timerWrite('purge', write.id)], later);
    assert.deepEqual(await store.read.deliveries(alice, write.id), []);
    assert.equal((await store.read.deliveries(alice, kept.id)).length, 1);
  });

  test('a subscription has one clear at most, and it goes with it', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one = ''] = await subscribed(store, fcm('one'));
    const writes = [visual(), visual()];
    const { deliveries } = await store.commit(writes, startMs);
    await store.commit([record(...deliveries.map((each) => result(each)))], startMs);
    for (const { id } of writes) await store.commit([stateWrite([id])], startMs);
    const clears = await store.read.deliveries(alice, noNotification);
    assert.deepEqual(
      clears.map(({ kind, subscription, seq }) => [kind, subscription, seq]),
      [['clear', one, 4]],
    );
    await store.commit([{ kind: 'unsubscribe', user: alice, app: 'app-a', id: one }], startMs);
    assert.deepEqual(await store.read.deliveries(alice, noNotification), []);
  });

  test('ten thousand subscriptions that ended leave nothing that a post has to look at', async () => {
    await using opened = await open();
    const { store } = opened;
    for (let round = 0; round < 100; round++) {
      const made = Array.from({ length: 100 }, (_, index) => fcm(`${round} ${index}`));
      const ends: Write[] = made.map(({ subscription }, index) =>
        index % 2 === 0
          ? goneWrite(subscription)
          : { kind: 'unsubscribe', user: alice, app: 'app-a', id: subscription.id },
      );
      await store.commit(
        made.flatMap((each, index) => [each, ends[index] as Write]),
        startMs,
      );
    }
    await subscribed(store, fcm('alive'));
    const write = visual();
    const { deliveries } = await store.commit([write], startMs);
    assert.equal(deliveries.length, 1);
    assert.equal((await store.read.deliveries(alice, write.id)).length, 1);
    assert.equal((await store.read.subscriptionsOfUser(alice)).length, 1);
    assert.deepEqual(await store.read.deliveries(alice, noNotification), []);
  });
}
