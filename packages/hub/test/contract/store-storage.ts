// The storage of a user and app, for every back end: how many bytes the store counts against a model over random writes and
// restarts, and which of the handled notifications go when a post does not fit.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  dayMs,
  deleteWrite,
  postWrite,
  startMs,
  stateWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { drawSeed, openRandom } from '@carillon/testing/machine/random.ts';
import { openCommitter } from '../../src/feed/commit.ts';
import { openPoster } from '../../src/feed/post.ts';
import { openPublisher } from '../../src/feed/publish.ts';
import type { HubError } from '../../src/model/errors.ts';
import type { Change, PostWrite, Write } from '../../src/model/write.ts';
import type { FeedStore } from '../../src/store/store.ts';

export interface StorePlace extends AsyncDisposable {
  /** The same data each time. */
  open(): Promise<FeedStore>;
}

const apps = ['app-a', 'app-b'];
const kib = 1024;
const unknown = '01900000-0000-7000-8000-000000000000';

function sized(bytes: number, more: Partial<PostWrite> = {}): PostWrite {
  const text = more.appNotificationId === undefined ? '\ue000é' : '';
  const content = { payload: { rawContent: '' }, targetPolicy: { platformTypes: [] }, priority: 'None' };
  const empty = Buffer.byteLength(JSON.stringify(content));
  content.payload.rawContent = text + 'x'.repeat(bytes - empty - Buffer.byteLength(text));
  return postWrite({ content: JSON.stringify(content), ...more });
}

/** A post that can never fit says by how much, and so how much is counted. */
export async function countedBytes(store: FeedStore, app: string, now: number): Promise<number> {
  const probe = sized(200, { app, storageBytesMax: 0, evictable: [] });
  const [refused] = (await store.commit([probe], now)).outcomes;
  assert.ok(refused && 'refused' in refused && refused.refused === 'storageFull');
  return (refused.excessBytes ?? Number.NaN) - 200;
}

interface Kept {
  readonly app: string;
  readonly name: string | null;
  readonly bytes: number;
}

/** What is alive, from the changes that were committed. */
class Model {
  readonly kept = new Map<string, Kept>();

  follow(changes: readonly Change[]): void {
    for (const {
      notification: { id, app, appNotificationId: name, content, removed },
    } of changes) {
      if (removed === null) this.kept.set(id, { app, name, bytes: Buffer.byteLength(content) });
      else this.kept.delete(id);
    }
  }

  bytes(app: string): number {
    let bytes = 0;
    for (const each of this.kept.values()) if (each.app === app) bytes += each.bytes;
    return bytes;
  }
}

export function storageContract(name: string, openPlace: () => Promise<StorePlace>): void {
  describe(`${name}: storage`, () => {
    counting(openPlace);
    evicting(openPlace);
  });
}

function counting(openPlace: () => Promise<StorePlace>): void {
  test('the bytes that a store counts are those of the living notifications, whatever was written, and after a restart', async () => {
    const random = openRandom(drawSeed());
    await using place = await openPlace();
    let store = await place.open();
    const model = new Model();
    let now = startMs;
    for (let round = 0; round < 60; round++) {
      const writes = Array.from({ length: 1 + random.below(8) }, (): Write => {
        const ids = [...model.kept.keys()];
        const id = random.pick([...ids, unknown]);
        const app = random.pick(apps);
        const chance = random.below(10);
        if (chance < 5) {
          const appNotificationId = random.below(2) === 0 ? `name ${random.below(6)}` : null;
          const evictable = random.below(4) === 0 ? ids : null;
          const storageBytesMax = 4 * kib;
          const expires = now + 1 + random.below(dayMs);
          const more = { app, storageBytesMax, evictable, expires };
          return sized(200 + random.below(900), appNotificationId ? { ...more, appNotificationId } : more);
        }
        if (chance < 7) return stateWrite([id]);
        if (chance < 8) return stateWrite([id], { change: { readState: 'unread' } });
        if (chance < 9) return deleteWrite(id);
        return timerWrite(random.pick(['expire', 'wake', 'purge'] as const), id);
      });
      now += random.below(dayMs / 24);
      model.follow((await store.commit(writes, now)).changes);
      if (random.below(10) === 0) {
        await store.close();
        store = await place.open();
      }
      for (const app of apps) {
        assert.equal(await countedBytes(store, app, now), model.bytes(app), `${random.seed}, round ${round}`);
        assert.ok(model.bytes(app) <= 4 * kib, `${random.seed}, round ${round}`);
      }
      const stored = (await store.read.stored(alice)).filter(({ contentBytes }) => contentBytes !== 0);
      const expected = apps.map((app) => ({ app, contentBytes: model.bytes(app) }));
      assert.deepEqual(
        stored.sort((a, b) => (a.app < b.app ? -1 : 1)),
        expected.filter(({ contentBytes }) => contentBytes > 0),
        `${random.seed}, round ${round}`,
      );
    }
    await store.close();
  });
}

async function openPosting(place: StorePlace, storageBytesMax: number) {
  const store = await place.open();
  const clock = new ManualClock(startMs);
  const publisher = openPublisher();
  const changes: Change[] = [];
  publisher.follow((each) => changes.push(...each));
  const committer = openCommitter({ store, clock, publisher });
  return {
    store,
    committer,
    changes,
    post: openPoster({ committer, clock, read: store.read, storageBytesMax }),
  };
}

const isFull = (error: unknown): boolean => (error as HubError).kind === 'storageFull';

function evicting(openPlace: () => Promise<StorePlace>): void {
  test('beyond the bound the oldest handled ones go, only as many as it takes, and every device learns of it', async () => {
    await using place = await openPlace();
    const { store, committer, changes, post } = await openPosting(place, 10 * kib);
    const ids: string[] = [];
    for (let each = 0; each < 10; each++) ids.push((await post(sized(kib))).notification.id);
    await committer.commit(stateWrite([ids[7] ?? '', ids[2] ?? '', ids[5] ?? '']));
    changes.length = 0;
    await post(sized(kib + 1));
    assert.deepEqual(
      changes.map(({ cause, notification }) => [cause, ids.indexOf(notification.id)]),
      [
        ['deleted', 2],
        ['deleted', 5],
        ['posted', -1],
      ],
    );
    await post(sized(2 * kib - 1));
    assert.equal(changes.at(-2)?.notification.id, ids[7]);
    assert.equal(await countedBytes(store, 'app-a', startMs), 10 * kib);
    await store.close();
  });

  test('without enough that was handled a post is refused and removes nothing; another app and a replacement have their own room', async () => {
    await using place = await openPlace();
    const { store, committer, changes, post } = await openPosting(place, 4 * kib);
    const named = await post(sized(kib, { appNotificationId: 'named' }));
    for (let each = 0; each < 3; each++) await post(sized(kib));
    await committer.commit(stateWrite([named.notification.id]));
    changes.length = 0;
    await assert.rejects(post(sized(kib + 1)), isFull);
    // Itself is no room for what replaces it.
    await assert.rejects(post(sized(kib + 1, { appNotificationId: 'named' })), isFull);
    assert.deepEqual(changes, []);
    assert.equal((await post(sized(kib, { appNotificationId: 'named' }))).result, 'repeated');
    const other = sized(kib, { appNotificationId: 'named', sentAs: 'otherwise' });
    assert.equal((await post(other)).result, 'replaced');
    await assert.rejects(post(sized(300)), isFull);
    await post(sized(4 * kib, { app: 'app-b' }));
    await assert.rejects(post(sized(300, { app: 'app-b' })), isFull);
    await store.close();
  });

  test('posts that come at once to a full storage each find room of their own', async () => {
    await using place = await openPlace();
    const { store, committer, post } = await openPosting(place, 20 * kib);
    const made = await Promise.all(Array.from({ length: 20 }, () => post(sized(kib))));
    await committer.commit(stateWrite(made.map(({ notification }) => notification.id)));
    const settled = await Promise.allSettled(Array.from({ length: 30 }, () => post(sized(kib))));
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 20);
    assert.equal(await countedBytes(store, 'app-a', startMs), 20 * kib);
    await store.close();
  });

  test('after the bound was lowered, all that is too much goes with the next posts', async () => {
    await using place = await openPlace();
    const before = await openPosting(place, 1200 * kib);
    const made = await Promise.all(Array.from({ length: 1100 }, () => before.post(sized(kib))));
    const ids = made.map(({ notification }) => notification.id);
    for (let each = 0; each < 1100; each += 100)
      await before.committer.commit(stateWrite(ids.slice(each, each + 100)));
    await before.store.close();
    const { store, post } = await openPosting(place, 10 * kib);
    await post(sized(kib));
    assert.equal(await countedBytes(store, 'app-a', startMs), 10 * kib);
    assert.equal((await store.read.handled(alice, 'app-a', 100)).length, 9);
    await store.close();
  });
}
