import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, Subscription } from '@carillon/protocol';
import { isOver, Timeline } from './timeline.ts';

const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;

const pending: Delivery = {
  ...{ subscriptionId: 'phone', platform: 'ios', kind: 'notify', status: 'pending', reason: null },
  ...{ attempts: 0, truncated: false, dropped: [], lastAnswer: null, plannedDateTime: at(0) },
  ...{ sentDateTime: null, fetchedDateTime: null, shownDateTime: null, actedDateTime: null },
};
const taken = { verdict: 'accepted', status: 200, reason: null, dateTime: at(1) } as const;
const live = { id: 'phone', installationId: 'one', displayName: null, channel: null } as Subscription;

function told(timeline: Timeline, ...deliveries: Delivery[]): string[] {
  return timeline.next(deliveries, new Map()).map(({ what, kind }) => `${kind} ${what}`);
}

test('what happened between two looks is all told, in the order of time, and nothing twice', () => {
  const timeline = new Timeline();
  const fetched = { ...pending, attempts: 1, lastAnswer: taken, fetchedDateTime: at(2) };
  const later = { ...fetched, status: 'shown', shownDateTime: at(3) } as const;
  const fallback = { ...pending, kind: 'fallback', status: 'skipped', reason: 'fetched' } as const;
  assert.deepEqual(told(timeline, pending), ['notify pending']);
  assert.deepEqual(told(timeline, fallback, later), [
    'notify accepted',
    'notify fetched',
    'notify shown',
    'fallback skipped',
  ]);
  assert.deepEqual(told(timeline, fallback, later), []);
});

test('a replaced notification is told of anew, with the same device', () => {
  const timeline = new Timeline();
  const skipped = { ...pending, status: 'skipped', reason: 'it asked for noNotification' } as const;
  for (const plannedDateTime of [at(0), at(5)]) {
    assert.deepEqual(told(timeline, { ...skipped, plannedDateTime }), ['notify skipped']);
  }
});

test('what expired, and what its device could not show, is told beside the answer of the provider', () => {
  const retried = { ...taken, verdict: 'retry', status: 503 } as const;
  const expired = {
    ...pending,
    attempts: 1,
    lastAnswer: retried,
    status: 'expired',
    reason: 'late',
  } as const;
  assert.deepEqual(told(new Timeline(), expired), ['notify pending', 'notify retry', 'notify expired']);
  const unshown = {
    ...pending,
    attempts: 1,
    lastAnswer: taken,
    status: 'failed',
    reason: 'unshown',
  } as const;
  assert.deepEqual(told(new Timeline(), unshown), ['notify pending', 'notify accepted', 'notify failed']);
});

test('it is over when every push ended short of its device, and not while one may tell more', () => {
  const ended = (['withdrawn', 'expired', 'failed', 'gone', 'skipped'] as const).map((status) => ({
    ...pending,
    status,
  }));
  assert.ok(isOver(ended, new Map()));
  assert.ok(!isOver([], new Map()), 'a page without a subscription may still handle it');
  assert.ok(!isOver(ended, new Map([['phone', live]])), 'one that listens live');
  for (const status of ['pending', 'sent', 'accepted', 'fetched', 'shown', 'acted'] as const) {
    assert.ok(!isOver([...ended, { ...pending, status }], new Map()), status);
  }
});
