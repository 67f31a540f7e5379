// The contract of the feed store, part seven: what a person has set for all devices. It has its sequence in the feed, is
// seen by the plans of the same and of later batches, and goes with the feed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  bob,
  host,
  outcome,
  owner,
  postWrite,
  startMs,
  subscribeWrite,
} from '@carillon/testing/feed/writes.ts';
import type { StoredMute } from '../../src/model/preferences/preferences.ts';
import type { PreferencesWrite } from '../../src/model/write.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';

const mute: StoredMute = { app: 'app-a', host, group: null, device: null, until: null };
const quietHours = { zone: 'Europe/Berlin', start: 1320, end: 420, passes: [] } as const;

function preferencesWrite(more: Partial<PreferencesWrite> = {}): PreferencesWrite {
  const patch = { mutes: [mute] };
  return {
    ...{ kind: 'preferences', user: alice, owner: owner('alice'), visibility: null, patch, ifMatch: null },
    ...more,
  };
}

async function put(store: FeedStore, more: Partial<PreferencesWrite> = {}) {
  const { outcomes, ...committed } = await store.commit([preferencesWrite(more)], startMs);
  return { ...outcome(outcomes, 0, 'preferences'), ...committed };
}

export function preferencesContract(name: string, open: OpenStore): void {
  describe(`${name}: preferences`, () => {
    test('begin a feed, move its head, and are read with it', async () => {
      await using opened = await open();
      const { store } = opened;
      const made = await put(store);
      assert.equal(made.etag, 'W/"1"');
      const row = await store.read.owner(alice);
      assert.ok(row);
      assert.deepEqual(made.moved, [{ user: alice, epoch: row.epoch, seq: 1 }]);
      assert.deepEqual(made.changes, []);
      assert.deepEqual(JSON.parse(row.preferences ?? ''), { mutes: [mute], quietHours: null });
      const { unread, ...position } = await store.read.position(alice, 'app-a');
      assert.deepEqual([unread, position.head, position.preferencesSeq], [0, 1, 1]);
      assert.deepEqual(await store.read.heads([alice]), [{ user: alice, epoch: row.epoch, seq: 1 }]);
      const page = await store.read.changes(alice, null, 0, 10);
      assert.deepEqual([page.head, page.scannedTo, page.preferencesSeq, page.rows.length], [1, 1, 1, 0]);
    });

    test('share the dense sequence with notifications, in one batch and over several', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.commit([postWrite()], startMs);
      const { changes, moved } = await store.commit(
        [postWrite(), preferencesWrite(), postWrite(), postWrite({ by: 'bob' })],
        startMs,
      );
      assert.deepEqual(
        changes.map(({ seq }) => seq),
        [2, 4, 1],
      );
      assert.deepEqual(
        moved.map(({ seq }) => seq),
        [3],
      );
      const after = await store.commit([postWrite()], startMs);
      assert.equal(after.changes[0]?.seq, 5);
      const { head, preferencesSeq } = await store.read.position(alice, null);
      assert.deepEqual([head, preferencesSeq], [5, 3]);
      assert.equal((await store.read.position(bob, null)).preferencesSeq, 0);
    });

    test('that say the same change nothing, and none of a user without a feed begin one', async () => {
      await using opened = await open();
      const { store } = opened;
      const none = await put(store, { patch: { mutes: [], quietHours: null } });
      assert.deepEqual([none.etag, none.moved], ['W/"0"', []]);
      assert.equal(await store.read.owner(alice), null);
      await put(store);
      assert.deepEqual((await put(store)).moved, []);
      const cleared = await put(store, { patch: { mutes: [] } });
      assert.equal(cleared.etag, 'W/"2"');
      assert.equal((await store.read.owner(alice))?.preferences, null);
    });

    test('are refused for another ETag than the current one, which of two changes lets the first pass', async () => {
      await using opened = await open();
      const { store } = opened;
      const [first, second] = [{ patch: { mutes: [mute] } }, { patch: { quietHours } }];
      const { outcomes } = await store.commit(
        [first, second].map((each) => preferencesWrite({ ...each, ifMatch: 'W/"0"' })),
        startMs,
      );
      assert.equal(outcome(outcomes, 0, 'preferences').etag, 'W/"1"');
      assert.equal(outcomes[1] && 'refused' in outcomes[1] && outcomes[1].refused, 'resourceModified');
      const both = await put(store, { ...second, ifMatch: '"1"' });
      assert.deepEqual(both.preferences, { mutes: [mute], quietHours });
    });

    test('silence what is posted after them, in the same batch too, and stand beside each attempt', async () => {
      await using opened = await open();
      const { store } = opened;
      const { subscription } = subscribeWrite({ channel: { type: 'fcm', token: 'a'.repeat(40) } });
      const content = JSON.stringify({
        ...JSON.parse(postWrite().content),
        targetPolicy: { platformTypes: [subscription.platform] },
      });
      const [before, within, later] = [
        postWrite({ content }),
        postWrite({ content }),
        postWrite({ content }),
      ];
      const subscribe = { kind: 'subscribe', user: alice, owner: owner('alice'), subscription } as const;
      await store.commit([subscribe, before, preferencesWrite(), within], startMs);
      await store.commit([later], startMs);
      const reasonOf = async ({ id }: { id: string }) => (await store.read.deliveries(alice, id))[0]?.reason;
      assert.deepEqual(
        [await reasonOf(before), await reasonOf(within), await reasonOf(later)],
        [null, 'muted', 'muted'],
      );
      const key = {
        user: alice,
        notification: later.id,
        subscription: subscription.id,
        kind: 'notify',
      } as const;
      const [context] = await store.read.sendContexts([key]);
      assert.deepEqual(JSON.parse(context?.preferences ?? ''), { mutes: [mute], quietHours: null });
    });

    test('keep a name that changes, and go with the feed', async () => {
      await using opened = await open();
      const { store } = opened;
      await put(store);
      const renamed = { ...owner('alice'), name: 'alice@new.example' };
      await store.commit([postWrite({ owner: renamed })], startMs);
      const row = await store.read.owner(alice);
      assert.equal(row?.name, renamed.name);
      assert.notEqual(row?.preferences, null);
      const { rows } = await store.read.changes(alice, null, 0, 10);
      await store.commit([{ kind: 'erase', user: alice, ids: rows.map(({ id }) => id) }], startMs);
      await store.commit([{ kind: 'erase', user: alice, ids: [] }], startMs);
      assert.equal(await store.read.owner(alice), null);
      await store.commit([postWrite()], startMs);
      assert.equal((await store.read.owner(alice))?.preferences, null);
    });

    test('hold a bounded number of mutes, of one app those that its token may not see too', async () => {
      await using opened = await open();
      const { store } = opened;
      const many = (count: number, app = 'app-a') =>
        Array.from({ length: count }, (_, at): StoredMute => ({ ...mute, app, group: `g${at}` }));
      assert.equal((await put(store, { patch: { mutes: many(50) } })).preferences.mutes.length, 50);
      const { outcomes } = await store.commit(
        [
          preferencesWrite({ patch: { mutes: many(51) } }),
          preferencesWrite({ visibility: 'app-b', patch: { mutes: many(1, 'app-b') } }),
        ],
        startMs,
      );
      for (const each of outcomes) assert.equal('refused' in each && each.refused, 'invalidRequest');
      const long = many(40).map((each, at) => ({ ...each, group: `${at}`.padEnd(256, 'x') }));
      const big = await store.commit([preferencesWrite({ patch: { mutes: long } })], startMs);
      assert.equal(
        big.outcomes[0] && 'refused' in big.outcomes[0] && big.outcomes[0].refused,
        'invalidRequest',
      );
      await put(store, { patch: { mutes: many(49) } });
      const own = await put(store, { visibility: 'app-b', patch: { mutes: many(1, 'app-b') } });
      assert.equal(own.preferences.mutes.length, 50);
    });
  });
}
