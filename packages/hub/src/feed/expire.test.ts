import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { FeedReader } from '../store/store.ts';
import type { Committer } from './commit.ts';
import { openSweeper } from './expire.ts';

test('a sweep that is asked for while one runs sees what the running one has looked past', async () => {
  const asked: number[] = [];
  const clock = new ManualClock(0);
  const looking = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const read = {
    dueExpirations: async (now: number) => {
      asked.push(now);
      looking.resolve();
      if (now === 0) await looked.promise;
      return [];
    },
    dueDeadlines: async () => [],
    dueWakings: async () => [],
  } as unknown as FeedReader;
  const sweeper = openSweeper({ read, committer: {} as Committer, clock });
  const first = sweeper.sweep();
  await looking.promise;
  clock.advance(1000);
  const second = sweeper.sweep();
  looked.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(asked, [0, 1000]);
  sweeper.close();
});
