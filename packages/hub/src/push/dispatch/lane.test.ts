import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedDelivery } from '../../model/delivery.ts';
import type { UserKey } from '../../model/principal.ts';
import { Lane, laneLimits } from './lane.ts';

const route = { app: 'app-a', channel: 1 } as const;

function delivery(seq: number): PlannedDelivery {
  const user = 'user' as UserKey;
  return { user, notification: `n${seq}`, subscription: 's', kind: 'notify', ...route, seq };
}

function filled(count: number): Lane {
  const lane = new Lane(route);
  for (let seq = 1; seq <= count; seq++) lane.push(delivery(seq));
  return lane;
}

function open(lane: Lane): void {
  for (let count = 0; count < 10; count++) lane.breaker.failed(0, null, `user ${count % 3}`);
}

test('deliveries leave in their order, whatever comes in between', () => {
  const lane = filled(2500);
  const taken: number[] = [];
  for (let next = lane.take(0); next; next = lane.take(0)) {
    taken.push(next.seq);
    lane.inFlight--;
    if (taken.length === 1500) lane.push(delivery(2501));
  }
  assert.deepEqual(
    taken,
    Array.from({ length: 2501 }, (_, index) => index + 1),
  );
  assert.equal(lane.queued, 0);
  assert.equal(lane.room, laneLimits.queued);
});

test('no more are under way than a lane may have', () => {
  const lane = filled(laneLimits.inFlight + 10);
  let taken = 0;
  while (lane.take(0)) taken++;
  assert.equal(taken, laneLimits.inFlight);
  lane.inFlight--;
  assert.ok(lane.take(0));
  assert.equal(lane.take(0), null);
});

test('its room counts what waits, not what is under way', () => {
  const lane = filled(10);
  assert.equal(lane.room, laneLimits.queued - 10);
  lane.take(0);
  assert.equal(lane.room, laneLimits.queued - 9);
});

test('an open breaker lets none through, then one to probe, also while others are still under way', () => {
  const lane = filled(laneLimits.inFlight + 10);
  for (let count = 0; count < laneLimits.inFlight; count++) lane.take(0);
  open(lane);
  assert.equal(lane.take(0), null);
  assert.ok(lane.take(1000));
  assert.equal(lane.breaker.phase, 'probing');
  assert.equal(lane.take(60_000), null);
});

test('what it sheds is all that waits, and it remembers that the store has more', () => {
  const lane = filled(5);
  lane.take(0);
  assert.equal(lane.moreInStore, false);
  assert.deepEqual(
    lane.shed().map(({ seq }) => seq),
    [2, 3, 4, 5],
  );
  assert.equal(lane.moreInStore, true);
  assert.deepEqual([lane.queued, lane.take(0)], [0, null]);
  const empty = new Lane(route);
  assert.deepEqual(empty.shed(), []);
  assert.equal(empty.moreInStore, false);
});

test('while it is paused, those to addresses that were good probe it, one a second, and a few wait for that', () => {
  const lane = filled(20);
  open(lane);
  assert.equal(lane.shed(({ seq }) => seq % 2 === 0).length, 16);
  assert.equal(lane.take(0)?.seq, 2);
  assert.equal(lane.take(500), null);
  assert.equal(lane.take(1000)?.seq, 4);
  assert.equal(lane.pushProbe(delivery(21)), true);
  assert.equal(lane.pushProbe(delivery(22)), true);
  assert.equal(lane.pushProbe(delivery(23)), false);
  lane.breaker.succeeded(1000);
  assert.deepEqual([lane.take(1000)?.seq, lane.take(1000)?.seq], [6, 8]);
});
