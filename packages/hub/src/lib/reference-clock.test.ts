import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { ReferenceClock } from './reference-clock.ts';

const start = 1_800_000_000_000;

async function open(offMs: number) {
  const own = new ManualClock(start);
  const reference = { offMs, away: false, reads: 0, tookMs: 0 };
  const told: number[] = [];
  const clock = new ReferenceClock(own);
  const read = async () => {
    reference.reads++;
    if (reference.away) throw new Error('away');
    const there = own.now() + reference.offMs;
    own.advance(reference.tookMs);
    return there;
  };
  const timer = await clock.follow({ read, onChange: (ms) => told.push(ms) });
  const turn = async () => {
    own.advance(10_000);
    for (let times = 0; times < 5; times++) await Promise.resolve();
  };
  return { own, reference, told, clock, timer, turn };
}

test('a machine whose clock is off goes by the reference, and follows when either is set', async () => {
  const { own, reference, told, clock, turn } = await open(-300_000);
  assert.equal(clock.now(), start - 300_000);
  reference.offMs = 40_000;
  await turn();
  assert.equal(clock.now(), own.now() + 40_000);
  reference.offMs = 900;
  await turn();
  assert.equal(clock.now(), own.now());
  assert.deepEqual(told, [-300_000, 40_000, 0]);
});

test('a difference of less than a second is left alone, also beside one that is followed', async () => {
  const { own, reference, told, clock, turn } = await open(1000);
  assert.equal(clock.now(), start);
  reference.offMs = 5000;
  await turn();
  reference.offMs = 5900;
  await turn();
  assert.equal(clock.now(), own.now() + 5000);
  assert.deepEqual(told, [5000]);
});

test('a reference that is away changes nothing, and one that answers late as much as it can tell', async () => {
  const { own, reference, told, clock, turn } = await open(60_000);
  reference.offMs = 0;
  reference.away = true;
  await turn();
  assert.equal(clock.now(), own.now() + 60_000);
  reference.away = false;
  reference.offMs = 63_000;
  reference.tookMs = 5000;
  await turn();
  assert.equal(clock.now(), own.now() + 60_000);
  reference.offMs = 90_000;
  await turn();
  assert.ok(Math.abs(clock.now() - own.now() - 90_000) <= 2500);
  assert.equal(told.length, 2);
});

test('who starts asks again when the first answer does not come', async () => {
  const own = new ManualClock(start);
  let reads = 0;
  const read = async () => {
    if (++reads < 3) throw new Error('away');
    return own.now() + 60_000;
  };
  const clock = new ReferenceClock(own);
  await clock.follow({ read, onChange() {} });
  assert.deepEqual([reads, clock.now()], [3, start + 60_000]);
});

test('once it is stopped nobody is asked any more, and timers are the own ones', async () => {
  const { own, reference, clock, timer, turn } = await open(60_000);
  timer.stop();
  await turn();
  assert.equal(reference.reads, 1);
  const fired: string[] = [];
  clock.after(10, () => fired.push('after'));
  const every = clock.every(10, () => fired.push('every'));
  own.advance(10);
  every.stop();
  own.advance(10);
  assert.deepEqual(fired, ['after', 'every']);
});
