// The contract of the feed store for a clock that ran ahead and was set back, for every back end: a delivery waits as long
// as its rule allows, from the clock as it is, and not until the clock is there again.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, dayMs, postWrite, startMs, subscribeWrite } from '@carillon/testing/feed/writes.ts';
import { claimLeaseMs, type Route } from '../../src/model/delivery.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';
import {
  apnsCode,
  fcm,
  idsOf,
  lane,
  only,
  platformTypes,
  record,
  result,
  subscribed,
  visual,
} from './store-deliveries.ts';

export function clockContract(name: string, open: OpenStore): void {
  describe(`${name}: a clock that was ahead`, () => ahead(open));
}

function ahead(open: OpenStore): void {
  const hourMs = 3_600_000;
  const minuteMs = 60_000;
  /** Deliveries of a node whose clock was so far ahead, with room for them in memory or not. */
  const plannedAhead = async (store: FeedStore, aheadMs: number, claim: boolean) => {
    await subscribed(store, fcm('one'));
    const write = visual({ expires: startMs + 10 * dayMs });
    await store.commit([write], startMs + aheadMs, claim);
    return write.id;
  };

  /** A claim may leave what it has dated anew to the next. */
  const claimTwice = async (store: FeedStore, route: Route = lane) => {
    const claim = () => store.claim({ ...route, now: startMs, limit: 9 });
    return [...(await claim()), ...(await claim())];
  };

  for (const aheadMs of [20_000, 10 * minuteMs, 2 * hourMs, 5 * dayMs]) {
    test(`what was claimed while the clock was ${aheadMs} ms ahead is free once a claim is over`, async () => {
      await using opened = await open();
      const { store } = opened;
      const id = await plannedAhead(store, aheadMs, true);
      assert.deepEqual(await store.read.dueRoutes(startMs), [lane]);
      assert.deepEqual(await store.claim({ ...lane, now: startMs, limit: 9 }), []);
      const { due, plannedAt, claimed } = await only(store, id);
      assert.deepEqual([due, plannedAt, claimed], [startMs + claimLeaseMs, startMs, true]);
      assert.deepEqual(await store.read.dueRoutes(startMs), []);
      const freed = startMs + claimLeaseMs;
      assert.deepEqual(await store.read.dueRoutes(freed), [lane]);
      assert.deepEqual(idsOf(await store.claim({ ...lane, now: freed, limit: 9 })), [id]);
    });

    test(`what was due while the clock was ${aheadMs} ms ahead is due now`, async () => {
      await using opened = await open();
      const { store } = opened;
      const id = await plannedAhead(store, aheadMs, false);
      assert.deepEqual(await store.read.dueRoutes(startMs), [lane]);
      assert.deepEqual(idsOf(await claimTwice(store)), [id]);
    });
  }

  test('an attempt that is to be made again waits an hour at most, and as long as it was told until then', async () => {
    await using opened = await open();
    const { store } = opened;
    await subscribed(store, fcm('one'));
    const { deliveries } = await store.commit([visual({ expires: startMs + 10 * dayMs })], startMs);
    const [delivery] = deliveries;
    assert.ok(delivery);
    const again = (due: number) =>
      store.commit([record(result(delivery, { status: 'pending', due }))], startMs);
    await again(startMs + hourMs);
    assert.deepEqual(await store.read.dueRoutes(startMs), []);
    assert.deepEqual(await store.claim({ ...lane, now: startMs, limit: 9 }), []);
    assert.equal((await only(store, delivery.notification)).due, startMs + hourMs);
    await again(startMs + 2 * hourMs);
    assert.deepEqual(await store.read.dueRoutes(startMs), [lane]);
    assert.deepEqual(await claimTwice(store), [delivery]);
  });

  test('a fallback waits as long as it was posted with, from the clock that was set back', async () => {
    await using opened = await open();
    const { store } = opened;
    const channel = { type: 'apns', token: 'ab', topic: 't', environment: 'production' };
    await subscribed(store, subscribeWrite({ installationId: 'phone', platform: 'ios', channel }));
    const visualContent = { title: 'You have mail' };
    const endpointFallback = { platformTypes: ['ios'], fallbackDelayInSeconds: 300, visualContent };
    const content = JSON.stringify({
      groupName: null,
      priority: 'High',
      payload: { rawContent: 'mail' },
      targetPolicy: { platformTypes },
      fallbackPolicy: { endpointFallback },
    });
    const write = postWrite({ content, expires: startMs + 10 * dayMs });
    await store.commit([write], startMs + 2 * hourMs, false);
    const route = { app: 'app-a', channel: apnsCode };
    const kinds = (await claimTwice(store, route)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['notify']);
    const rows = await store.read.deliveries(alice, write.id);
    const fallback = rows.find(({ kind }) => kind === 'fallback');
    assert.deepEqual([fallback?.due, fallback?.plannedAt], [startMs + 300_000, startMs]);
    assert.deepEqual(await store.claim({ ...route, now: startMs, limit: 9 }), []);
    assert.equal(
      (await store.read.deliveries(alice, write.id)).find(({ kind }) => kind === 'fallback')?.due,
      startMs + 300_000,
    );
  });

  test('of another node, whose clock is ahead by less than nodes differ, a claim is left alone', async () => {
    await using opened = await open();
    const { store } = opened;
    const id = await plannedAhead(store, 1900, true);
    assert.deepEqual(await store.read.dueRoutes(startMs), []);
    await store.claim({ ...lane, now: startMs, limit: 9 });
    assert.equal((await only(store, id)).due, startMs + 1900 + claimLeaseMs);
  });
}
