import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { busy } from '../model/errors.ts';
import type { UserKey } from '../model/principal.ts';
import type { FetchWrite, Write } from '../model/write.ts';
import { openFetched } from './fetched.ts';

const user = 'user' as UserKey;
const one = { user, id: 'one' };
const other = { user, id: 'other' };

function openWorld() {
  const world = { writes: [] as FetchWrite[], away: false, clock: new ManualClock() };
  const committer = {
    async commit(write: Write): Promise<never> {
      if (world.away) throw busy('away');
      world.writes.push(write as FetchWrite);
      return { marked: true } as never;
    },
  };
  const fetched = openFetched(committer, world.clock);
  return { world, fetched };
}

test('a mark up to a sequence is written once, and not again for what lies before it', async () => {
  const { world, fetched } = openWorld();
  for (const seq of [3, 3, 2, 0]) await fetched.upTo(one, seq);
  await fetched.upTo(one, 4);
  await fetched.upTo(other, 1);
  assert.deepEqual(
    world.writes.map(({ subscription, upTo, each }) => [subscription, upTo, each]),
    [
      ['one', 3, []],
      ['one', 4, []],
      ['other', 1, []],
    ],
  );
});

test('nothing fetched writes no more than that the device was there, once in a quarter of an hour', async () => {
  const { world, fetched } = openWorld();
  const seen = () => world.writes.map(({ upTo, each, seen }) => [upTo, each, seen]);
  await fetched.upTo(one, 0);
  await fetched.each(one, []);
  await fetched.present(one);
  assert.deepEqual(seen(), [[null, [], true]]);
  world.clock.advance(15 * 60_000);
  await fetched.present(one);
  await fetched.upTo(one, 1);
  assert.deepEqual(seen().slice(1), [
    [null, [], true],
    [1, [], false],
  ]);
});

test('that a device was there is written the next time where it could not be stored', async () => {
  const { world, fetched } = openWorld();
  world.away = true;
  await fetched.present(one);
  world.away = false;
  await fetched.present(one);
  assert.equal(world.writes.length, 1);
});

test('single ones are written each time, as they were when they were answered', async () => {
  const rows = [
    { id: 'a', seq: 1 },
    { id: 'b', seq: 2 },
  ];
  const { world, fetched } = openWorld();
  await fetched.each(one, rows);
  await fetched.each(one, rows);
  assert.deepEqual(
    world.writes,
    [true, false].map((seen) => ({ kind: 'fetch', user, subscription: 'one', upTo: null, each: rows, seen })),
  );
});

test('a mark that could not be stored keeps nobody waiting, and is written the next time', async () => {
  const { world, fetched } = openWorld();
  world.away = true;
  await fetched.upTo(one, 3);
  await fetched.each(one, [{ id: 'a', seq: 1 }]);
  world.away = false;
  await fetched.upTo(one, 3);
  assert.deepEqual(
    world.writes.map(({ upTo }) => upTo),
    [3],
  );
});

test('it remembers a bounded number of devices: one that was forgotten is only written again', async () => {
  const { world, fetched } = openWorld();
  for (let device = 0; device <= 10_000; device++) await fetched.upTo({ user, id: `${device}` }, 1);
  const before = world.writes.length;
  await fetched.upTo({ user, id: '10000' }, 1);
  assert.equal(world.writes.length, before);
  await fetched.upTo({ user, id: '0' }, 1);
  assert.equal(world.writes.length, before + 1);
});
