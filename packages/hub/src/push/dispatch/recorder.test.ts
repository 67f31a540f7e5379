import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { DeliveryResult } from '../../model/delivery.ts';
import { busy } from '../../model/errors.ts';
import type { UserKey } from '../../model/principal.ts';
import type { RecordWrite, Write } from '../../model/write.ts';
import { openRecorder } from './recorder.ts';

function result(seq: number): DeliveryResult {
  const key = { user: 'user' as UserKey, notification: 'n', subscription: 's', kind: 'notify' } as const;
  const rest = { reason: null, attempts: 1, due: 0, sentAt: 0, truncated: false, dropped: [], answer: null };
  return { ...key, seq, status: 'accepted', ...rest, planned: { channel: 1, at: 0 } };
}

/** A commit that waits until it is let go, and a store that may be away. */
function openWorld() {
  const clock = new ManualClock(0);
  const batches: number[][] = [];
  const recorded: number[] = [];
  const world = { clock, batches, recorded, away: false, gate: Promise.resolve() };
  const commit = async (write: Write): Promise<never> => {
    batches.push((write as RecordWrite).results.map(({ seq }) => seq));
    await world.gate;
    if (world.away) throw busy('away');
    return { recorded: true } as never;
  };
  const onRecorded = ({ seq }: DeliveryResult) => void recorded.push(seq);
  return { ...world, world, recorder: openRecorder({ committer: { commit }, clock, onRecorded }) };
}

const turn = () => new Promise<void>((resolve) => void nextTurn(resolve));

test('results of one turn are one write, and are told of once they are stored', async () => {
  const { recorder, batches, recorded } = openWorld();
  for (const seq of [1, 2, 3]) recorder.record(result(seq));
  assert.deepEqual(recorded, []);
  await recorder.flush();
  assert.deepEqual(batches, [[1, 2, 3]]);
  assert.deepEqual(recorded, [1, 2, 3]);
});

test('what comes during a write is the next one, and a write has at most 128', async () => {
  const { recorder, batches, world } = openWorld();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.gate = promise;
  recorder.record(result(1));
  await turn();
  for (let seq = 2; seq <= 201; seq++) recorder.record(result(seq));
  resolve();
  await recorder.flush();
  assert.deepEqual(
    batches.map(({ length }) => length),
    [1, 128, 72],
  );
});

test('what comes in any microtask around the end of a write is written too', async () => {
  for (let after = 0; after < 16; after++) {
    const { recorder, batches, world } = openWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.gate = promise;
    recorder.record(result(1));
    await turn();
    resolve();
    for (let step = 0; step < after; step++) await null;
    recorder.record(result(2));
    await turn();
    assert.deepEqual(batches.flat(), [1, 2], `${after} microtasks after the commit`);
  }
});

test('while the store is away nothing is lost or told of, and the order stays', async () => {
  const { recorder, batches, recorded, world, clock } = openWorld();
  world.away = true;
  recorder.record(result(1));
  await recorder.flush();
  recorder.record(result(2));
  await recorder.flush();
  assert.deepEqual(recorded, []);
  world.away = false;
  clock.advance(1000);
  await turn();
  assert.deepEqual(recorded, [1, 2]);
  assert.deepEqual(batches.at(-1), [1, 2]);
});

test('while the store is away it is asked once a second, however many results wait', async () => {
  const { recorder, batches, world, clock } = openWorld();
  world.away = true;
  for (let seq = 1; seq <= 20; seq++) {
    recorder.record(result(seq));
    await turn();
    clock.advance(40);
    await turn();
  }
  const before = batches.length;
  for (let step = 0; step < 100; step++) {
    clock.advance(100);
    await turn();
  }
  const asked = batches.length - before;
  assert.ok(asked >= 9 && asked <= 11, `asked ${asked} times in ten seconds`);
});

test('a flush of nothing is over at once, and one of a store that refuses does not hang', async () => {
  const { recorder, world } = openWorld();
  await recorder.flush();
  world.away = true;
  recorder.record(result(1));
  await recorder.flush();
  await recorder.flush();
});
