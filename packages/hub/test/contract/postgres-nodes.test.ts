// Several hubs on one PostgreSQL: what one of them alone can't show.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import {
  alice,
  keyOf,
  outcome,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
} from '@carillon/testing/feed/writes.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { openRandom } from '@carillon/testing/machine/random.ts';
import { builtIn } from '../../src/hub/channels.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { claimLeaseMs, type DeliveryResult, type PlannedDelivery } from '../../src/model/delivery.ts';
import type { Write } from '../../src/model/write.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';
import {
  backlogLeaseMs,
  type Committed,
  type FeedStore,
  StoreError,
  type WebhookBacklogs,
} from '../../src/store/store.ts';

/** Of each node. Without the order of the locks of feeds, a circle closes in the first. */
const rounds = 100;
const visual = '{"payload":{"visualContent":{"title":"x"}},"targetPolicy":{"platformTypes":["android"]}}';

async function openNodes(context: TestContext, count: number): Promise<FeedStore[]> {
  const url = await (await sharedPostgres()).createDatabase();
  // All at once, so that they migrate at once as well.
  const opening = Array.from({ length: count }, () => openFeedStore({ url, planner: planBatch }));
  const nodes = await Promise.all(opening);
  context.after(() => Promise.all(nodes.map((node) => node.close())));
  return nodes;
}

function batches(count: number, size: number, write: (index: number) => Write): Write[][] {
  return Array.from({ length: count }, (_, batch) =>
    Array.from({ length: size }, (__, index) => write(batch * size + index)),
  );
}

test('two nodes write 2 000 notifications of one feed, which begins with them, into one dense sequence', async (context) => {
  const nodes = await openNodes(context, 2);
  const told = await Promise.all(
    nodes.flatMap((node) => batches(20, 50, () => postWrite()).map((batch) => node.commit(batch, startMs))),
  );
  const changes = told.flatMap((each) => each.changes);
  const sequences = changes.map(({ seq }) => seq).sort((a, b) => a - b);
  assert.deepEqual(
    sequences,
    Array.from({ length: 2000 }, (_, index) => index + 1),
  );
  assert.equal(new Set(changes.map(({ epoch }) => epoch)).size, 1);
  const { head, unread } = await (nodes[0] as FeedStore).read.position(alice, null);
  assert.deepEqual([head, unread], [2000, 2000]);
});

test('three nodes that write many feeds in any order never wait for each other in a circle', async (context) => {
  const nodes = await openNodes(context, 3);
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  const places = users.map((by) => subscribeWrite({ by, channel: { type: 'fcm', token: by } }));
  await nodes[0]?.commit(places.slice(0, 20), startMs);
  const work = nodes.map(async (node, nodeIndex) => {
    const random = openRandom(nodeIndex + 1);
    let held: PlannedDelivery[] = [];
    let ids: { user: string; id: string }[] = [];
    for (let round = 0; round < rounds; round++) {
      const writes: Write[] = Array.from({ length: 16 }, () => {
        const by = random.pick(users);
        return postWrite({
          by,
          content: visual,
          appNotificationId: random.chance(0.3) ? 'same' : null,
          sentAs: `${round}`,
        });
      });
      for (const { user, id } of ids.slice(0, 8)) writes.push(stateWrite([id], { user: keyOf(user) }));
      for (const place of places.slice(20)) if (random.chance(0.1)) writes.push(place);
      for (const { subscription } of places.slice(0, 20)) {
        const { user, id } = subscription;
        if (random.chance(0.3))
          writes.push({ kind: 'fetch', user, subscription: id, upTo: round, each: [], seen: false });
      }
      writes.push({ kind: 'record', results: held.map(resultOf) });
      const { deliveries, changes } = await commitPatiently(node, writes);
      held = [...deliveries];
      ids = changes.flatMap(({ user, notification: { id } }) => {
        const by = users.find((each) => keyOf(each) === user);
        return by === undefined ? [] : [{ user: by, id }];
      });
    }
  });
  await Promise.all(work);
  // A name that is posted again replaces, so a feed has fewer rows than changes, and the last one is at its head.
  const { read } = nodes[0] as FeedStore;
  for (const by of users) {
    const { head } = await read.position(keyOf(by), null);
    const { rows } = await read.changes(keyOf(by), null, Math.max(0, head - 1), 10);
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      head === 0 ? [] : [head],
    );
  }
});

/** On a busy machine a lock may take longer than a node waits for it; a circle is another failure, and passes through. */
async function commitPatiently(node: FeedStore, writes: readonly Write[]): Promise<Committed> {
  try {
    return await node.commit(writes, startMs);
  } catch (error) {
    const isLate = error instanceof StoreError && error.fault === 'busy' && error.message.includes('55P03');
    if (!isLate) throw error;
    return commitPatiently(node, writes);
  }
}

function resultOf(delivery: PlannedDelivery): DeliveryResult {
  const attempt = { status: 'accepted', reason: null, attempts: 1, due: startMs, sentAt: startMs } as const;
  const planned = { channel: delivery.channel, at: startMs };
  return { ...delivery, ...attempt, truncated: false, dropped: [], answer: null, planned };
}

test('two nodes that record results of the same deliveries in opposite orders never wait in a circle', async (context) => {
  const nodes = (await openNodes(context, 2)) as [FeedStore, FeedStore];
  const users = Array.from({ length: 60 }, (_, index) => `user-${index}`);
  const places = users.map((by) => subscribeWrite({ by, channel: { type: 'fcm', token: by } }));
  await nodes[0].commit(places, startMs);
  const { deliveries } = await nodes[0].commit(
    users.map((by) => postWrite({ by, content: visual })),
    startMs,
  );
  assert.equal(deliveries.length, users.length);
  const record = (held: readonly PlannedDelivery[]): Write => ({
    kind: 'record',
    results: held.map(resultOf),
  });
  for (let round = 0; round < 10; round++) {
    const [one, other] = [record(deliveries), record(deliveries.toReversed())];
    await Promise.all([commitPatiently(nodes[0], [one]), commitPatiently(nodes[1], [other])]);
  }
});

test('an address that two users register on two nodes at once has one of them', async (context) => {
  const [one, two] = (await openNodes(context, 2)) as [FeedStore, FeedStore];
  for (let round = 0; round < 20; round++) {
    const channel = { type: 'fcm', token: `token-${round}` } as const;
    const installationId = `${round}`;
    const [ofAlice, ofBob] = [
      subscribeWrite({ channel, installationId }),
      subscribeWrite({ by: 'bob', channel, installationId }),
    ];
    await Promise.all([one.commit([ofAlice], startMs), two.commit([ofBob], startMs)]);
    const reads = [ofAlice, ofBob].map(({ subscription: { user, id } }) => one.read.subscription(user, id));
    const holders = (await Promise.all(reads)).filter((row) => row?.channel);
    assert.equal(holders.length, 1);
  }
});

test('more batches at once than there are connections each take the addresses they bring', async (context) => {
  const [node] = (await openNodes(context, 1)) as [FeedStore];
  const places = Array.from({ length: 30 }, (_, index) =>
    subscribeWrite({ by: `user-${index}`, channel: { type: 'fcm', token: `${index}` } }),
  );
  await Promise.all(places.map((place) => node.commit([place], startMs)));
  for (const { subscription } of places) {
    assert.ok((await node.read.subscription(subscription.user, subscription.id))?.channel);
  }
});

test('what a node held when it was lost is sent by another once its lease has expired', async (context) => {
  const [lost, other] = (await openNodes(context, 2)) as [FeedStore, FeedStore];
  const place = subscribeWrite({ channel: { type: 'fcm', token: 'x' } });
  await lost.commit([place], startMs);
  const posted = await lost.commit([postWrite({ content: visual })], startMs);
  assert.equal(posted.deliveries.length, 1);
  const route = { app: 'app-a', channel: builtIn.fcm.code } as const;
  const early = startMs + claimLeaseMs - 1;
  assert.deepEqual(await other.read.dueRoutes(early), []);
  assert.deepEqual(await other.claim({ ...route, now: early, limit: 10 }), []);
  const late = startMs + claimLeaseMs;
  assert.deepEqual(await other.read.dueRoutes(late), [route]);
  assert.deepEqual(await other.claim({ ...route, now: late, limit: 10 }), posted.deliveries);
});

test('an endpoint is told by one node, until that lets it go or its claim has ended', async (context) => {
  const nodes = (await openNodes(context, 2)) as [FeedStore, FeedStore];
  const [one, other] = nodes.map(({ webhooks }) => webhooks) as [WebhookBacklogs, WebhookBacklogs];
  const backlog = randomUUID();
  const claim = ({ claim }: WebhookBacklogs, now: number) =>
    claim(backlog, now).then((held) => held !== null);
  assert.ok(await claim(one, startMs));
  assert.ok(!(await claim(other, startMs + backlogLeaseMs - 1)));
  assert.ok(await claim(one, startMs + 1000));
  assert.ok(!(await claim(other, startMs + backlogLeaseMs)));
  assert.ok(await claim(other, startMs + 1000 + backlogLeaseMs));
  assert.ok(!(await claim(one, startMs + 1000 + backlogLeaseMs)));
  await one.release();
  assert.ok(!(await claim(one, startMs + 1000 + backlogLeaseMs)));
  await other.release();
  assert.ok(await claim(one, startMs));
});

test('one name posted on two nodes at once is one notification', async (context) => {
  const nodes = await openNodes(context, 2);
  const named = () => postWrite({ appNotificationId: 'order-1', sentAs: 'one' });
  const told = await Promise.all(nodes.map((node) => node.commit([named()], startMs)));
  const results = told.map(({ outcomes }) => outcome(outcomes, 0, 'post').result);
  assert.deepEqual(results.sort(), ['created', 'repeated']);
});

test('a feed that another node erased begins anew on a node that has seen it', async (context) => {
  const [one, two] = (await openNodes(context, 2)) as [FeedStore, FeedStore];
  const write = postWrite();
  await two.commit([write], startMs);
  const erase = (ids: readonly string[]) => one.commit([{ kind: 'erase', user: alice, ids }], startMs);
  await erase([write.id]);
  await erase([]);
  const again = postWrite();
  const post = () => two.commit([again], startMs);
  await assert.rejects(post, (error) => error instanceof StoreError && error.fault === 'busy');
  assert.equal((await post()).changes[0]?.seq, 1);
  assert.equal((await one.read.owner(alice))?.subject, 'alice');
});

test('a hub that a newer version has migrated past still starts, and one with a changed migration does not', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  await (await openFeedStore({ url, planner: planBatch })).close();
  await server.query(url, "INSERT INTO migration(name, sha256) VALUES ('0999-later', 'x')");
  await (await openFeedStore({ url, planner: planBatch })).close();
  await server.query(url, "UPDATE migration SET sha256 = 'y' WHERE name = '0001-feed'");
  await assert.rejects(openFeedStore({ url, planner: planBatch }), /0001-feed was changed after it ran/);
});
