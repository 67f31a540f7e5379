// The contract of the feed store, second part: what readers see (pages of history and of changes, subscriptions), and
// that counts hold after any writes. For every back end, like ./store.ts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  bob,
  dayMs,
  deleteWrite,
  keyOf,
  outcome,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import fc from 'fast-check';
import type { StoredNotification } from '../../src/model/notification.ts';
import type { Write } from '../../src/model/write.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';

const runs = 25;

export function storeReadsContract(name: string, open: OpenStore): void {
  describe(`${name}: pages`, () => pages(open));
  describe(`${name}: subscriptions`, () => subscriptions(open));
  describe(`${name}: any writes`, () => anyWrites(open));
}

function pages(open: OpenStore): void {
  test('the heads of many feeds are read at once, and a feed that does not exist has none', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = postWrite();
    await store.commit([write, postWrite({ by: 'bob' }), stateWrite([write.id])], startMs);
    const heads = await store.read.heads([bob, keyOf('nobody'), alice]);
    const expected = await Promise.all(
      [alice, bob].map(async (user) => {
        const { epoch, head: seq } = await store.read.position(user, null);
        return { user, epoch, seq };
      }),
    );
    const byUser = (a: { user: string }, b: { user: string }) => a.user.localeCompare(b.user);
    assert.deepEqual(heads.toSorted(byUser), expected.toSorted(byUser));
    assert.deepEqual(
      expected.map(({ seq }) => seq),
      [2, 1],
    );
    assert.deepEqual(await store.read.heads([]), []);
  });

  test('the history is newest first, in pages that stay put while others write', async () => {
    await using opened = await open();
    const { store } = opened;
    const writes = Array.from({ length: 7 }, () => postWrite());
    await store.commit(writes, startMs);
    const page = (beforeId: string | null) =>
      store.read.list(alice, { visibility: null, now: startMs, limit: 3, beforeId });
    const first = await page(null);
    await store.commit([postWrite(), deleteWrite(first[2]?.id ?? '')], startMs);
    const second = await page(first[2]?.id ?? '');
    const third = await page(second[2]?.id ?? '');
    const ids = [...first, ...second, ...third].map(({ id }) => id);
    assert.deepEqual(ids, writes.map(({ id }) => id).reverse());
    assert.equal(await store.read.count(alice, null, startMs), 7);
  });

  test('the history holds only what lives and what the app may see', async () => {
    await using opened = await open();
    const { store } = opened;
    const [kept, foreign, deleted] = [postWrite(), postWrite({ app: 'app-b' }), postWrite()];
    const expired = postWrite({ expires: startMs + 10 });
    await store.commit([kept, foreign, deleted, expired, deleteWrite(deleted.id)], startMs);
    const now = startMs + 10;
    const list = async (visibility: string | null) => {
      const rows = await store.read.list(alice, { visibility, now, limit: 10, beforeId: null });
      assert.equal(await store.read.count(alice, visibility, now), rows.length);
      return rows.map(({ id }) => id);
    };
    assert.deepEqual(await list('app-a'), [kept.id]);
    assert.deepEqual(await list('app-b'), [foreign.id]);
    assert.deepEqual(await list(null), [foreign.id, kept.id]);
    assert.deepEqual(await list('app-never-seen'), []);
  });

  test('changes come once, in the order of the latest, tombstones included, page by page', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one, two, three] = [postWrite(), postWrite(), postWrite()];
    await store.commit([one, two, three, stateWrite([one.id]), deleteWrite(two.id)], startMs);
    const first = await store.read.changes(alice, null, 0, 2);
    assert.deepEqual(
      first.rows.map(({ id, seq, removed }) => [id, seq, removed]),
      [
        [three.id, 3, null],
        [one.id, 4, null],
      ],
    );
    assert.deepEqual([first.scannedTo, first.head, first.unread], [4, 5, 1]);
    const second = await store.read.changes(alice, null, first.scannedTo, 2);
    assert.deepEqual(
      second.rows.map(({ id, removed, content }) => [id, removed, content]),
      [[two.id, 'deleted', '']],
    );
    assert.equal(second.scannedTo, 5);
    const done = await store.read.changes(alice, null, 5, 2);
    assert.deepEqual([done.rows, done.scannedTo], [[], 5]);
  });

  test('an app sees its own changes and counts, and its walk passes over the others', async () => {
    await using opened = await open();
    const { store } = opened;
    const others = Array.from({ length: 60 }, () => postWrite({ app: 'app-b' }));
    const own = postWrite();
    await store.commit([...others, own], startMs);
    let after = 0;
    const seen: StoredNotification[] = [];
    for (let page = 0; after < 61; page++) {
      assert.ok(page < 61, 'each page gets further');
      const { rows, scannedTo, unread } = await store.read.changes(alice, 'app-a', after, 1);
      assert.equal(unread, 1);
      assert.ok(scannedTo > after);
      seen.push(...rows);
      after = scannedTo;
    }
    assert.deepEqual(
      seen.map(({ id }) => id),
      [own.id],
    );
    assert.equal((await store.read.changes(alice, 'app-b', 0, 100)).rows.length, 60);
  });
}

const fcm = (token: string) => ({ type: 'fcm', token }) as const;

/** Installation -> push token of every living subscription of the user and app. */
async function addresses(store: FeedStore, user = alice, app = 'app-a') {
  const rows = await store.read.subscriptions(user, app, startMs);
  return Object.fromEntries(
    rows.map((row) => [row.installationId, (row.channel as { token?: string } | null)?.token ?? null]),
  );
}

function subscriptions(open: OpenStore): void {
  test('a subscription is made once for each installation, and a second post keeps its id', async () => {
    await using opened = await open();
    const { store } = opened;
    const first = subscribeWrite({ channel: fcm('one'), displayName: 'Laptop' });
    const again = subscribeWrite({ channel: fcm('two'), leaseUntil: startMs + dayMs });
    const made = await store.commit([first], startMs);
    assert.deepEqual(outcome(made.outcomes, 0, 'subscribe'), {
      result: 'created',
      subscription: first.subscription,
    });
    const { outcomes } = await store.commit([again], startMs + 1);
    const { result, subscription } = outcome(outcomes, 0, 'subscribe');
    assert.deepEqual(
      [result, subscription],
      ['replaced', { ...again.subscription, id: first.subscription.id, registered: startMs + 1 }],
    );
    assert.deepEqual(await store.read.subscription(alice, first.subscription.id), subscription);
    assert.deepEqual(await store.read.subscriptions(alice, 'app-a', startMs + dayMs), []);
    assert.equal((await store.read.position(alice, null)).head, 0);
  });

  test('the devices of a user are the living subscriptions of all apps, the oldest first', async () => {
    await using opened = await open();
    const { store } = opened;
    const ended = subscribeWrite({ installationId: 'ended', leaseUntil: startMs + 1 });
    const second = subscribeWrite({ app: 'app-b', created: startMs + 2, session: 'of the browser' });
    const first = subscribeWrite({ created: startMs + 1, channel: fcm('one') });
    await store.commit([ended, second, first, subscribeWrite({ by: 'bob' })], startMs);
    assert.deepEqual(
      await store.read.devices(alice, startMs + 1),
      [first, second].map(({ subscription }) => ({ subscription, seen: null })),
    );
    const { app, id } = second.subscription;
    await store.commit([{ kind: 'renew', user: alice, app, id, patch: { session: 'of another' } }], startMs);
    assert.equal((await store.read.subscription(alice, id))?.session, 'of another');
  });

  test('a device is seen when a mark says so, the latest counts, and its registration leaves that', async () => {
    await using opened = await open();
    const { store } = opened;
    const [one, other] = ['one', 'other'].map((installationId) => subscribeWrite({ installationId }));
    assert.ok(one && other);
    await store.commit([one, other], startMs);
    const seen = async () =>
      new Map((await store.read.devices(alice, startMs)).map((each) => [each.subscription.id, each.seen]));
    const mark = ({ subscription }: typeof one, more = {}): Write => ({
      ...{ kind: 'fetch', user: alice, subscription: subscription.id, upTo: null, each: [], seen: true },
      ...more,
    });
    await store.commit([mark(one, { upTo: 2, seen: false })], startMs + 1);
    assert.deepEqual([...(await seen()).values()], [null, null]);
    await store.commit([mark(one)], startMs + 2);
    await store.commit([mark(other, { upTo: 3 }), mark(one, { upTo: 3 })], startMs + 3);
    await store.commit([mark(one), mark(one)], startMs + 2);
    assert.deepEqual([...(await seen()).values()], [startMs + 3, startMs + 3]);
    await store.commit([subscribeWrite({ installationId: 'one', session: 'new' })], startMs + 4);
    const { id } = one.subscription;
    assert.equal((await seen()).get(id), startMs + 3);
    assert.equal((await store.read.subscription(alice, id))?.session, 'new');
  });

  test('the push addresses of an app and channel are counted over users, up to a bound', async () => {
    await using opened = await open();
    const { store } = opened;
    const writes = ['alice', 'bob'].flatMap((by) =>
      ['phone', 'tablet'].map((installationId) =>
        subscribeWrite({ by, installationId, channel: fcm(`${by} ${installationId}`) }),
      ),
    );
    const browser = { type: 'webPush', endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } };
    const others = [
      subscribeWrite({ installationId: 'none', channel: null }),
      subscribeWrite({ installationId: 'browser', channel: { ...browser, type: 'webPush' } }),
      subscribeWrite({ app: 'app-b', installationId: 'b', channel: fcm('b') }),
    ];
    await store.commit([...writes, ...others], startMs);
    assert.equal(await store.read.countAddresses('app-a', 'fcm', 100), 4);
    assert.equal(await store.read.countAddresses('app-a', 'fcm', 3), 3);
    assert.equal(await store.read.countAddresses('app-a', 'webPush', 100), 1);
    assert.equal(await store.read.countAddresses('app-a', 'wns', 100), 0);
    assert.equal(await store.read.countAddresses('app-c', 'fcm', 100), 0);
  });

  test('a push address moves to whoever registers it last, over users, and the loser keeps its lease', async () => {
    await using opened = await open();
    const { store } = opened;
    const loser = subscribeWrite({ channel: fcm('shared') });
    await store.commit([loser], startMs);
    await store.commit([subscribeWrite({ by: 'bob', channel: fcm('shared') })], startMs);
    assert.deepEqual(await addresses(store), { laptop: null });
    assert.deepEqual(await addresses(store, bob), { laptop: 'shared' });
    const { subscription } = loser;
    assert.deepEqual(await store.read.subscription(alice, subscription.id), {
      ...subscription,
      channel: null,
      addressHash: null,
    });
    await store.commit([subscribeWrite({ app: 'app-b', channel: fcm('shared') })], startMs);
    assert.deepEqual(await addresses(store, bob), { laptop: 'shared' });
  });

  test('within one batch an address goes from hand to hand, and two may be swapped', async () => {
    await using opened = await open();
    const { store } = opened;
    const place = (installationId: string, token: string) =>
      subscribeWrite({ installationId, channel: fcm(token) });
    await store.commit([place('a', '1'), place('b', '1'), place('c', '1'), place('d', '2')], startMs);
    assert.deepEqual(await addresses(store), { a: null, b: null, c: '1', d: '2' });
    await store.commit([place('c', '2'), place('d', '1')], startMs);
    assert.deepEqual(await addresses(store), { a: null, b: null, c: '2', d: '1' });
    await store.commit([place('d', '3'), place('a', '1'), place('c', '1')], startMs);
    assert.deepEqual(await addresses(store), { a: null, b: null, c: '1', d: '3' });
  });

  test('renewing changes what is named; ending frees the installation and the address', async () => {
    await using opened = await open();
    const { store } = opened;
    const made = subscribeWrite({ channel: fcm('one') });
    const { id } = made.subscription;
    await store.commit([made], startMs);
    const patch = { leaseUntil: startMs + 90 * dayMs, notificationType: 'noNotification' } as const;
    const renew = { kind: 'renew', user: alice, app: 'app-a', id, patch } as const;
    const renewed = await store.commit([renew], startMs);
    assert.deepEqual(outcome(renewed.outcomes, 0, 'renew').subscription, { ...made.subscription, ...patch });
    const next = subscribeWrite({ channel: fcm('one') });
    const end = { kind: 'unsubscribe', user: alice, app: 'app-a', id } as const;
    const { outcomes } = await store.commit([end, renew, end, next], startMs);
    assert.deepEqual(
      outcomes.map((each) => ('refused' in each ? each.refused : 'done')),
      ['done', 'notFound', 'notFound', 'done'],
    );
    assert.equal(outcome(outcomes, 3, 'subscribe').result, 'created');
    assert.equal(await store.read.subscription(alice, id), null);
    assert.deepEqual(await addresses(store), { laptop: 'one' });
  });

  test("another app or user can't renew or end it, also after its owner did in the same batch", async () => {
    await using opened = await open();
    const { store } = opened;
    const made = subscribeWrite();
    const { id } = made.subscription;
    await store.commit([made, subscribeWrite({ by: 'bob' })], startMs);
    const renew = { kind: 'renew', user: alice, app: 'app-a', id, patch: { displayName: 'x' } } as const;
    const end = { kind: 'unsubscribe', user: alice, app: 'app-a', id } as const;
    const batch: Write[] = [
      { ...renew, app: 'app-b' },
      renew,
      { ...renew, app: 'app-b' },
      { ...end, app: 'app-b' },
      { ...end, user: bob },
    ];
    const { outcomes } = await store.commit(batch, startMs);
    assert.deepEqual(
      outcomes.map((each) => 'refused' in each),
      [true, false, true, true, true],
    );
  });

  test('a user has at most 100 subscriptions of an app, also when they come in one batch', async () => {
    await using opened = await open();
    const { store } = opened;
    const places = Array.from({ length: 101 }, (_, index) => subscribeWrite({ installationId: `${index}` }));
    const { outcomes } = await store.commit(places, startMs);
    assert.deepEqual(outcomes.map((each) => 'refused' in each).indexOf(true), 100);
    const end = { kind: 'unsubscribe', user: alice, app: 'app-a' } as const;
    const ended = { ...end, id: places[0]?.subscription.id ?? '' };
    const next = await store.commit([ended, subscribeWrite({ installationId: 'next' })], startMs);
    assert.equal('refused' in (next.outcomes[1] ?? {}), false);
  });
}

/** One step of a random history, over a handful of notifications, two apps and a clock that moves on. */
const step = fc.record({
  kind: fc.constantFrom('post', 'named', 'state', 'many', 'delete', 'expire', 'wake', 'purge'),
  which: fc.nat(9),
  app: fc.constantFrom('app-a', 'app-b'),
  change: fc.constantFrom('read', 'unread', 'dismissed', 'snoozed'),
  aheadMs: fc.constantFrom(0, 1, 1000, 2 * dayMs),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class History {
  readonly ids: string[] = [];
  now = startMs;

  write({ kind, which, app, change, aheadMs }: Step): Write {
    this.now += aheadMs;
    const id = this.ids[which % Math.max(1, this.ids.length)] ?? postWrite().id;
    if (kind === 'post' || kind === 'named') {
      const name = kind === 'named' ? `name-${which % 3}` : null;
      const write = postWrite({
        app,
        appNotificationId: name,
        sentAs: name && change,
        expires: this.now + 1 + which * 1000,
      });
      this.ids.push(write.id);
      return write;
    }
    if (kind === 'delete') return deleteWrite(id, { visibility: which % 2 === 0 ? app : null });
    if (kind === 'state' || kind === 'many')
      return stateWrite(kind === 'many' ? this.ids.slice(-5) : [id], { change: this.#state(change) });
    return timerWrite(kind, id);
  }

  #state(change: Step['change']) {
    if (change === 'read' || change === 'unread') return { readState: change };
    if (change === 'dismissed') return { userActionState: change };
    return { userActionState: change, snoozeUntil: this.now + 1 };
  }
}

function anyWrites(open: OpenStore): void {
  test('after any writes, in any batches, counts equal a recount and sequences are dense', async () => {
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 12,
    });
    const holds = async (drawn: Step[][]): Promise<void> => {
      await using opened = await open();
      const { store } = opened;
      const history = new History();
      let head = 0;
      for (const steps of drawn) {
        const writes = steps.map((each) => history.write(each));
        const { changes } = await store.commit(writes, history.now);
        for (const { seq } of changes) assert.equal(seq, ++head);
        await recount(store, head);
      }
    };
    // fast-check prints the seed and the smallest failing history.
    await fc.assert(fc.asyncProperty(batches, holds), { numRuns: runs });
  });
}

async function recount(store: FeedStore, head: number): Promise<void> {
  for (const visibility of ['app-a', 'app-b', null]) {
    const page = await store.read.changes(alice, visibility, 0, 1000);
    const unread = page.rows.filter((row) => row.removed === null && row.readState === 'unread').length;
    assert.equal(page.unread, unread, `unread of ${visibility}`);
    assert.equal(page.head, head);
    const sequences = page.rows.map(({ seq }) => seq);
    assert.deepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
    for (const row of page.rows) assert.deepEqual(await store.read.notification(alice, row.id), row);
  }
}
