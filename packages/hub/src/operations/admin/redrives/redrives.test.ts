import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Committer } from '../../../feed/commit.ts';
import { newDelivery, type StoredDelivery } from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import type { FailedQuery } from '../../../store/store.ts';
import { openRedrives, type RedriveJob } from './redrives.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const everything = { app: null, channel: null, reason: null };

/** Failed deliveries in memory, of which each commit takes what it redrives. */
function open(count: number) {
  const clock = new ManualClock();
  let failed = Array.from({ length: count }, (_, index) => failedOne(index));
  const steps: number[] = [];
  const read = {
    async failedDeliveries({ limit, after }: FailedQuery) {
      return failed
        .filter(({ notification }) => after === null || notification > after.notification)
        .slice(0, limit);
    },
  };
  const commit = async (write: Parameters<Committer['commit']>[0]) => {
    assert.equal(write.kind, 'redrive');
    const keys = write.kind === 'redrive' ? write.deliveries : [];
    const taken = new Set(keys.map(({ notification }) => notification));
    failed = failed.filter(({ notification }) => !taken.has(notification));
    steps.push(keys.length);
    return { redriven: keys.length };
  };
  const committer = { commit } as unknown as Pick<Committer, 'commit'>;
  const redrives = openRedrives({ read, committer, clock, onFailure: assert.ifError });
  /** Lets it make steps until the condition holds. */
  const drive = async (job: RedriveJob, isDone: (now: RedriveJob) => boolean): Promise<void> => {
    for (let turns = 0; !isDone(redrives.find(job.id)); turns++) {
      assert.ok(turns < 1000, 'it comes to that');
      await nextTurn();
      clock.advance(1000);
    }
  };
  return { redrives, drive, steps, left: () => failed.length };
}

function failedOne(index: number): StoredDelivery {
  const subscription = { id: 'device', app: 'app-a', platform: 'android' } as StoredSubscription;
  const notification = String(index).padStart(8, '0');
  const duty = { user: 'alice' as UserKey, notification, seq: 1, channel: index % 2 };
  return { ...newDelivery(subscription, duty, 'notify', 0), status: 'failed', reason: `cause ${index % 3}` };
}

test('counts what is selected first, then redrives it a hundred at a time, and says how far it has come', async () => {
  const { redrives, drive, steps, left } = open(1050);
  const job = redrives.start(everything, { dryRun: false });
  assert.equal(job.state, 'counting');
  await drive(job, ({ state }) => state === 'running');
  assert.equal(redrives.find(job.id).found, 1050);
  await drive(job, ({ redriven }) => redriven >= 300);
  assert.ok(left() > 0);
  await drive(job, ({ state }) => state === 'done');
  assert.deepEqual([redrives.find(job.id).redriven, left(), Math.max(...steps)], [1050, 0, 100]);
});

test('a dry run counts and changes nothing; a channel and a cause select', async () => {
  const { redrives, drive, steps } = open(600);
  const counted = async (selection: Parameters<typeof redrives.start>[0]) => {
    const job = redrives.start(selection, { dryRun: true });
    await drive(job, ({ state }) => state === 'done');
    return redrives.find(job.id).found;
  };
  assert.equal(await counted(everything), 600);
  assert.equal(await counted({ ...everything, channel: 1 }), 300);
  assert.equal(await counted({ ...everything, channel: 1, reason: 'cause 2' }), 100);
  assert.equal(await counted({ ...everything, reason: 'another' }), 0);
  assert.deepEqual(steps, []);
});

test('ends after the step that is under way when it is cancelled, and so do all at a close', async () => {
  const { redrives, drive, left } = open(1000);
  const job = redrives.start(everything, { dryRun: false });
  await drive(job, ({ redriven }) => redriven >= 200);
  assert.equal(redrives.cancel(job.id).state, 'cancelled');
  await nextTurn();
  const rest = left();
  const other = redrives.start(everything, { dryRun: false });
  redrives.close();
  await nextTurn();
  assert.deepEqual([left(), redrives.find(other.id).state], [rest, 'cancelled']);
  assert.equal(redrives.cancel(job.id).state, 'cancelled');
});

test('few run at once, and what is unknown is not found', () => {
  const { redrives } = open(1000);
  for (let count = 0; count < 4; count++) redrives.start(everything, { dryRun: true });
  assert.throws(() => redrives.start(everything, { dryRun: true }), { kind: 'unavailable' });
  assert.throws(() => redrives.find('none'), { kind: 'notFound' });
  assert.equal(redrives.list().length, 4);
});
