// The contract of the bus between nodes: what one publishes, the others that asked for it are told. For every back end;
// `open` gives a bus among others of one space, and `lose` takes the connection of all of them away and back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, bob } from '@carillon/testing/feed/writes.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import type { Bus, BusChange, NodeFact, Use } from '../../src/bus/bus.ts';
import type { UserKey } from '../../src/model/principal.ts';
import type { FeedHead } from '../../src/store/store.ts';

export interface OpenedBuses extends AsyncDisposable {
  /** One more node; of another store when it names another space. */
  node(space?: string): Bus;
  lose(): Promise<void>;
  find(): Promise<void>;
}

/** A node with everything that it was told. */
export interface Node {
  readonly bus: Bus;
  readonly changes: BusChange[];
  readonly heads: FeedHead[];
  readonly uses: Use[];
  readonly connections: () => number;
}

export function listen(bus: Bus): Node {
  const [changes, heads, uses]: [BusChange[], FeedHead[], Use[]] = [[], [], []];
  let connections = 0;
  bus.listen({
    change: (each) => changes.push(each),
    head: (each) => heads.push(each),
    used: (each) => uses.push(...each),
    connected: () => void connections++,
  });
  return { bus, changes, heads, uses, connections: () => connections };
}

export function changeOf(user: UserKey, seq: number, more: Partial<BusChange> = {}): BusChange {
  return {
    user,
    epoch: 7,
    seq,
    app: 'app-a',
    unread: seq,
    unreadOfApp: 1,
    value: `{"id":"${seq}"}`,
    ...more,
  };
}

/** Whatever `from` published before has come to `to`, if it was to come at all. */
export async function settle(from: Node, to: Node): Promise<void> {
  const key = `mark ${Math.random()}`;
  from.bus.publishUse([{ key, tokens: 1 }]);
  await until(() => to.uses.some((use) => use.key === key), 'the mark');
}

/** What a node subscribes to is in effect for what the others publish from now on. */
export async function joined(node: Node, others: readonly Node[]): Promise<void> {
  for (const other of others) await settle(node, other);
}

export function busContract(name: string, open: () => Promise<OpenedBuses>): void {
  async function nodes(buses: OpenedBuses, count: number): Promise<Node[]> {
    const all = Array.from({ length: count }, () => listen(buses.node()));
    await until(() => all.every(({ bus }) => bus.connected), 'the connections');
    return all;
  }

  describe(`${name}: the bus`, () => {
    test('what is told of a user comes whole and in order to the nodes that joined, and to no others', async () => {
      await using buses = await open();
      const [a, b, c] = (await nodes(buses, 3)) as [Node, Node, Node];
      b.bus.join(alice);
      c.bus.join(bob);
      await joined(b, [a]);
      await joined(c, [a]);
      const all = [1, 2, 3].map((seq) => changeOf(alice, seq, { value: `{"title":"“Zwölf” ${seq} 🔔"}` }));
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const traced = changeOf(bob, 9, { traceparent });
      a.bus.publish([all[0] as BusChange, traced, all[1] as BusChange]);
      a.bus.publish([all[2] as BusChange]);
      await settle(a, b);
      await settle(a, c);
      assert.deepEqual(b.changes, all);
      assert.deepEqual(c.changes, [traced]);
      assert.deepEqual(a.changes, []);
    });

    test('what a node publishes does not come back to it', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      for (const { bus } of [a, b]) bus.join(alice);
      await joined(b, [a]);
      a.bus.publish([changeOf(alice, 1)]);
      a.bus.publishHeads([{ user: alice, epoch: 7, seq: 1 }]);
      await settle(a, b);
      await settle(b, a);
      assert.deepEqual([a.changes.length, a.heads.length, b.changes.length, b.heads.length], [0, 0, 1, 1]);
      assert.ok(a.uses.every(({ key }) => b.uses.every((other) => other.key !== key)));
    });

    test('after a node left a user it is told no more of it, and again when it joins again', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      b.bus.join(alice);
      b.bus.join(bob);
      b.bus.leave(alice);
      b.bus.leave(alice);
      await joined(b, [a]);
      a.bus.publish([changeOf(alice, 1), changeOf(bob, 1)]);
      await settle(a, b);
      assert.deepEqual(b.changes, [changeOf(bob, 1)]);
      b.bus.join(alice);
      await joined(b, [a]);
      a.bus.publish([changeOf(alice, 2)]);
      await settle(a, b);
      assert.deepEqual(b.changes.at(-1), changeOf(alice, 2));
    });

    test('nodes of another store are not heard', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      const other = listen(buses.node('another'));
      await until(() => other.bus.connected);
      b.bus.join(alice);
      await joined(b, [a]);
      other.bus.publish([changeOf(alice, 1)]);
      other.bus.publishHeads([{ user: alice, epoch: 7, seq: 1 }]);
      other.bus.publishUse([{ key: 'foreign', tokens: 5 }]);
      await other.bus.close();
      await settle(a, b);
      assert.deepEqual([b.changes, b.heads, b.uses.filter(({ key }) => key === 'foreign')], [[], [], []]);
    });

    test('what a node says of itself comes to all others of its space', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      const fact = {
        ...{ id: 'hub-1:4280', instance: 'x', version: '0.1.0', startedAt: 5, state: 'draining' as const },
        ...{ streams: 7, createsPerSecond: 0.25, eventLoopLagSeconds: 0.001, isStoreUp: true },
      };
      const heard: NodeFact[] = [];
      for (const { bus } of [a, b]) bus.listen({ node: (each) => heard.push(each) });
      await joined(b, [a]);
      a.bus.publishNode(fact);
      await settle(a, b);
      assert.deepEqual(heard, [fact]);
    });

    test('heads and uses by the thousand come all', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      b.bus.join(alice);
      await joined(b, [a]);
      const heads = Array.from({ length: 5000 }, (_, index) => ({ user: alice, epoch: 7, seq: index + 1 }));
      const uses = Array.from({ length: 5000 }, (_, index) => ({ key: `app user ${index}`, tokens: 3 }));
      a.bus.publishHeads(heads);
      a.bus.publishUse(uses);
      await settle(a, b);
      assert.deepEqual(b.heads, heads);
      assert.deepEqual(
        b.uses.slice(0, -1).filter(({ key }) => key.startsWith('app')),
        uses,
      );
    });

    test('a change too large for a message is told as a head', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      b.bus.join(alice);
      await joined(b, [a]);
      const huge = changeOf(alice, 2, { value: `{"text":"${'x'.repeat(2_000_000)}"}` });
      a.bus.publish([changeOf(alice, 1), huge, changeOf(alice, 3)]);
      await settle(a, b);
      assert.deepEqual(b.changes, [changeOf(alice, 1), changeOf(alice, 3)]);
      assert.deepEqual(b.heads, [{ user: alice, epoch: 7, seq: 2 }]);
    });

    test('without a connection publishing drops, and after it is back everything joined is told again', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      b.bus.join(alice);
      await joined(b, [a]);
      await buses.lose();
      await until(() => !a.bus.connected && !b.bus.connected, 'the loss');
      a.bus.publish([changeOf(alice, 1)]);
      a.bus.publishHeads([{ user: alice, epoch: 7, seq: 1 }]);
      b.bus.join(bob);
      await buses.find();
      await until(() => a.bus.connected && b.bus.connected, 'the connections');
      assert.deepEqual([a.connections(), b.connections()], [2, 2]);
      a.bus.publish([changeOf(alice, 2), changeOf(bob, 1)]);
      await settle(a, b);
      assert.deepEqual(b.changes, [changeOf(alice, 2), changeOf(bob, 1)]);
      assert.deepEqual(b.heads, []);
    });

    test('a bus that never finds its server is closed at once, and what it was handed is dropped', async () => {
      await using buses = await open();
      await buses.lose();
      const { bus } = listen(buses.node());
      bus.join(alice);
      bus.publish([changeOf(alice, 1)]);
      assert.equal(bus.connected, false);
      await bus.close();
      await bus.close();
    });

    test('what was published right before the close still comes', async () => {
      await using buses = await open();
      const [a, b] = (await nodes(buses, 2)) as [Node, Node];
      b.bus.join(alice);
      await joined(b, [a]);
      const all = Array.from({ length: 500 }, (_, index) => changeOf(alice, index + 1));
      for (const each of all) a.bus.publish([each]);
      await a.bus.close();
      await until(() => b.changes.length === all.length, 'all that was told');
      assert.deepEqual(b.changes, all);
    });
  });
}
