// Whatever the network takes away, every device of every node ends with what the store holds, told in order and once.
// What happens is drawn from a seed before it runs; CARILLON_SEED replays it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteWrite, keyOf, postWrite, startMs, stateWrite } from '@carillon/testing/feed/writes.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { type Cluster, openCluster, type TestDevice, type TestNode } from '@carillon/testing/hub/nodes.ts';
import { drawSeed, openRandom, type Random } from '@carillon/testing/machine/random.ts';
import { valueJson } from '../../../src/live/frame.ts';
import type { Visibility } from '../../../src/model/principal.ts';

const people = ['alice', 'bob', 'carol'] as const;
const apps = ['app-a', 'app-b'] as const;
const rounds = 80;

interface Round {
  readonly writes: readonly {
    readonly node: number;
    readonly by: string;
    readonly kind: 'post' | 'read' | 'delete';
  }[];
  /** Node and person of a device that comes, or the place of one that leaves. */
  readonly joins: { readonly node: number; readonly by: string; readonly visibility: Visibility } | null;
  readonly leaves: number | null;
  readonly server: 'kill' | 'restart' | null;
  readonly losses: { readonly node: number; readonly changes: boolean; readonly heads: boolean } | null;
  readonly advanceMs: number;
}

function drawRounds(random: Random): Round[] {
  const chance = <T>(probability: number, draw: () => T): T | null =>
    random.chance(probability) ? draw() : null;
  return Array.from({ length: rounds }, () => ({
    writes: Array.from({ length: random.below(8) }, () => ({
      node: random.below(3),
      by: random.pick(people),
      kind: random.pick(['post', 'post', 'read', 'delete'] as const),
    })),
    joins: chance(0.3, () => ({
      node: random.below(3),
      by: random.pick(people),
      visibility: random.pick([null, ...apps]),
    })),
    leaves: chance(0.1, () => random.below(20)),
    server: chance(0.2, () => random.pick(['kill', 'restart', 'restart'] as const)),
    losses: chance(0.3, () => ({
      node: random.below(3),
      changes: random.chance(0.5),
      heads: random.chance(0.3),
    })),
    advanceMs: random.pick([0, 0, 10, 30, 1000, 3000]),
  }));
}

interface Listening {
  readonly device: TestDevice;
  readonly by: string;
}

/** What a device knows: the newest value of each notification that it was told of. */
function known({ frames }: TestDevice): Map<string, string> {
  const values = new Map<string, string>();
  for (const frame of frames)
    if (frame.type === 'change') values.set(frame.value.id, JSON.stringify(frame.value));
  return values;
}

/** What it must know: everything that changed after its `ready`, in its latest state. */
async function expected({ store }: Cluster, device: TestDevice): Promise<Map<string, string>> {
  const [from = 0] = device.sequences();
  const { rows } = await store.read.changes(device.user, device.visibility, from, 10_000);
  return new Map(rows.map((row) => [row.id, JSON.stringify(JSON.parse(valueJson(row, startMs)))]));
}

async function run(cluster: Cluster, all: readonly Round[]): Promise<Listening[]> {
  const { nodes, clock, nats } = cluster;
  const ids = new Map<string, string[]>(people.map((by) => [by, []]));
  const listening: Listening[] = [];
  const write = async ({ node, by, kind }: Round['writes'][number]): Promise<void> => {
    const { committer } = nodes[node] as TestNode;
    const mine = ids.get(by) as string[];
    const id = mine[mine.length >> 1];
    if (kind === 'post' || id === undefined) {
      const post = postWrite({ by, app: apps[mine.length % 2] as string });
      mine.push(post.id);
      await committer.commit(post);
    } else if (kind === 'read') await committer.commit(stateWrite([id], { user: keyOf(by) }));
    else {
      mine.splice(mine.length >> 1, 1);
      await committer.commit(deleteWrite(id, { user: keyOf(by) }));
    }
  };
  for (const { writes, joins, leaves, server, losses, advanceMs } of all) {
    if (losses) Object.assign((nodes[losses.node] as TestNode).losses, losses);
    if (server === 'kill') await nats.kill();
    if (server === 'restart') await nats.restart();
    if (joins) {
      const device = (nodes[joins.node] as TestNode).device(keyOf(joins.by), joins.visibility);
      listening.push({ device, by: joins.by });
    }
    if (leaves !== null && leaves < listening.length) listening.splice(leaves, 1)[0]?.device.leave();
    // One node refuses what another has just removed: that is no failure here.
    await Promise.allSettled(writes.map(write));
    clock.advance(advanceMs);
  }
  return listening;
}

for (const nth of [1, 2, 3]) {
  const seed = drawSeed() + nth;
  test(`devices converge whatever is lost (run ${nth})`, async (context) => {
    context.diagnostic(`CARILLON_SEED=${seed - nth}`);
    await using cluster = await openCluster(3);
    const listening = await run(cluster, drawRounds(openRandom(seed)));
    for (const { losses } of cluster.nodes) Object.assign(losses, { changes: false, heads: false });
    await cluster.nats.restart();
    await cluster.connected();
    for (const { device } of listening) {
      const eventually = (isSo: () => boolean, what: string): Promise<unknown> =>
        until(() => {
          cluster.clock.advance(1000);
          return isSo();
        }, what);
      // Where it begins is known only then: what changed before is not its to know.
      await eventually(() => device.frames.length > 0, 'its ready');
      const wanted = await expected(cluster, device);
      await eventually(() => known(device).size >= wanted.size && isDone(device, wanted), 'the end').catch(
        () => assert.deepEqual([known(device), device.frames.at(-1)], [wanted, 'the end'], device.user),
      );
      assert.deepEqual(known(device), wanted);
      assert.deepEqual(
        [...new Set(device.frames.slice(1).map(({ type }) => type))].filter(
          (type) => type !== 'change' && type !== 'position',
        ),
        [],
      );
      const sequences = device.sequences();
      assert.deepEqual(
        sequences,
        [...new Set(sequences)].sort((a, b) => a - b),
      );
    }
    for (const { failures } of cluster.nodes) assert.deepEqual(failures, []);
  });
}

function isDone(device: TestDevice, wanted: ReadonlyMap<string, string>): boolean {
  const values = known(device);
  return [...wanted].every(([id, value]) => values.get(id) === value);
}
