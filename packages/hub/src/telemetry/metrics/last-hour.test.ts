import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openLastHour, pointMs } from './last-hour.ts';
import { openTallies } from './tallies.ts';

const depths = { streams: 3, writes: 2, deliveries: 1, attempts: 0, eventLoopLagSeconds: 0.002 };

function open() {
  const clock = new ManualClock();
  const tallies = openTallies();
  tallies.counter('carillon_creates_total').add(1000);
  return { clock, tallies, hour: openLastHour(tallies, clock, () => depths) };
}

test('holds what was counted in each 15 seconds, and what is since the last, of an hour', () => {
  const { clock, tallies, hour } = open();
  tallies.counter('carillon_creates_total').add(5);
  tallies.counter('carillon_deliveries_total').addTo(['fcm', 'accepted'], 2);
  clock.advance(pointMs);
  tallies.counter('carillon_creates_total').add();
  const [first, now, ...none] = hour.points();
  assert.deepEqual(none, []);
  assert.deepEqual(first, {
    ...{ at: clock.now(), creates: 5, changes: 0, requests: 0, throttled: 0, ...depths },
    deliveriesByVerdict: [{ channel: 'fcm', verdict: 'accepted', count: 2 }],
  });
  assert.deepEqual([now?.creates, now?.deliveriesByVerdict], [1, []]);
  for (let count = 0; count < 300; count++) clock.advance(pointMs);
  assert.equal(hour.points().length, 241);
  assert.ok(hour.points().every(({ creates }) => creates <= 1));
  hour.close();
});

test('percentiles are those of the hour, by the bounds of the buckets, and none without an observation', () => {
  const { clock, tallies, hour } = open();
  const name = 'carillon_commit_seconds';
  assert.deepEqual(hour.percentiles(name), { count: 0, p50: null, p95: null, p99: null });
  for (let count = 0; count < 98; count++) tallies.histogram(name).observe(0.004);
  for (let count = 0; count < 2; count++) tallies.histogram(name).observe(0.4);
  assert.deepEqual(hour.percentiles(name), { count: 100, p50: 0.005, p95: 0.005, p99: 0.5 });
  for (let count = 0; count < 300; count++) clock.advance(pointMs);
  assert.equal(hour.percentiles(name).count, 0);
  hour.close();
});

test('latencies are those of each minute of the hour, and of what is since the last', () => {
  const { clock, tallies, hour } = open();
  const nothing = { count: 0, p50: null, p95: null, p99: null };
  tallies.histogram('carillon_create_to_accepted_seconds').observe(0.004);
  for (let points = 0; points < 4; points++) clock.advance(pointMs);
  const ended = clock.now();
  tallies.histogram('carillon_create_to_shown_seconds').observe(0.4);
  const [first, now, ...none] = hour.latencies();
  assert.deepEqual(none, []);
  assert.deepEqual(first?.accepted, { count: 1, p50: 0.01, p95: 0.01, p99: 0.01 });
  assert.deepEqual([first?.at, first?.fetched, first?.shown], [ended, nothing, nothing]);
  assert.deepEqual([now?.accepted, now?.shown.count], [nothing, 1]);
  for (let count = 0; count < 300; count++) clock.advance(pointMs);
  assert.equal(hour.latencies().length, 61);
  hour.close();
});
