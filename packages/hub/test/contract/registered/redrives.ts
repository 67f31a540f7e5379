// The contract of stored redrives, a part of the registry's: any process lists, ends and takes them over.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice } from '@carillon/testing/feed/writes.ts';
import type { RedriveJob } from '../../../src/model/delivery.ts';
import type { OpenedPair } from '../registry.ts';

export function redrivesContract(name: string, open: () => Promise<OpenedPair>): void {
  describe(`${name}: redrives`, () => {
    const job = (id: string, startedAt: number, endedAt: number | null = null): RedriveJob => ({
      ...{ id, selection: { app: 'app-a', channel: 2, reason: 'why' }, dryRun: false, startedAt, endedAt },
      ...{ state: endedAt === null ? 'counting' : 'done', found: 0, redriven: 0, more: false },
      ...{ seen: 0, after: null, step: null },
    });
    const hold = { holder: 'one', heldUntil: 100 };
    const most = { atOnce: 2, kept: 3 };
    const isMine = (): boolean => false;

    test('are listed, ended and taken over by any process, and few are under way', async () => {
      await using pair = await open();
      const { redrives } = pair.hub;
      await redrives.add(job('a', 1), hold, most);
      await pair.command.redrives.add(job('b', 2), hold, most);
      await assert.rejects(redrives.add(job('c', 3), hold, most), { kind: 'unavailable' });
      assert.deepEqual(await pair.command.redrives.list(), [job('b', 2), job('a', 1)]);
      const key = { user: alice, notification: 'n', subscription: 's', kind: 'notify' } as const;
      const progress = { ...job('a', 1), state: 'running', found: 7, after: key } as const;
      assert.equal(await redrives.save('a', { ...hold, heldUntil: 50 }, progress), true);
      assert.deepEqual(await pair.command.redrives.find('a'), progress);
      assert.equal(await pair.command.redrives.takeLost(50, hold, isMine), null);
      const taker = { holder: 'two', heldUntil: 200 };
      assert.equal(await pair.command.redrives.takeLost(51, taker, () => true), null);
      assert.deepEqual(await pair.command.redrives.takeLost(51, taker, isMine), progress);
      assert.equal(await redrives.save('a', hold, { ...progress, redriven: 9 }), false, 'another holds it');
      assert.equal((await redrives.cancel('a', 60))?.state, 'cancelled');
      const late = { ...progress, redriven: 5, endedAt: 70, state: 'done' } as const;
      assert.equal(await pair.command.redrives.save('a', taker, late), false);
      const { state, redriven, endedAt, after } = (await redrives.find('a')) ?? assert.fail();
      assert.deepEqual([state, redriven, endedAt, after], ['cancelled', 5, 60, null]);
      assert.deepEqual([await redrives.find('none'), await redrives.cancel('none', 1)], [null, null]);
    });

    test('that have ended are kept up to a number, those under way always', async () => {
      await using pair = await open();
      const { redrives } = pair.hub;
      await redrives.add(job('running', 1), hold, most);
      for (let at = 2; at < 7; at++) await redrives.add(job(`r${at}`, at, at), hold, most);
      assert.deepEqual(
        (await redrives.list()).map(({ id }) => id),
        ['r6', 'r5', 'running'],
      );
    });
  });
}
