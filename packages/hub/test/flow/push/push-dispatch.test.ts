// The dispatcher over a real store, with channels of the test's own: what it holds in memory, how it ends, and that no
// fault of a channel or of the store stops a lane.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  alice,
  keyOf,
  postWrite,
  startMs,
  stateWrite,
  subscribeWrite,
} from '@carillon/testing/feed/writes.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openCommitter } from '../../../src/feed/commit.ts';
import { openPublisher } from '../../../src/feed/publish.ts';
import { builtInChannels } from '../../../src/hub/channels.ts';
import type { Outcome, Push, PushChannel } from '../../../src/push/channels/contract.ts';
import { Dispatcher } from '../../../src/push/dispatch/dispatcher.ts';
import { laneLimits } from '../../../src/push/dispatch/lane.ts';
import { underWayOfUser } from '../../../src/push/dispatch/send.ts';
import { openFeedStore } from '../../../src/store/sqlite/feed/feed-store.ts';
import type { FeedStore } from '../../../src/store/store.ts';

const planner = new URL('../../../src/hub/plan-batch.ts', import.meta.url);

const accepted: Outcome = {
  ...{ verdict: 'accepted', status: 200, reason: null, afterMs: null },
  ...{ unanswered: false, truncated: false, blame: null },
};
const down: Outcome = { ...accepted, verdict: 'retry', status: 503, blame: 'provider' };

type Send = (push: Push) => Promise<Outcome>;

async function openWorld(context: TestContext, send: Send, wrap = (store: FeedStore) => store) {
  const folder = tempFolder();
  const clock = new ManualClock(startMs);
  const store = wrap(await openFeedStore({ path: join(folder.path, 'feed.db'), planner }));
  const publisher = openPublisher();
  const failures: unknown[] = [];
  const sent: Push[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  const hasRoom = (): boolean => dispatcher.hasRoom;
  const committer = openCommitter({ store, clock, publisher, onFailure, hasRoom });
  const channel: PushChannel = {
    describe: () => ({ method: 'POST', headers: {}, body: null, truncated: false, dropped: [] }),
    send(push) {
      sent.push(push);
      return send(push);
    },
    check: () => null,
    close: async () => {},
  };
  const channels = new Map(builtInChannels.map((descriptor) => [descriptor.type, { descriptor, channel }]));
  const dispatcher = new Dispatcher({
    ...{ store, committer, channels, clock, onFailure, random: () => 0.5, grace: 'taps' },
    listensLive: () => false,
    massEnd: { mayEnd: async () => true },
    credentialFaults: { note: () => {} },
    unresolved: { some: false, failed: async () => false, resolved: () => {} },
  });
  publisher.dispatchTo((deliveries) => dispatcher.take(deliveries));
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await dispatcher.close();
      await committer.drain();
      await store.close();
      folder.remove();
    })();
    return closing;
  };
  context.after(close);
  const one = { type: 'fcm', token: 'one' } as const;
  await committer.commit(subscribeWrite({ platform: 'windows', channel: one }));
  const owners = new Map<string, string>();
  const post = async (count: number, people: readonly string[] = ['alice']) => {
    const writes = Array.from({ length: count }, (_, index) => {
      const by = people[index % people.length] as string;
      const write = postWrite({ by });
      owners.set(write.id, by);
      return write;
    });
    await Promise.all(writes.map((write) => committer.commit(write)));
    return writes.map(({ id }) => id);
  };
  /** Three users with a device each, since a lane does not take the failures of one for its own. */
  const openPeople = async () => {
    const people = ['ann', 'ben', 'cay'];
    for (const by of people) {
      const channel = { type: 'fcm', token: by } as const;
      await committer.commit(subscribeWrite({ by, platform: 'windows', channel }));
    }
    return people;
  };
  const statusOf = async (id: string) =>
    (await store.read.deliveries(keyOf(owners.get(id) ?? 'alice'), id))[0]?.status;
  return { clock, store, committer, dispatcher, failures, sent, post, openPeople, statusOf, close };
}

const idsOf = (sent: readonly Push[]) => sent.map(({ notification }) => notification?.id);

test('more than it may hold waits in the store, is sent all the same, and leaves nothing in memory', async (context) => {
  const gate = Promise.withResolvers<void>();
  const { post, sent, dispatcher, statusOf, clock } = await openWorld(context, async () => {
    await gate.promise;
    return accepted;
  });
  const ids = await post(3000);
  assert.equal(dispatcher.hasRoom, false);
  assert.ok(dispatcher.inFlight <= laneLimits.inFlight);
  gate.resolve();
  await until(() => {
    clock.advance(100);
    return sent.length >= ids.length;
  }, 'all were sent');
  await until(async () => (await Promise.all(ids.map(statusOf))).every((status) => status === 'accepted'));
  assert.deepEqual(new Set(idsOf(sent)), new Set(ids));
  assert.equal(sent.length, ids.length, 'each once');
  await until(() => dispatcher.hasRoom);
});

test('what was withdrawn or replaced while it waited leaves nothing in memory either', async (context) => {
  let gate = Promise.withResolvers<void>();
  const world = await openWorld(context, async () => {
    await gate.promise;
    return accepted;
  });
  const { post, committer, dispatcher, sent, clock } = world;
  for (let round = 0; round < 3; round++) {
    gate = Promise.withResolvers<void>();
    const before = sent.length;
    const ids = await post(1500);
    await committer.commit(stateWrite(ids.slice(0, 200)));
    for (let first = 0; first < ids.length; first += 200) {
      await committer.commit(stateWrite(ids.slice(first, first + 200)));
    }
    gate.resolve();
    await until(() => {
      clock.advance(10);
      return dispatcher.inFlight === 0 && dispatcher.hasRoom;
    });
    assert.ok(sent.length - before < ids.length, 'only what was under way, and taps');
  }
});

test('a channel that throws, even as the probe of its lane, stops no lane', async (context) => {
  let answer: () => Outcome = () => down;
  const { post, openPeople, sent, clock, failures, statusOf } = await openWorld(context, async () =>
    answer(),
  );
  const ids = await post(20, await openPeople());
  await until(() => {
    clock.advance(100);
    return sent.length >= 10;
  });
  answer = () => {
    throw new Error('a fault of the channel');
  };
  await until(() => {
    clock.advance(500);
    return failures.length >= 1;
  });
  answer = () => accepted;
  await until(async () => {
    clock.advance(500);
    return (await Promise.all(ids.map(statusOf))).every((status) => status === 'accepted');
  }, 'all arrived');
});

test('a store that can not be read for a while costs time and no push', async (context) => {
  let away = false;
  const wrap = (store: FeedStore): FeedStore => ({
    ...store,
    read: {
      ...store.read,
      sendContexts: (keys) =>
        away ? Promise.reject(new Error('unreadable')) : store.read.sendContexts(keys),
    },
  });
  const { post, sent, clock, failures, statusOf } = await openWorld(context, async () => accepted, wrap);
  away = true;
  const ids = await post(5);
  await until(() => failures.length >= 1);
  assert.equal(sent.length, 0);
  away = false;
  await until(async () => {
    clock.advance(500);
    return (await Promise.all(ids.map(statusOf))).every((status) => status === 'accepted');
  });
  assert.equal(sent.length, ids.length);
});

test('closing waits for what is under way, records it, and leaves the rest in the store', async (context) => {
  const gate = Promise.withResolvers<void>();
  const { post, sent, dispatcher, store, close, clock } = await openWorld(context, async () => {
    await gate.promise;
    return accepted;
  });
  const ids = await post(100);
  await until(() => {
    clock.advance(5); // the moments between attempts while writes are on their way
    return sent.length === underWayOfUser.inLane;
  });
  let closed = false;
  const closing = dispatcher.close().then(() => {
    closed = true;
  });
  await store.read.position(alice, null);
  assert.equal(closed, false);
  gate.resolve();
  await closing;
  const rows = await Promise.all(ids.map((id) => store.read.deliveries(alice, id)));
  const statuses = rows.map(([row]) => row?.status);
  assert.equal(statuses.filter((status) => status === 'accepted').length, sent.length);
  assert.equal(statuses.filter((status) => status === 'pending').length, ids.length - sent.length);
  await close();
});

test('a probe whose device has moved to a browser leaves the way free for the next', async (context) => {
  let answer = down;
  const { post, openPeople, sent, clock, committer, store } = await openWorld(context, async ({ channel }) =>
    channel.type === 'fcm' ? answer : accepted,
  );
  await post(20, ['alice', ...(await openPeople())]);
  await until(() => {
    clock.advance(100);
    return sent.length >= 10;
  });
  const [subscription] = await store.read.subscriptionsOfUser(alice);
  const id = subscription?.id as string;
  const keys = { p256dh: 'p', auth: 'a' };
  const browser = { type: 'webPush', endpoint: 'https://push.example/1', keys } as const;
  const patch = { channel: browser };
  await committer.commit({ kind: 'renew', user: alice, app: 'app-a', id, patch });
  answer = accepted;
  await until(() => {
    clock.advance(500);
    return sent.some(({ channel }) => channel.type === 'webPush');
  });
  const two = { type: 'fcm', token: 'two' } as const;
  await committer.commit(subscribeWrite({ platform: 'windows', installationId: 'two', channel: two }));
  const [last] = await post(1);
  await until(() => {
    clock.advance(500);
    return sent.some(({ channel, notification }) => channel.type === 'fcm' && notification?.id === last);
  }, 'the lane goes on');
});

test('a channel that throws leaves no place taken at a push service that is not known yet', async (context) => {
  let broken = true;
  const { post, clock, committer, failures, statusOf } = await openWorld(context, async () => {
    if (broken) throw new Error('a fault of the channel');
    return accepted;
  });
  const keys = { p256dh: 'p', auth: 'a' };
  const channel = { type: 'webPush', endpoint: 'https://push.example/1', keys } as const;
  await committer.commit(subscribeWrite({ platform: 'windows', channel }));
  const ids = await post(40);
  await until(() => {
    clock.advance(500);
    return failures.length > 16;
  }, 'more attempts than there are places');
  broken = false;
  await until(async () => {
    clock.advance(500);
    return (await Promise.all(ids.map(statusOf))).every((status) => status === 'accepted');
  }, 'all arrived');
});

test('addresses of one user that hang or fail leave the lane to the others', async (context) => {
  const gate = Promise.withResolvers<void>();
  const { post, sent, clock, committer, statusOf } = await openWorld(context, async ({ user, channel }) => {
    if (user !== alice) return accepted;
    if (String(channel.token).startsWith('fails')) return down;
    await gate.promise;
    return accepted;
  });
  for (let index = 0; index < 49; index++) {
    for (const kind of ['hangs', 'fails']) {
      const channel = { type: 'fcm', token: `${kind} ${index}` } as const;
      await committer.commit(
        subscribeWrite({ platform: 'windows', installationId: `${kind} ${index}`, channel }),
      );
    }
  }
  await committer.commit(
    subscribeWrite({ by: 'bob', platform: 'windows', channel: { type: 'fcm', token: 'bob' } }),
  );
  await post(10);
  await until(() => {
    clock.advance(5);
    return sent.length >= underWayOfUser.inLane;
  });
  for (let round = 0; round < 10; round++) {
    const [id] = await post(1, ['bob']);
    const from = clock.now();
    await until(async () => {
      clock.advance(5);
      return (await statusOf(id as string)) === 'accepted';
    });
    // bound: the goal, of the driven clock
    assert.ok(clock.now() - from <= 1000, `${clock.now() - from} ms`);
  }
  gate.resolve();
});

test('while a lane is down, an address that was good probes it at once and ends the pause for all', async (context) => {
  let isDown = false;
  const world = await openWorld(context, async () => (isDown ? down : accepted));
  const { store, post, openPeople, sent, clock, statusOf } = world;
  const people = await openPeople();
  const [first] = await post(1);
  await until(async () => (await statusOf(first as string)) === 'accepted');
  isDown = true;
  await post(30, people);
  // Until the pauses are long.
  await until(() => {
    clock.advance(500);
    return sent.length >= 40;
  });
  isDown = false;
  const [id] = await post(1);
  const from = clock.now();
  await until(async () => {
    clock.advance(50);
    // A claim, an attempt and its record are each behind the write before them: the clock doesn't run ahead of the store.
    for (let write = 0; write < 4; write++) await store.probe?.();
    return (await statusOf(id as string)) === 'accepted';
  });
  assert.ok(clock.now() - from <= 1500, `${clock.now() - from} ms of the driven clock`);
});
