// The order of a feed against clocks, for every back end: a clock that ran ahead and came back, over a restart, and nodes
// whose clocks differ. Order is that of the sequence, ids stay near the clock, and times do not go back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, dayMs, outcome, postWrite, startMs, stateWrite } from '@carillon/testing/feed/writes.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openCommitter } from '../../src/feed/commit.ts';
import { openPoster } from '../../src/feed/post.ts';
import { openPublisher } from '../../src/feed/publish.ts';
import { openUuidSource, uuidTime } from '../../src/lib/ids.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { StorePlace } from './store-storage.ts';

const hourMs = 3_600_000;
const yearMs = 365 * dayMs;

/** A node: its ids and its commits go by its own clock. */
function openNode(store: FeedStore, clock: ManualClock) {
  const newId = openUuidSource(clock);
  return {
    async post(app = 'app-a') {
      const expires = startMs + 2 * yearMs;
      const { outcomes } = await store.commit([postWrite({ id: newId(), app, expires })], clock.now());
      return outcome(outcomes, 0, 'post').notification;
    },
    async read(id: string) {
      const { outcomes } = await store.commit([stateWrite([id])], clock.now());
      return outcome(outcomes, 0, 'state').changed[0]?.modified ?? Number.NaN;
    },
  };
}

async function listed(store: FeedStore, now: number, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  for (let beforeId: string | null = null; ; beforeId = ids.at(-1) ?? null) {
    const rows = await store.read.list(alice, { visibility: null, now, limit: pageSize, beforeId });
    ids.push(...rows.map(({ id }) => id));
    if (rows.length < pageSize) return ids;
  }
}

export function orderContract(name: string, openPlace: () => Promise<StorePlace>): void {
  describe(`${name}: order`, () => {
    test('what is posted after a clock that ran ahead is near the clock, and newest first in every page, also after a restart', async () => {
      await using place = await openPlace();
      let store = await place.open();
      const clock = new ManualClock(startMs);
      let node = openNode(store, clock);
      const made: string[] = [];
      for (const jump of [0, yearMs, -yearMs, 2 * hourMs, -2 * hourMs, hourMs / 2, -hourMs / 2]) {
        clock.advance(jump);
        for (let each = 0; each < 3; each++) {
          const { id } = await node.post(each === 1 ? 'app-b' : 'app-a');
          assert.ok(Math.abs(uuidTime(id) - clock.now()) <= hourMs, id);
          made.push(id);
        }
        await store.close();
        store = await place.open();
        node = openNode(store, clock);
        for (const pageSize of [1, 2, 5, 100])
          assert.deepEqual(await listed(store, clock.now(), pageSize), made.toReversed());
      }
      assert.equal(new Set(made).size, made.length);
      const page = await store.read.changes(alice, null, 0, 100);
      assert.deepEqual(
        page.rows.map(({ id }) => id),
        made,
      );
      await store.close();
    });

    test('what parts ids from the clock is reported: that they run ahead, and that they begin anew', async () => {
      await using place = await openPlace();
      const store = await place.open();
      const clock = new ManualClock(startMs);
      const committer = openCommitter({ store, clock, publisher: openPublisher() });
      const reports: [string, number][] = [];
      const onClockSet = (...report: [string, number]) => void reports.push(report);
      const limit = { storageBytesMax: Number.MAX_SAFE_INTEGER };
      const post = openPoster({ committer, read: store.read, clock, onClockSet, ...limit });
      const newId = openUuidSource(clock);
      const postAt = async (jump: number) => {
        clock.advance(jump);
        await post(postWrite({ id: newId(), expires: startMs + 2 * yearMs }));
      };
      for (const jump of [0, 0, yearMs, -yearMs, 0, 2000, -2000, 0, 1]) await postAt(jump);
      assert.deepEqual(reports, [
        ['anew', yearMs],
        ['ahead', 2000],
      ]);
      await store.close();
    });

    test('nodes whose clocks differ give one feed ids that rise and times that do not go back', async () => {
      await using place = await openPlace();
      const store = await place.open();
      const nodes = [0, -7, 400, -900].map((offMs) => openNode(store, new ManualClock(startMs + offMs)));
      const ids: string[] = [];
      const times: number[] = [];
      for (let round = 0; round < 3; round++) {
        for (const node of nodes) {
          const { id, modified } = await node.post(round === 1 ? 'app-b' : 'app-a');
          ids.push(id);
          times.push(modified, await node.read(id));
        }
      }
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      assert.deepEqual(ids, ids.toSorted());
      assert.deepEqual(await listed(store, startMs, 5), ids.toReversed());
      await store.close();
    });
  });
}
