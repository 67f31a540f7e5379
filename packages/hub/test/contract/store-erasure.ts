// What erasing a user takes from a feed store, for every back end: everything of that user, step by step, nothing of
// others, and the user may begin anew.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addressed,
  alice,
  bob,
  dayMs,
  deleteWrite,
  outcome,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
} from '@carillon/testing/feed/writes.ts';
import type { EraseWrite } from '../../src/model/write.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';

const erase = (ids: readonly string[]): EraseWrite => ({ kind: 'erase', user: alice, ids });
const channel = { type: 'fcm', token: 'a token' } as const;
const nothing = { epoch: 0, head: 0, unread: 0, floor: 0, preferencesSeq: 0 };

export function erasureContract(name: string, open: OpenStore): void {
  describe(`${name}: erasure`, () => erasure(open));
}

/** Alice has three notifications, one removed and one read, and a device; bob has one of each. */
async function fill(store: FeedStore) {
  const posts = [postWrite(), postWrite({ app: 'app-b' }), postWrite()] as const;
  const device = subscribeWrite({ ...addressed('app-a', channel), channel });
  await store.commit([device, ...posts, postWrite({ by: 'bob' }), subscribeWrite({ by: 'bob' })], startMs);
  await store.commit([deleteWrite(posts[0].id), stateWrite([posts[1].id])], startMs);
  return { ids: posts.map(({ id }) => id), device: device.subscription.id };
}

async function bobsFeed({ read }: FeedStore) {
  const { rows, ...position } = await read.changes(bob, null, 0, 9);
  return { rows, position, devices: await read.subscriptionsOfUser(bob), owner: await read.owner(bob) };
}

function erasure(open: OpenStore): void {
  test('a step ends the subscriptions and forgets what it names; the feed goes when nothing is left in it', async () => {
    await using opened = await open();
    const { store } = opened;
    const { read } = store;
    const { ids } = await fill(store);
    const before = await bobsFeed(store);
    const [first = '', ...others] = ids;
    const { head } = await read.position(alice, null);
    const step = await store.commit([erase([first, 'ffffffff-ffff-7fff-bfff-ffffffffffff'])], startMs);
    assert.deepEqual([step.changes, outcome(step.outcomes, 0, 'erase')], [[], { erased: 1 }]);
    assert.deepEqual(await read.subscriptionsOfUser(alice), []);
    assert.equal(await read.notification(alice, first), null);
    assert.deepEqual(await read.deliveries(alice, first), []);
    const floor = (await read.position(alice, 'app-a')).floor;
    assert.ok(floor > 0 && floor <= head, 'older cursors start over');
    await store.commit([erase([])], startMs);
    assert.equal((await read.owner(alice))?.subject, 'alice', 'two are left');
    await store.commit([erase(others)], startMs);
    assert.equal((await read.position(alice, null)).unread, 0);
    for (const id of ids) assert.deepEqual(await read.deliveries(alice, id), []);
    await store.commit([erase([])], startMs);
    assert.equal(await read.owner(alice), null);
    assert.deepEqual(await read.position(alice, null), nothing);
    assert.equal(await read.findOwner('https://issuer.example', 'alice@contoso.example'), null);
    assert.deepEqual((await store.commit([erase([])], startMs)).outcomes, [{ erased: 0 }]);
    assert.deepEqual(await bobsFeed(store), before);
  });

  test('a user who was erased begins anew: another epoch, the sequence from 1, the address free', async () => {
    await using opened = await open();
    const { store } = opened;
    const { read } = store;
    const { ids } = await fill(store);
    const { epoch } = await read.position(alice, null);
    await store.commit([erase(ids)], startMs);
    await store.commit([erase([])], startMs);
    assert.equal(await read.owner(alice), null);
    await store.commit([postWrite({ by: 'carol' })], startMs);
    assert.equal(await read.owner(alice), null, 'nobody took the place of the user');
    const device = subscribeWrite({ ...addressed('app-a', channel), channel });
    const { changes } = await store.commit([postWrite(), device], startMs);
    assert.deepEqual(
      changes.map(({ seq, unread }) => [seq, unread]),
      [[1, 1]],
    );
    const begun = await read.position(alice, null);
    assert.equal(begun.head, 1);
    assert.notEqual(begun.epoch, epoch);
    assert.equal((await read.owner(alice))?.name, 'alice@contoso.example');
    const [held] = await read.subscriptionsOfUser(alice);
    assert.deepEqual(held?.channel, channel);
    assert.deepEqual(await read.heads([alice]), [{ user: alice, epoch: begun.epoch, seq: 1 }]);
  });

  test('what the same batch brings keeps the feed', async () => {
    await using opened = await open();
    const { store } = opened;
    const { ids } = await fill(store);
    const late = postWrite();
    await store.commit([erase(ids), erase([]), late], startMs);
    assert.deepEqual(
      (await store.read.list(alice, { visibility: null, now: startMs, limit: 9, beforeId: null })).map(
        ({ id }) => id,
      ),
      [late.id],
    );
    assert.equal((await store.read.position(alice, null)).unread, 1);
    await store.commit([erase([late.id]), erase([])], startMs + dayMs);
    assert.equal(await store.read.owner(alice), null);
  });

  test('erasing while others post for the user loses no feed and leaves none behind', async () => {
    await using opened = await open();
    const { store } = opened;
    for (let round = 0; round < 10; round++) {
      const write = postWrite();
      const [posted] = await Promise.allSettled([
        store.commit([write], startMs),
        store.commit([erase([])], startMs),
        store.commit([postWrite({ by: 'bob' })], startMs),
      ]);
      const row = await store.read.notification(alice, write.id);
      assert.equal(row !== null, posted.status === 'fulfilled');
      assert.equal((await store.read.owner(alice)) !== null, row !== null);
      if (row) await store.commit([erase([write.id]), erase([])], startMs);
      assert.equal(await store.read.owner(alice), null);
    }
  });
}
