// The nodes of a hub over a wire that can be cut, by a clock that stands still until it is moved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Bus, BusListener, NodeFact } from '../bus/bus.ts';
import { Nodes } from './nodes.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

interface Wire {
  readonly ends: Partial<BusListener>[];
  /** What ends said of themselves, in order. */
  readonly said: NodeFact[];
}

/** What one end publishes, all others hear. */
function endOf(wire: Wire, end: { isCut: boolean }): Bus {
  const own: Partial<BusListener>[] = [];
  const nothing = (): void => {};
  return {
    connected: true,
    listen(listener) {
      own.push(listener);
      wire.ends.push(listener);
    },
    ...{ publish: nothing, publishHeads: nothing, publishUse: nothing, join: nothing, leave: nothing },
    publishNode(fact) {
      if (end.isCut) return;
      wire.said.push(fact);
      for (const each of wire.ends) if (!own.includes(each)) each.node?.(fact);
    },
    close: async () => {},
  };
}

function openNode(wire: Wire, clock: ManualClock, name: string) {
  const counts = { creates: 0, isStoreUp: true, sameNames: 0 };
  const end = { isCut: false };
  const nodes = new Nodes({
    bus: endOf(wire, end),
    clock,
    own: {
      ...{ version: '1.2.3', startedAt: clock.now(), streams: () => 3 },
      creates: () => counts.creates,
      eventLoopLagSeconds: () => 0.004,
      isStoreUp: async () => counts.isStoreUp,
    },
    onSameName: () => void counts.sameNames++,
  });
  nodes.begin(name);
  return { nodes, counts, end };
}

const seen = async ({ nodes }: { nodes: Nodes }) => (await nodes.list()).map(({ id, state }) => [id, state]);

/** Seconds pass, and what timers began has ended. */
async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await nextTurn();
  }
}

test('each node lists itself first, hears of the others at once, and shows what they said last', async () => {
  const [wire, clock]: [Wire, ManualClock] = [{ ends: [], said: [] }, new ManualClock()];
  const [a, b] = [openNode(wire, clock, 'a'), openNode(wire, clock, 'b')];
  await nextTurn();
  assert.deepEqual(await seen(a), [
    ['a', 'up'],
    ['b', 'up'],
  ]);
  assert.deepEqual(await seen(b), [
    ['b', 'up'],
    ['a', 'up'],
  ]);
  b.counts.creates = 50;
  b.counts.isStoreUp = false;
  await pass(clock, 5);
  const [, other] = await a.nodes.list();
  const { heardAt, startedAt, ...fact } = other ?? assert.fail();
  assert.equal(heardAt, clock.now());
  assert.equal(startedAt, clock.now() - 5000);
  assert.deepEqual(fact, {
    ...{ id: 'b', version: '1.2.3', state: 'up', streams: 3, createsPerSecond: 10 },
    ...{ eventLoopLagSeconds: 0.004, isStoreUp: false, isOwn: false, isBusUp: true },
  });
});

test('one that drains says so and leaves the list; one that is lost is silent, for an hour or until it starts again', async () => {
  const [wire, clock]: [Wire, ManualClock] = [{ ends: [], said: [] }, new ManualClock()];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => openNode(wire, clock, name));
  if (!a || !b || !c) return assert.fail();
  await pass(clock, 1);
  b.nodes.drain();
  c.end.isCut = true;
  const states = async () => new Map((await a.nodes.list()).map(({ id, state }) => [id, state]));
  assert.deepEqual([(await states()).get('b'), (await states()).get('c')], ['draining', 'up']);
  b.nodes.close();
  assert.equal((await states()).has('b'), false);
  await pass(clock, 20);
  assert.equal((await states()).get('c'), 'silent');
  c.nodes.close();
  const again = openNode(wire, clock, 'c');
  await pass(clock, 1);
  assert.deepEqual(await seen(a), [
    ['a', 'up'],
    ['c', 'up'],
  ]);
  again.end.isCut = true;
  await pass(clock, 3590);
  assert.equal((await states()).get('c'), 'silent');
  await pass(clock, 30);
  assert.equal((await states()).has('c'), false);
});

test('two that run under one name are both listed, and each is told so', async () => {
  const [wire, clock]: [Wire, ManualClock] = [{ ends: [], said: [] }, new ManualClock()];
  const [a, b] = [openNode(wire, clock, 'one name'), openNode(wire, clock, 'one name')];
  await pass(clock, 10);
  assert.equal((await a.nodes.list()).length, 2);
  assert.deepEqual([a.counts.sameNames, b.counts.sameNames], [1, 1]);
});

test('a flood of names keeps those that were heard last, and is answered once a second', async () => {
  const [wire, clock]: [Wire, ManualClock] = [{ ends: [], said: [] }, new ManualClock()];
  const { nodes } = openNode(wire, clock, 'a');
  await pass(clock, 1);
  const [fact] = wire.said;
  if (!fact) return assert.fail();
  const before = wire.said.length;
  const flood = endOf(wire, { isCut: false });
  for (let index = 0; index < 1000; index++)
    flood.publishNode({ ...fact, id: `b${index}`, instance: `${index}` });
  await nextTurn();
  const all = await nodes.list();
  assert.equal(all.length, 257);
  assert.ok(all.some(({ id }) => id === 'b999'));
  assert.equal(wire.said.slice(before).filter(({ id }) => id === 'a').length, 1);
});
