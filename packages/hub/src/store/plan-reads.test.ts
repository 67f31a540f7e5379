import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, bob, postWrite, stateWrite } from '@carillon/testing/feed/writes.ts';
import { planBatch } from '../hub/plan-batch.ts';
import { noNotification } from '../model/delivery.ts';
import { onlyDeclared, ReadSet } from './plan-reads.ts';
import type { Snapshot } from './store.ts';

const nothing: Snapshot = {
  feed: () => null,
  feedApps: () => [],
  contentBytes: () => 0,
  notification: () => null,
  aliveByAppNotificationId: () => null,
  subscription: () => null,
  subscriptionByInstallation: () => null,
  countSubscriptions: () => 0,
  lapsedSubscriptions: () => [],
  addressHolder: () => null,
  subscriptions: () => [],
  deliveries: () => [],
};

test('a plan sees what its writes declare', () => {
  const reads = new ReadSet();
  reads.feed(alice);
  reads.notification(alice, 'ID');
  reads.name(alice, 'app', 'order 7');
  const seen = onlyDeclared(nothing, reads);
  assert.equal(seen.feed(alice), null);
  assert.deepEqual(seen.subscriptions(alice), []);
  assert.equal(seen.notification(alice, 'id'), null);
  assert.deepEqual(seen.deliveries(alice, 'id'), []);
  assert.equal(seen.aliveByAppNotificationId(alice, 'app', 'order 7'), null);
});

test('looking at anything else fails and says what', () => {
  const seen = onlyDeclared(nothing, new ReadSet());
  const looks: readonly (readonly [() => unknown, RegExp])[] = [
    [() => seen.feed(bob), /looked at the feed of/],
    [() => seen.feedApps(bob), /the feed/],
    [() => seen.notification(bob, 'id'), /the notification/],
    [() => seen.aliveByAppNotificationId(bob, 'app', 'name'), /the appNotificationId/],
    [() => seen.subscription(bob, 'app', 'id'), /the subscriptions/],
    [() => seen.subscriptionByInstallation(bob, 'app', 'id'), /the subscriptions/],
    [() => seen.countSubscriptions(bob, 'app'), /the subscriptions/],
    [() => seen.lapsedSubscriptions(bob, 'app', 1), /the subscriptions/],
    [() => seen.subscriptions(bob), /the subscriptions/],
    [() => seen.deliveries(bob, 'id'), /the deliveries/],
    [() => seen.deliveries(bob, noNotification), /the taps/],
  ];
  for (const [look, message] of looks) assert.throws(look, message);
});

test('a plan that looks at what another write of its kind would declare fails too', () => {
  const [first, second] = [postWrite(), postWrite({ by: 'bob' })];
  const reads = planBatch.readsOf([first]);
  const context = { now: first.expires - 1, claim: false };
  assert.throws(() => planBatch.plan([second], onlyDeclared(nothing, reads), context), /the feed of/);
  assert.equal(planBatch.plan([first], onlyDeclared(nothing, reads), context).changes.length, 1);
});

test('a batch locks each feed with as many changes as its writes most likely make', () => {
  const writes = [postWrite(), postWrite(), postWrite({ by: 'bob' }), stateWrite(['a', 'b'])];
  assert.deepEqual(
    [...planBatch.readsOf(writes).feeds],
    [
      [alice, 4],
      [bob, 1],
    ],
  );
});
