import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { UnresolvedNames } from './unresolved.ts';

const hourMs = 3_600_000;

function open() {
  const facts = new Map<string, string>();
  const clock = new ManualClock(0);
  const meta = {
    read: async (key: string) => facts.get(key) ?? null,
    write: async (key: string, value: string) => void facts.set(key, value),
  };
  const onFailure = (error: unknown) => assert.fail(String(error));
  return { clock, facts, again: () => new UnresolvedNames({ meta, clock, onFailure }) };
}

/** Fails every six hours; answers after how many days its addresses end. */
async function daysToEnd(names: () => UnresolvedNames, clock: ManualClock): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    if (await names().failed('gone.push.org')) return (tries * 6) / 24;
    clock.advance(6 * hourMs);
  }
  return Number.POSITIVE_INFINITY;
}

test('a name that has failed for seven days is lost, over restarts', async () => {
  const { clock, again } = open();
  const names = again();
  assert.equal(await daysToEnd(() => names, clock), 7);
  const other = open();
  assert.equal(await daysToEnd(other.again, other.clock), 7);
});

test('one that resolved in between, or that nobody tried for a day, begins its week anew', async () => {
  const { clock, again, facts } = open();
  const names = again();
  await names.failed('gone.push.org');
  clock.advance(25 * hourMs);
  assert.equal(await daysToEnd(() => names, clock), 7);
  names.resolved('gone.push.org');
  assert.deepEqual([...facts.values()], ['[]']);
  assert.equal(await names.failed('gone.push.org'), false);
});

test('made up names fill neither the memory nor the fact', async () => {
  const { again, facts } = open();
  const names = again();
  for (let index = 0; index < 1100; index++) await names.failed(`h${index}.push.org`);
  assert.equal(await names.failed('x'.repeat(300)), false);
  assert.equal(JSON.parse([...facts.values()][0] ?? '').length, 1000);
});
