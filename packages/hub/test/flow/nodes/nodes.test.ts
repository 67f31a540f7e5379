import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { alice, bob, deleteWrite, postWrite, startMs, stateWrite } from '@carillon/testing/feed/writes.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { type Cluster, openCluster, type TestDevice, type TestNode } from '@carillon/testing/hub/nodes.ts';
import { holdMs } from '../../../src/live/reorder.ts';
import { notificationJson, removedJson } from '../../../src/model/notification.ts';
import type { Outcomes } from '../../../src/model/write.ts';
import type { FeedHead } from '../../../src/store/store.ts';

async function open() {
  const cluster = await openCluster(2);
  const [a, b] = cluster.nodes as [TestNode, TestNode];
  return { cluster, a, b, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

async function ready(cluster: Cluster, ...devices: readonly TestDevice[]): Promise<void> {
  for (const { frames } of devices) await until(() => frames.length > 0, 'ready');
  await cluster.settled();
}

test('a change on one node is told at once to the streams on another, the same frame and without the store', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const [here, there, ofApp, other] = [
    a.device(alice),
    b.device(alice),
    b.device(alice, 'app-a'),
    b.device(alice, 'app-b'),
  ];
  await ready(cluster, here, there, ofApp, other);
  const post = postWrite();
  const { notification } = (await a.committer.commit(post)) as Outcomes['post'];
  // B's own commit may overtake the message of A's. Of the first change after a join no predecessor is known.
  await there.change(1);
  await b.committer.commit(stateWrite([post.id]));
  await a.committer.commit(postWrite({ app: 'app-b' }));
  await a.committer.commit(deleteWrite(post.id));
  await Promise.all([here.change(4), there.change(4), ofApp.change(3), other.change(1)]);
  assert.deepEqual((await there.change(1)).value, JSON.parse(notificationJson(notification, startMs)));
  assert.equal(((await here.change(2)).value as Notification).readState, 'read');
  assert.deepEqual((await there.change(4)).value, JSON.parse(removedJson(post.id)));
  const values = ({ frames }: TestDevice) =>
    frames.flatMap((frame) => (frame.type === 'change' ? [[frame.value, frame.unreadCount]] : []));
  assert.deepEqual(values(here), values(there));
  assert.deepEqual(
    [here, there, ofApp, other].map((device) => device.sequences().slice(1)),
    [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 4], [3]],
  );
  assert.deepEqual([a.reads.changes, b.reads.changes], [0, 0]);
});

/** The comparisons that follow joins are over, and the next sweep is far. */
async function quiet(cluster: Cluster, ...nodes: readonly TestNode[]): Promise<void> {
  cluster.clock.advance(1000);
  cluster.clock.advance(1000);
  for (const { reads } of nodes) await until(() => reads.heads > 0, 'the comparison');
  await cluster.settled();
  for (const { reads } of nodes) reads.heads = 0;
}

test('a change that is lost on its way is read from the store once a head is told, within a second', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  await quiet(cluster, b);
  a.losses.changes = true;
  await a.committer.commit(postWrite());
  await a.committer.commit(postWrite());
  await cluster.settled();
  assert.equal(device.frames.length, 1);
  cluster.clock.advance(1000);
  await device.change(2);
  assert.deepEqual(b.reads, { changes: 1, heads: 0 });
  a.losses.changes = false;
  await a.committer.commit(postWrite());
  await device.change(3);
  assert.deepEqual(device.sequences(), [0, 1, 2, 3]);
});

test('a head is told three times, so that two of them may be lost as well', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  await quiet(cluster, b);
  const heads: FeedHead[] = [];
  b.bus.listen({ head: (head) => heads.push(head) });
  a.losses.changes = true;
  a.losses.heads = true;
  await a.committer.commit(postWrite());
  cluster.clock.advance(1000);
  cluster.clock.advance(1000);
  a.losses.heads = false;
  for (let turn = 0; turn < 5; turn++) cluster.clock.advance(1000);
  await device.change(1);
  await cluster.settled();
  assert.deepEqual(
    heads.map(({ user, seq }) => [user, seq]),
    [[alice, 1]],
  );
  assert.equal(b.reads.heads, 0);
});

test('when everything is lost, the sweep finds what is missing within its half minute', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const devices = [b.device(alice), b.device(bob)];
  await ready(cluster, ...devices);
  await quiet(cluster, b);
  a.losses.changes = true;
  a.losses.heads = true;
  await Promise.all([a.committer.commit(postWrite()), a.committer.commit(postWrite({ by: 'bob' }))]);
  for (let turn = 0; turn < 30; turn++) cluster.clock.advance(1000);
  await Promise.all(devices.map((device) => device.change(1)));
});

test('changes of two nodes that overtake each other are put in order without the store', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  const third = a.device(alice);
  await ready(cluster, device, third);
  await a.committer.commit(postWrite());
  await device.change(1);
  const writes = Array.from({ length: 200 }, () => postWrite());
  await Promise.all(writes.map((write, index) => (index % 2 ? a : b).committer.commit(write)));
  await Promise.all([device.change(201), third.change(201)]);
  const dense = Array.from({ length: 202 }, (_, index) => index);
  assert.deepEqual([device.sequences(), third.sequences()], [dense, dense]);
  assert.deepEqual([a.reads.changes, b.reads.changes], [0, 0]);
});

test('the first change after a join may overtake its predecessor: the store is read, and nothing is lost', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  cluster.nats.freeze();
  await a.committer.commit(postWrite());
  await b.committer.commit(postWrite());
  await device.change(2);
  cluster.nats.thaw();
  await cluster.settled();
  await a.committer.commit(postWrite());
  await device.change(3);
  assert.deepEqual(device.sequences(), [0, 1, 2, 3]);
  assert.equal(b.reads.changes, 1);
});

test('a change whose predecessor does not come is held for the hold, then the store is read', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  await a.committer.commit(postWrite());
  await device.change(1);
  a.losses.changes = true;
  await a.committer.commit(postWrite());
  a.losses.changes = false;
  await a.committer.commit(postWrite());
  await cluster.settled();
  assert.equal(b.reads.changes, 0);
  assert.deepEqual(device.sequences(), [0, 1]);
  cluster.clock.advance(holdMs);
  await device.change(3);
  assert.deepEqual(device.sequences(), [0, 1, 2, 3]);
  assert.equal(b.reads.changes, 1);
});

test('what was committed while a stream joined is found a second or two later, though nobody told it', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  a.losses.changes = true;
  a.losses.heads = true;
  const device = b.device(alice);
  await ready(cluster, device);
  await a.committer.commit(postWrite());
  cluster.clock.advance(1000);
  cluster.clock.advance(1000);
  await device.change(1);
});

test('without NATS a commit succeeds, streams look into the store each second, and with it all is live again', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  await cluster.nats.kill();
  await cluster.connected(false);
  for (const nth of [1, 2, 3]) {
    await a.committer.commit(postWrite());
    cluster.clock.advance(1000);
    await device.change(nth);
  }
  await a.committer.commit(postWrite());
  await cluster.nats.restart();
  await cluster.connected();
  await device.change(4);
  await cluster.settled();
  const { changes } = b.reads;
  await a.committer.commit(postWrite());
  await device.change(5);
  assert.equal(b.reads.changes, changes);
  assert.deepEqual(device.sequences(), [0, 1, 2, 3, 4, 5]);
});

test('heads that moved while nobody could be told are told afterwards', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  const heads: FeedHead[] = [];
  b.bus.listen({ head: (head) => heads.push(head) });
  await cluster.nats.kill();
  await cluster.connected(false);
  await a.committer.commit(postWrite());
  await a.committer.commit(postWrite());
  for (let turn = 0; turn < 10; turn++) cluster.clock.advance(1000);
  await cluster.nats.restart();
  await cluster.connected();
  await cluster.settled();
  for (let turn = 0; turn < 10; turn++) cluster.clock.advance(1000);
  await cluster.settled();
  assert.deepEqual(
    heads.map(({ user, seq }) => [user, seq]),
    [
      [alice, 2],
      [alice, 2],
      [alice, 2],
    ],
  );
  await device.change(2);
});

test('a store that can not be read for a while is told once, and asked again until it can', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(alice);
  await ready(cluster, device);
  await cluster.nats.kill();
  await cluster.connected(false);
  b.losses.store = true;
  await a.committer.commit(postWrite());
  for (let turn = 0; turn < 3; turn++) {
    const { heads } = b.reads;
    cluster.clock.advance(1000);
    await until(() => b.reads.heads > heads, 'the question');
  }
  assert.equal(b.failures.length, 1);
  b.losses.store = false;
  await until(() => {
    cluster.clock.advance(1000);
    return device.frames.length > 1;
  });
  assert.deepEqual(
    device.frames.map(({ type }) => type),
    ['ready', 'change'],
  );
});

test('a user without streams costs nothing, and one whose streams left is told of no more', async () => {
  await using running = await open();
  const { cluster, a, b } = running;
  const device = b.device(bob);
  await ready(cluster, device);
  device.leave();
  await cluster.settled();
  await a.committer.commit(postWrite({ by: 'bob' }));
  for (let turn = 0; turn < 40; turn++) cluster.clock.advance(1000);
  await cluster.settled();
  assert.equal(device.frames.length, 1);
  assert.deepEqual(b.reads, { changes: 0, heads: 0 });
});
