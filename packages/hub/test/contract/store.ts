// The contract of the feed store, for every back end, with the planner of the hub: `open` gives a fresh, empty one.
// What needs a broken disk or another process is in the back end's own tests.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  bob,
  dayMs,
  deleteWrite,
  outcome,
  postWrite,
  startMs,
  stateWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import { uuidTime } from '../../src/lib/ids.ts';
import type { Write } from '../../src/model/write.ts';
import type { FeedStore } from '../../src/store/store.ts';

export interface OpenedStore extends AsyncDisposable {
  readonly store: FeedStore;
}

export type OpenStore = () => Promise<OpenedStore>;

/** Commits one write at a time and answers its outcome. */
async function post(store: FeedStore, write: ReturnType<typeof postWrite>, now = startMs) {
  const { outcomes } = await store.commit([write], now);
  return outcome(outcomes, 0, 'post');
}

export function storeContract(name: string, open: OpenStore): void {
  describe(`${name}: sequence`, () => sequence(open));
  describe(`${name}: posting`, () => posting(open));
  describe(`${name}: states`, () => states(open));
  describe(`${name}: timers`, () => timers(open));
  describe(`${name}: isolation`, () => isolation(open));
}

function sequence(open: OpenStore): void {
  test('a feed that does not exist has epoch 0, head 0 and nothing in it', async () => {
    await using opened = await open();
    const { read } = opened.store;
    const nothing = { epoch: 0, head: 0, unread: 0, floor: 0, preferencesSeq: 0 };
    assert.deepEqual(await read.position(alice, null), nothing);
    assert.deepEqual(await read.changes(alice, 'app-a', 0, 10), { ...nothing, rows: [], scannedTo: 0 });
    assert.equal(await read.owner(alice), null);
    assert.equal(await read.count(alice, null, startMs), 0);
    assert.deepEqual(await read.subscriptions(alice, 'app-a', startMs), []);
  });

  test('the changes of a feed have a dense sequence over batches, and each feed has its own', async () => {
    await using opened = await open();
    const { store } = opened;
    const first = postWrite();
    const told = await Promise.all([
      store.commit([first, postWrite({ by: 'bob' }), postWrite()], startMs),
      store.commit([stateWrite([first.id]), postWrite({ by: 'bob' }), deleteWrite(first.id)], startMs),
    ]);
    const changes = told.flatMap((each) => each.changes);
    const of = (user: string) => changes.filter((change) => change.user === user).map(({ seq }) => seq);
    assert.deepEqual(of(alice), [1, 2, 3, 4]);
    assert.deepEqual(of(bob), [1, 2]);
    assert.equal((await store.read.position(alice, null)).head, 4);
    const epochs = new Set(changes.filter((change) => change.user === alice).map(({ epoch }) => epoch));
    assert.deepEqual([...epochs], [(await store.read.position(alice, null)).epoch]);
    assert.deepEqual(await store.read.owner(bob), {
      user: bob,
      epoch: (await store.read.position(bob, null)).epoch,
      head: 2,
      issuer: 'https://issuer.example',
      subject: 'bob',
      name: 'bob@contoso.example',
      ...{ preferences: null, preferencesSeq: 0 },
    });
  });

  test('several writes of one notification in a batch each have a sequence, and its row has the last', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite();
    const activated = { userActionState: 'activated' } as const;
    const batch = [write, stateWrite([write.id]), stateWrite([write.id], { change: activated })];
    const { changes } = await store.commit(batch, startMs);
    assert.deepEqual(
      changes.map(({ seq, cause, unread }) => ({ seq, cause, unread })),
      [
        { seq: 1, cause: 'posted', unread: 1 },
        { seq: 2, cause: 'state', unread: 0 },
        { seq: 3, cause: 'state', unread: 0 },
      ],
    );
    const page = await store.read.changes(alice, null, 0, 10);
    assert.deepEqual(
      page.rows.map(({ seq, changes: count }) => ({ seq, count })),
      [{ seq: 3, count: 3 }],
    );
    assert.deepEqual(await store.read.notification(alice, write.id), changes[2]?.notification);
  });

  test('a refused write takes no sequence and harms no other of its batch', async () => {
    await using opened = await open();
    const { store } = opened;
    const [first, last] = [postWrite(), postWrite()];
    const unknown = postWrite().id;
    const batch: Write[] = [
      first,
      deleteWrite(unknown),
      stateWrite([first.id], { ifMatch: 'W/"9"' }),
      postWrite({ by: 'nobody', owner: null }),
      last,
    ];
    const { outcomes, changes } = await store.commit(batch, startMs);
    const refusals = outcomes.map((each) => ('refused' in each ? each.refused : 'done'));
    assert.deepEqual(refusals, ['done', 'notFound', 'resourceModified', 'notFound', 'done']);
    assert.deepEqual(
      changes.map(({ seq, notification }) => [seq, notification.id]),
      [
        [1, first.id],
        [2, last.id],
      ],
    );
    assert.equal((await store.read.position(alice, null)).unread, 2);
  });
}

function posting(open: OpenStore): void {
  test('what was only created was last modified when it was created, however long its batch took', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite();
    const { notification } = await post(store, write, startMs + 250);
    assert.equal(notification.modified, uuidTime(write.id));
    const { outcomes } = await store.commit([stateWrite([write.id])], startMs + 300);
    assert.equal(outcome(outcomes, 0, 'state').changed[0]?.modified, startMs + 300);
  });

  test('the same appNotificationId and body within 24 hours is a repeat that changes nothing', async () => {
    await using opened = await open();
    const { store } = opened;
    const named = { appNotificationId: 'order-1', sentAs: 'one' };
    const made = await post(store, postWrite(named));
    const batch = [postWrite(named), postWrite(named)];
    const { outcomes, changes } = await store.commit(batch, startMs + dayMs - 1);
    assert.deepEqual(changes, []);
    for (const index of [0, 1]) {
      assert.deepEqual(outcome(outcomes, index, 'post'), { ...made, result: 'repeated' });
    }
    const late = await post(store, postWrite(named), startMs + dayMs);
    assert.equal(late.result, 'replaced');
  });

  test('another body replaces: same id, next content version, unread again, told once', async () => {
    await using opened = await open();
    const { store } = opened;
    const made = await post(store, postWrite({ appNotificationId: 'order-1', sentAs: 'one' }));
    const { id } = made.notification;
    await store.commit([stateWrite([id], { change: { userActionState: 'dismissed' } })], startMs);
    const next = postWrite({
      appNotificationId: 'order-1',
      sentAs: 'two',
      content: '{"new":true}',
      expires: startMs + dayMs,
    });
    const { outcomes, changes } = await store.commit([next], startMs + 5000);
    const { result, notification } = outcome(outcomes, 0, 'post');
    assert.equal(result, 'replaced');
    assert.deepEqual(
      changes.map(({ seq, cause, unread }) => ({ seq, cause, unread })),
      [{ seq: 3, cause: 'replaced', unread: 1 }],
    );
    const { contentVersion, readState, userActionState, content, expires, announcedExpiry, postedAt } =
      notification;
    assert.deepEqual(
      { id: notification.id, contentVersion, readState, userActionState, content },
      { id, contentVersion: 2, readState: 'unread', userActionState: 'noInteraction', content: next.content },
    );
    assert.deepEqual([expires, announcedExpiry], [startMs + dayMs, startMs + 7 * dayMs]);
    assert.equal(postedAt, startMs + 5000);
  });

  test('posted three times in one batch under one name it is one notification', async () => {
    await using opened = await open();
    const { store } = opened;
    const body = (sentAs: string) => postWrite({ appNotificationId: 'x', sentAs });
    const { outcomes } = await store.commit([body('1'), body('2'), body('2')], startMs);
    const results = [0, 1, 2].map((index) => outcome(outcomes, index, 'post').result);
    assert.deepEqual(results, ['created', 'replaced', 'repeated']);
    assert.equal(await store.read.count(alice, null, startMs), 1);
  });

  test('one name is free in another app, for another user, and after deletion or expiry', async () => {
    await using opened = await open();
    const { store } = opened;
    const named = (more: object = {}) => postWrite({ appNotificationId: 'x', sentAs: '1', ...more });
    const first = named({ expires: startMs + 1000 });
    const batch = [first, named({ app: 'app-b' }), named({ by: 'bob' }), named({ sentAs: '1' })];
    const { outcomes } = await store.commit(batch, startMs);
    const results = batch.map((_, index) => outcome(outcomes, index, 'post').result);
    assert.deepEqual(results, ['created', 'created', 'created', 'repeated']);
    // It has expired, but no sweep has been there.
    const second = named();
    const expired = await store.commit([second], startMs + 1000);
    assert.deepEqual(
      expired.changes.map(({ cause, notification }) => [cause, notification.id]),
      [
        ['expired', first.id],
        ['posted', second.id],
      ],
    );
    const third = named();
    const deleted = await store.commit([deleteWrite(second.id), third], startMs + 2000);
    assert.equal(outcome(deleted.outcomes, 1, 'post').result, 'created');
  });

  test('an app-only post follows a feed that exists and keeps its owner', async () => {
    await using opened = await open();
    const { store } = opened;
    await post(store, postWrite());
    const named = await post(store, postWrite({ owner: null }));
    assert.equal(named.result, 'created');
    assert.equal((await store.read.owner(alice))?.subject, 'alice');
    const renamed = { issuer: 'https://issuer.example', subject: 'alice', name: 'alice@new.example' };
    await post(store, postWrite({ owner: renamed }));
    assert.equal((await store.read.owner(alice))?.name, 'alice@new.example');
  });
}

function states(open: OpenStore): void {
  test('what changes nothing is answered as the same and commits no change', async () => {
    await using opened = await open();
    const { store } = opened;
    const { notification } = await post(store, postWrite());
    await store.commit([stateWrite([notification.id])], startMs);
    const { outcomes, changes } = await store.commit([stateWrite([notification.id])], startMs);
    assert.deepEqual(changes, []);
    const { same, changed } = outcome(outcomes, 0, 'state');
    assert.deepEqual([changed.length, same[0]?.changes], [0, 2]);
  });

  test('a state for an older content version changes nothing, for the current one it does', async () => {
    await using opened = await open();
    const { store } = opened;
    const { notification } = await post(store, postWrite({ appNotificationId: 'x', sentAs: '1' }));
    await post(store, postWrite({ appNotificationId: 'x', sentAs: '2' }));
    const stale = await store.commit([stateWrite([notification.id], { contentVersion: 1 })], startMs);
    assert.deepEqual(stale.changes, []);
    assert.equal(outcome(stale.outcomes, 0, 'state').same[0]?.readState, 'unread');
    const current = await store.commit([stateWrite([notification.id], { contentVersion: 2 })], startMs);
    assert.equal(current.changes.length, 1);
  });

  test('a state of many changes what is there, names what is not, and answers the unread count', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one, two, foreign] = [postWrite(), postWrite(), postWrite({ app: 'app-b' })];
    await store.commit([one, two, foreign], startMs);
    const unknown = postWrite().id;
    const write = stateWrite([one.id, foreign.id, unknown], { visibility: 'app-a' });
    const { outcomes } = await store.commit([write], startMs);
    const { changed, results, unread } = outcome(outcomes, 0, 'state');
    assert.deepEqual(
      changed.map(({ id }) => id),
      [one.id],
    );
    assert.deepEqual(results, ['updated', 'notFound', 'notFound']);
    assert.equal(unread, 1);
    assert.equal((await store.read.position(alice, null)).unread, 2);
  });

  test('each of many is told what became of it, against the content that was seen, also when named twice', async () => {
    await using opened = await open();
    const { store } = opened;
    const one = (await post(store, postWrite({ appNotificationId: 'x', sentAs: '1' }))).notification.id;
    await post(store, postWrite({ appNotificationId: 'x', sentAs: '2' }));
    const two = (await post(store, postWrite())).notification.id;
    const seen = (id: string, contentVersion: number | null) => ({ id, contentVersion });
    const targets = [seen(one, 1), seen(two, 1), seen(one, 2), seen(one, 1), seen(two, null)];
    const { outcomes, changes } = await store.commit([stateWrite([], { targets })], startMs);
    const { results, unread } = outcome(outcomes, 0, 'state');
    assert.deepEqual(results, ['stale', 'updated', 'updated', 'stale', 'unchanged']);
    assert.deepEqual(
      changes.map(({ notification }) => notification.id),
      [two, one],
    );
    assert.equal(unread, 0);
  });

  test('a state that one of many can not take changes none of them', async () => {
    await using opened = await open();
    const { store } = opened;
    const [long, short] = [postWrite(), postWrite({ expires: startMs + 1000 })];
    await store.commit([long, short], startMs);
    const change = { userActionState: 'snoozed', snoozeUntil: startMs + 5000 } as const;
    const { outcomes, changes } = await store.commit([stateWrite([long.id, short.id], { change })], startMs);
    assert.ok('refused' in (outcomes[0] ?? {}));
    assert.deepEqual(changes, []);
    assert.equal((await store.read.notification(alice, long.id))?.userActionState, 'noInteraction');
  });

  test('If-Match holds against the change that was committed last, also within a batch', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite();
    const dismissed = { userActionState: 'dismissed' } as const;
    const batch = [
      write,
      stateWrite([write.id], { ifMatch: 'W/"1"' }),
      stateWrite([write.id], { ifMatch: 'W/"1"', change: dismissed }),
      stateWrite([write.id], { ifMatch: '"7", "2"', change: dismissed }),
      deleteWrite(write.id, { ifMatch: '"2"' }),
      deleteWrite(write.id, { ifMatch: '*' }),
    ];
    const { outcomes } = await store.commit(batch, startMs);
    const refused = outcomes.map((each) => 'refused' in each);
    assert.deepEqual(refused, [false, false, true, false, true, false]);
  });
}

function timers(open: OpenStore): void {
  test('expiry is checked again under the commit, leaves a tombstone, and fires once', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite({ expires: startMs + 1000 });
    await store.commit([write], startMs);
    const expire = timerWrite('expire', write.id);
    const early = await store.commit([expire], startMs + 999);
    assert.deepEqual([early.outcomes, early.changes], [[{ done: false }], []]);
    assert.deepEqual(await store.read.dueExpirations(startMs + 999, 10), []);
    assert.deepEqual(await store.read.dueExpirations(startMs + 1000, 10), [{ user: alice, id: write.id }]);
    const { outcomes, changes } = await store.commit([expire, expire], startMs + 1000);
    assert.deepEqual(outcomes, [{ done: true }, { done: false }]);
    assert.deepEqual(
      changes.map(({ cause, unread }) => [cause, unread]),
      [['expired', 0]],
    );
    const tombstone = await store.read.notification(alice, write.id);
    assert.deepEqual(
      [tombstone?.removed, tombstone?.content, tombstone?.purgeAt],
      ['expired', '', startMs + 1000 + dayMs],
    );
    assert.deepEqual(await store.read.dueExpirations(startMs + dayMs, 10), []);
  });

  test('what is unread, has expired and is still there is counted by user and app, of the first of all users', async () => {
    await using opened = await open();
    const { store } = opened;
    const expires = startMs + 1000;
    const [read, removed] = [postWrite({ expires }), postWrite({ expires })];
    const posts = [
      ...[read, removed, postWrite({ expires }), postWrite({ expires, app: 'app-b' })],
      ...[postWrite({ expires: expires + 1 }), postWrite({ expires: startMs + 1, by: 'bob' })],
    ];
    await store.commit([...posts, stateWrite([read.id]), deleteWrite(removed.id)], startMs);
    const count = (visibility: string | null, now = expires, most = 100) =>
      store.read.unreadExpired(alice, visibility, now, most);
    assert.deepEqual(
      await Promise.all([count(null), count('app-a'), count('app-b'), count('app-c'), count(null, startMs)]),
      [2, 1, 1, 0, 0],
    );
    assert.equal(await store.read.unreadExpired(bob, null, expires, 100), 1);
    // Bob's is the first to expire, and all that is looked at.
    assert.equal(await count(null, expires, 1), 0);
  });

  test('waking happens only to what is still snoozed until then, and starts the display time anew', async () => {
    await using opened = await open();
    const { store } = opened;
    const [kept, moved] = [postWrite({ displaySeconds: 60 }), postWrite()];
    const until = startMs + 5000;
    const snoozed = { userActionState: 'snoozed', snoozeUntil: until } as const;
    await store.commit([kept, moved, stateWrite([kept.id, moved.id], { change: snoozed })], startMs);
    assert.equal((await store.read.dueWakings(until, 10)).length, 2);
    await store.commit([stateWrite([moved.id], { change: { userActionState: 'activated' } })], startMs);
    const wake = [timerWrite('wake', kept.id), timerWrite('wake', moved.id), timerWrite('wake', kept.id)];
    assert.deepEqual((await store.commit(wake, until - 1)).changes, []);
    const { outcomes, changes } = await store.commit(wake, until);
    assert.deepEqual(outcomes, [{ done: true }, { done: false }, { done: false }]);
    const [change] = changes;
    assert.equal(change?.cause, 'woken');
    const { readState, userActionState, snoozeUntil, displayUntil } = change.notification;
    assert.deepEqual(
      { readState, userActionState, snoozeUntil, displayUntil },
      {
        readState: 'unread',
        userActionState: 'noInteraction',
        snoozeUntil: null,
        displayUntil: until + 60_000,
      },
    );
    assert.equal(change.unread, 1);
    assert.deepEqual(await store.read.dueWakings(until, 10), []);
  });

  test('a snooze must end later than now and before the notification expires', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite({ expires: startMs + 1000 });
    await store.commit([write], startMs);
    const snooze = (snoozeUntil: number) =>
      stateWrite([write.id], { change: { userActionState: 'snoozed', snoozeUntil } });
    const { outcomes } = await store.commit(
      [snooze(startMs), snooze(startMs + 1000), snooze(startMs + 999)],
      startMs,
    );
    assert.deepEqual(
      outcomes.map((each) => 'refused' in each),
      [true, true, false],
    );
  });

  test('a tombstone is purged when its time has come, and raises the floor of its app alone', async () => {
    await using opened = await open();
    const { store } = opened;
    const [write, other] = [postWrite(), postWrite({ app: 'app-b' })];
    await store.commit([write, other, deleteWrite(write.id)], startMs);
    const purge = timerWrite('purge', write.id);
    const at = startMs + 30 * dayMs;
    assert.deepEqual((await store.commit([purge, timerWrite('purge', other.id)], at - 1)).outcomes, [
      { done: false },
      { done: false },
    ]);
    assert.deepEqual(await store.read.duePurges(at, 10), [{ user: alice, id: write.id }]);
    const { outcomes, changes } = await store.commit([purge], at);
    assert.deepEqual([outcomes, changes], [[{ done: true }], []]);
    assert.equal(await store.read.notification(alice, write.id), null);
    const floors = ['app-a', 'app-b', null].map(async (app) => (await store.read.position(alice, app)).floor);
    assert.deepEqual(await Promise.all(floors), [3, 0, 3]);
    assert.deepEqual(await store.read.duePurges(at, 10), []);
  });
}

function isolation(open: OpenStore): void {
  test("naming another user's notification finds nothing, whatever the batch has looked at before", async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite();
    await store.commit([write, postWrite({ by: 'bob' })], startMs);
    const foreign = [stateWrite([write.id], { user: bob }), deleteWrite(write.id, { user: bob })];
    const batch = [stateWrite([write.id]), ...foreign, timerWrite('purge', write.id, bob)];
    const { outcomes, changes } = await store.commit(batch, startMs);
    assert.deepEqual(outcome(outcomes, 1, 'state').results, ['notFound']);
    assert.equal((outcomes[2] as { refused?: string }).refused, 'notFound');
    assert.deepEqual(
      changes.map(({ user }) => user),
      [alice],
    );
    assert.equal((await store.read.notification(alice, write.id))?.removed, null);
    assert.equal(await store.read.notification(bob, write.id), null);
  });

  test('who names a foreign id first does not hide it from its owner later in the batch', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite({ appNotificationId: 'x', sentAs: '1' });
    await store.commit([write, postWrite({ by: 'bob' })], startMs);
    const batch = [
      deleteWrite(write.id, { user: bob }),
      stateWrite([write.id]),
      postWrite({ appNotificationId: 'x', sentAs: '2' }),
    ];
    const { outcomes } = await store.commit(batch, startMs);
    assert.equal(outcome(outcomes, 1, 'state').changed.length, 1);
    assert.equal(outcome(outcomes, 2, 'post').result, 'replaced');
  });

  test("another app's notification is neither changed nor deleted", async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite({ app: 'app-b' });
    await store.commit([write], startMs);
    const visibility = 'app-a';
    const batch = [stateWrite([write.id], { visibility }), deleteWrite(write.id, { visibility })];
    const { outcomes, changes } = await store.commit(batch, startMs);
    assert.deepEqual(changes, []);
    assert.deepEqual(outcome(outcomes, 0, 'state').results, ['notFound']);
    assert.equal((outcomes[1] as { refused?: string }).refused, 'notFound');
  });
}
