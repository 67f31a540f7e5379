import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { alice } from '@carillon/testing/feed/writes.ts';
import { freePort, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { startNats, type TestNats } from '@carillon/testing/machine/nats.ts';
import { connect } from '@nats-io/transport-node';
import type { Bus } from '../../src/bus/bus.ts';
import { openNatsBus } from '../../src/bus/nats/bus.ts';
import { exactAgain, exactMax, groupOf } from '../../src/bus/nats/interest.ts';
import { connectTo } from '../../src/bus/nats/servers.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { random } from '../../src/lib/random.ts';
import type { UserKey } from '../../src/model/principal.ts';
import { userShard } from '../../src/model/user-shard.ts';
import { busContract, changeOf, joined, listen, type Node, type OpenedBuses, settle } from './bus.ts';

interface OpenedNats extends OpenedBuses {
  readonly nats: TestNats;
  /** What operators would have been told. */
  readonly refusals: Error[];
}

async function open(args: readonly string[] = []): Promise<OpenedNats> {
  const nats = await startNats(args);
  const buses: Bus[] = [];
  const refusals: Error[] = [];
  return {
    nats,
    refusals,
    node(space = 'store') {
      const log = { connected() {}, away() {}, refused: (error: Error) => void refusals.push(error) };
      const open = () => connectTo({ urls: [nats.url], credentials: null }, 'a test');
      const bus = openNatsBus({ space, connect: open, clock: systemClock, random, log });
      buses.push(bus);
      return bus;
    },
    lose: () => nats.kill(),
    find: () => nats.restart(),
    async [Symbol.asyncDispose]() {
      for (const bus of buses) await bus.close();
      await nats[Symbol.asyncDispose]();
    },
  };
}

busContract('NATS', open);

/** Users of the same shard as alice. */
function neighbours(count: number): UserKey[] {
  return Array.from({ length: count }, () => {
    const tail = randomBytes(14).toString('base64url').slice(0, 20);
    return `${alice.slice(0, 2)}${tail}` as UserKey;
  });
}

/** Subscriptions to single users, as the server has them. */
async function countExact(monitor: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${monitor}/connz?subs=1`);
  const { connections } = (await response.json()) as { connections: { subscriptions_list?: string[] }[] };
  const subjects = connections.flatMap(({ subscriptions_list = [] }) => subscriptions_list);
  assert.ok(subjects.length > 0);
  return subjects.filter((subject) => /\.c\.\d+\.[^*]/.test(subject)).length;
}

async function pair(opened: OpenedNats): Promise<[Node, Node]> {
  const both: [Node, Node] = [listen(opened.node()), listen(opened.node())];
  await until(() => both.every(({ bus }) => bus.connected), 'the connections');
  return both;
}

test('with many users of a shard a node takes the whole shard, with few again each by name, and misses nothing', async () => {
  const monitor = await freePort();
  await using opened = await open(['-m', String(monitor)]);
  const [a, b] = await pair(opened);
  const users = neighbours(exactMax + 4);
  const exact = (): Promise<number> => countExact(monitor);
  assert.ok(users.every((user) => userShard(user) === userShard(alice)));
  const seq = new Map<UserKey, number>();
  const tellAll = async (): Promise<void> => {
    for (const user of [...users, alice]) {
      seq.set(user, (seq.get(user) ?? 0) + 1);
      a.bus.publish([changeOf(user, seq.get(user) as number)]);
    }
    await settle(a, b);
  };
  const sequencesOf = (user: UserKey) =>
    b.changes.filter((change) => change.user === user).map((change) => change.seq);
  const counts: number[] = [];
  const exactly: number[] = [];
  // Each step changes what b listens to while a goes on telling.
  for (const user of users) {
    b.bus.join(user);
    await joined(b, [a]);
    b.changes.length = 0;
    await tellAll();
    counts.push(b.changes.length);
    exactly.push(await exact());
    assert.deepEqual(sequencesOf(user), [seq.get(user)]);
  }
  assert.deepEqual(
    counts,
    users.map((_, index) => index + 1),
  );
  assert.deepEqual(exactly, [...Array.from({ length: exactMax }, (_, index) => index + 1), 0, 0, 0, 0]);
  const left = users.splice(0, users.length - 2);
  for (const user of left) {
    b.bus.leave(user);
    await joined(b, [a]);
    b.changes.length = 0;
    await tellAll();
    for (const stayed of users) assert.deepEqual(sequencesOf(stayed), [seq.get(stayed)]);
    assert.deepEqual(sequencesOf(user), []);
    const joinedNow = exactMax + 4 - (left.indexOf(user) + 1);
    assert.equal(await exact(), joinedNow < exactAgain ? joinedNow : 0);
  }
});

test('what is no message of a hub is refused, and the bus goes on', async () => {
  await using opened = await open();
  const [a, b] = await pair(opened);
  b.bus.join(alice);
  await joined(b, [a]);
  const anybody = await connect({ servers: opened.nats.url });
  const changes = `carillon.store.c.${userShard(alice)}.${alice}`;
  for (const bad of [
    'nonsense\n{}\n',
    '[1,2]\n{}\n',
    '[1,1,"a",0,-1]\n{}\n',
    '[1,1,"a",0,0]\nno json\n',
    '\n',
  ])
    anybody.publish(changes, bad);
  for (const bad of ['', '{}', '[[1,2,3]]', '[["key",-1]]']) {
    anybody.publish(`carillon.store.h.${groupOf(userShard(alice))}`, bad);
    anybody.publish('carillon.store.t', bad);
  }
  await anybody.drain();
  a.bus.publish([changeOf(alice, 1)]);
  await settle(a, b);
  assert.deepEqual([b.changes, b.heads], [[changeOf(alice, 1)], []]);
  await until(() => opened.refusals.length >= 13, 'the refusals');
});

test('a server that takes nothing more is taken for dead, and fills no memory meanwhile', async () => {
  await using opened = await open();
  const [a] = await pair(opened);
  opened.nats.freeze();
  const before = process.memoryUsage().rss;
  const value = `{"text":"${'x'.repeat(100_000)}"}`;
  for (let seq = 1; seq <= 2000; seq++) a.bus.publish([changeOf(alice, seq, { value })]);
  assert.ok(process.memoryUsage().rss - before < 120 * 1024 * 1024, 'the 200 MB are not kept');
  await until(() => !a.bus.connected, 'the verdict');
  opened.nats.thaw();
  await until(() => a.bus.connected, 'the connection');
});

test('a server that takes little at once is told in as many messages as that needs', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'nats.conf');
  writeFileSync(path, 'max_payload: 1000');
  await using opened = await open(['-c', path]);
  const [a, b] = await pair(opened);
  b.bus.join(alice);
  await joined(b, [a]);
  const all = Array.from({ length: 50 }, (_, index) => changeOf(alice, index + 1));
  a.bus.publish(all);
  a.bus.publish([changeOf(alice, 51, { value: `{"text":"${'x'.repeat(1000)}"}` })]);
  await settle(a, b);
  assert.deepEqual(b.changes, all);
  assert.deepEqual(b.heads, [{ user: alice, epoch: 7, seq: 51 }]);
  assert.deepEqual(opened.refusals, []);
});

test('user and password, or a token, are taken from the URL, and a wrong one is told without it', async () => {
  await using nats = await startNats(['--user', 'carol', '--pass', 'p@ss/word']);
  const { host } = new URL(nats.url);
  const right = await connectTo(
    { urls: [`nats://carol:p%40ss%2Fword@${host}`], credentials: null },
    'a test',
  );
  await right.close();
  const wrong = connectTo({ urls: [`nats://carol:guessed@${host}`], credentials: null }, 'a test');
  await assert.rejects(
    wrong,
    (error: Error) => /authori[sz]ation/i.test(error.message) && !/guessed/.test(error.message),
  );
  await using other = await startNats(['--auth', 'a-token']);
  const token = other.url.replace('//', '//a-token@');
  await (await connectTo({ urls: [token], credentials: null }, 'a test')).close();
});
