// Redrives over failed deliveries in memory, with their progress in a real registry, by a clock that stands still until it is moved.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Committer } from '../../../feed/commit.ts';
import {
  type DeliveryKey,
  newDelivery,
  type RedriveJob,
  type Selection,
  type StoredDelivery,
} from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import { openRegistry } from '../../../store/sqlite/registry/registry.ts';
import { type FailedQuery, type SendContext, StoreError } from '../../../store/store.ts';
import { newRedrive, openRedrives, type Redrives } from './redrives.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const everything = { app: null, channel: null, reason: null };
const most = { atOnce: 4, kept: 50 };

/** Failed deliveries in memory, of which each commit takes what it redrives; nodes with one registry. */
async function open(context: TestContext, count: number) {
  const folder = tempFolder();
  const registry = await openRegistry(join(folder.path, 'registry.db'), () => null);
  const opened: Redrives[] = [];
  context.after(async () => {
    for (const each of opened) await each.close();
    await registry.close();
    folder.remove();
  });
  const clock = new ManualClock();
  const rows = Array.from({ length: count }, (_, index) => failedOne(index));
  const steps: number[] = [];
  const failures: unknown[] = [];
  const at = (key: DeliveryKey) => rows.find(({ notification }) => notification === key.notification);
  const read = {
    async failedDeliveries({ limit, after }: FailedQuery) {
      const isNext = ({ status, notification }: StoredDelivery) =>
        status === 'failed' && (after === null || notification > after.notification);
      return rows.filter(isNext).slice(0, limit);
    },
    sendContexts: async (keys: readonly DeliveryKey[]) =>
      keys.map((key) => ({ delivery: at(key) }) as unknown as SendContext),
  };
  const redrive = (keys: readonly DeliveryKey[]): number => {
    const taken = new Set(keys.map(({ notification }) => notification));
    let redriven = 0;
    for (const [index, row] of rows.entries()) {
      if (row.status !== 'failed' || !taken.has(row.notification)) continue;
      rows[index] = { ...row, status: 'pending' };
      redriven++;
    }
    steps.push(redriven);
    return redriven;
  };
  const node = (isAlone: boolean, isDown: { after: number } = { after: Number.POSITIVE_INFINITY }) => {
    const commit = async (write: Parameters<Committer['commit']>[0]) => {
      assert.equal(write.kind, 'redrive');
      const redriven = write.kind === 'redrive' ? redrive(write.deliveries) : 0;
      // It was committed, and its answer was lost.
      if (steps.length > isDown.after) throw new StoreError('unavailable', 'away');
      return { redriven };
    };
    const committer = { commit } as unknown as Pick<Committer, 'commit'>;
    const onFailure = (error: unknown) => void failures.push(error);
    const stored = registry.redrives;
    const redrives = openRedrives({ stored, read, committer, clock, isAlone, onFailure });
    opened.push(redrives);
    return redrives;
  };
  const start = async (redrives: Redrives, selection: Selection, dryRun = false) => {
    const job = newRedrive(selection, { dryRun, now: clock.now() });
    const hold = redrives.hold();
    await registry.redrives.add(job, hold, most);
    redrives.run(job, hold);
    return job;
  };
  const find = async ({ id }: RedriveJob) => (await registry.redrives.find(id)) ?? assert.fail();
  /** Lets them make steps until the condition holds. */
  const drive = async (job: RedriveJob, isDone: (now: RedriveJob) => boolean, stepMs = 1000) => {
    for (let turns = 0; ; turns++) {
      const now = await find(job);
      if (isDone(now)) return now;
      assert.ok(turns < 5000, `it comes to that: ${JSON.stringify({ ...now, step: null })}`);
      await nextTurn();
      clock.advance(stepMs);
    }
  };
  const left = () => rows.filter(({ status }) => status === 'failed').length;
  const fail = () => {
    for (const [index, row] of rows.entries())
      if (row.status === 'pending') rows[index] = { ...row, status: 'failed', sentAt: clock.now() + 1 };
  };
  return { ...{ registry, node, start, find, drive, steps, left, failures, fail, clock } };
}

function failedOne(index: number): StoredDelivery {
  const subscription = { id: 'device', app: 'app-a', platform: 'android' } as StoredSubscription;
  const notification = String(index).padStart(8, '0');
  const duty = { user: 'alice' as UserKey, notification, seq: 1, channel: index % 2 };
  return { ...newDelivery(subscription, duty, 'notify', 0), status: 'failed', reason: `cause ${index % 3}` };
}

test('counts what is selected first, then redrives it a hundred at a time, and says how far it has come', async (context) => {
  const { node, start, drive, find, steps, left } = await open(context, 1050);
  const job = await start(node(true), everything);
  assert.equal((await find(job)).state, 'counting');
  const counted = await drive(job, ({ state }) => state === 'running');
  assert.equal(counted.found, 1050);
  await drive(job, ({ redriven }) => redriven >= 300);
  assert.ok(left() > 0);
  const done = await drive(job, ({ state }) => state === 'done');
  assert.deepEqual([done.redriven, left(), Math.max(...steps)], [1050, 0, 100]);
  assert.deepEqual([done.after, done.step], [null, null], 'what has ended names no delivery');
});

test('a dry run counts and changes nothing; a channel and a cause select', async (context) => {
  const { node, start, drive, steps } = await open(context, 600);
  const redrives = node(true);
  const counted = async (selection: Selection) => {
    const job = await start(redrives, selection, true);
    return (await drive(job, ({ state }) => state === 'done')).found;
  };
  assert.equal(await counted(everything), 600);
  assert.equal(await counted({ ...everything, channel: 1 }), 300);
  assert.equal(await counted({ ...everything, channel: 1, reason: 'cause 2' }), 100);
  assert.equal(await counted({ ...everything, reason: 'another' }), 0);
  assert.deepEqual(steps, []);
});

test('ends after the step that is under way when any node cancels it', async (context) => {
  const { registry, node, start, drive, left, clock } = await open(context, 1000);
  const job = await start(node(true), everything);
  await drive(job, ({ redriven }) => redriven >= 200);
  assert.equal((await registry.redrives.cancel(job.id, clock.now()))?.state, 'cancelled');
  for (let turn = 0; turn < 50; turn++) {
    await nextTurn();
    clock.advance(100);
  }
  const { state, redriven } = (await registry.redrives.find(job.id)) ?? assert.fail();
  assert.deepEqual([state, redriven + left()], ['cancelled', 1000]);
  assert.ok(left() > 0);
  assert.equal((await registry.redrives.cancel(job.id, clock.now()))?.state, 'cancelled');
  assert.equal(await registry.redrives.cancel('none', clock.now()), null);
});

test('a node that closes leaves it to another at once, and that one goes on where it was', async (context) => {
  const { node, start, drive, left, steps } = await open(context, 1000);
  const first = node(true);
  const job = await start(first, everything);
  await drive(job, ({ redriven }) => redriven >= 200);
  await first.close();
  assert.ok(left() > 0);
  node(false);
  const done = await drive(job, ({ state }) => state === 'done');
  assert.deepEqual([done.found, done.redriven, left()], [1000, 1000, 0]);
  assert.equal(steps.length, 10);
});

for (const failsAgain of [false, true]) {
  const again = failsAgain ? ', also of what has failed again since' : '';
  test(`a step whose answer was lost with its node counts once${again}`, async (context) => {
    const { node, start, drive, left, failures, fail, steps } = await open(context, 1000);
    const job = await start(node(false, { after: 3 }), everything);
    await drive(job, () => failures.length > 0, 100);
    if (failsAgain) fail();
    const done = await drive(job, ({ state }) => state === 'done', 6000);
    assert.deepEqual([done.found, done.redriven], [1000, 1000]);
    assert.deepEqual([left(), steps.length], [failsAgain ? 400 : 0, 10]);
  });
}

test('one that another node holds is left to it until that is lost, and few run at once', async (context) => {
  const { registry, node, start, drive, find, clock } = await open(context, 10);
  const gone = { holder: 'a node that was killed', heldUntil: clock.now() + 15_000 };
  const job = newRedrive(everything, { dryRun: false, now: clock.now() });
  await registry.redrives.add(job, gone, most);
  const redrives = node(false);
  for (let second = 0; second < 15; second++) {
    clock.advance(1000);
    await nextTurn();
  }
  assert.equal((await find(job)).state, 'counting');
  assert.equal((await drive(job, ({ endedAt }) => endedAt !== null)).redriven, 10);
  const held = { holder: 'elsewhere', heldUntil: clock.now() + 1e9 };
  for (let count = 0; count < 4; count++)
    await registry.redrives.add(newRedrive(everything, { dryRun: true, now: 1 }), held, most);
  await assert.rejects(start(redrives, everything, true), { kind: 'unavailable' });
  assert.equal((await registry.redrives.list()).length, 5);
});
