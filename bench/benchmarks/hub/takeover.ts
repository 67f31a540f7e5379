// How long the deliveries that a node has in hand wait when it is killed, until another node has sent them.
import { join } from 'node:path';
import { rule } from '@carillon/simulators';
import { claimLeaseMs } from '../../../packages/hub/src/model/delivery.ts';
import { ringingCreatesFor } from '../../load/push-requests.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { type BenchCluster, clusterAbout, openCluster } from '../../setup/cluster.ts';
import { openOfflineFeed } from '../../setup/offline-feed.ts';
import { openPushWorld, type PushWorld } from '../../setup/push-world.ts';
import { sharedNow } from '../../setup/simulator-process.ts';
import { type BenchUser, users } from '../../setup/world.ts';

const runs = 5;
const userCount = 500;
const graceMs = 2000;
const withinMs = 60_000;

export const takeover: Benchmark = {
  name: 'takeover',
  about:
    `${userCount} creates for users with one Android device each at one of two nodes, over ${clusterAbout}. FCM hangs, so ` +
    'that the node has all of them in hand; then it is killed, FCM answers again, and the clock runs from the kill to the ' +
    `first and the last push that the other node made. The lease of a claim is ${claimLeaseMs / 1000} s; ${runs} runs.`,
  async run() {
    const world = await openPushWorld();
    const people = users(userCount);
    const dataDir = await world.makeDataDir();
    const feed = openOfflineFeed(join(dataDir, 'feed.db'));
    feed.write(await world.subscribe(people, 'android'));
    feed.close();
    const cluster = await openCluster(dataDir);
    const taken: Taken[] = [];
    for (let run = 0; run < runs; run++) taken.push(await killOne({ world, cluster, people }));
    await cluster.close();
    await world.close();
    const seconds = { digits: 2, unit: 's' };
    return [
      figure({
        what: 'from the kill to the last push',
        runs: taken.map(({ lastMs }) => lastMs / 1000),
        ...seconds,
        atMost: (claimLeaseMs + graceMs) / 1000,
      }),
      figure({
        what: 'from the kill to the first push',
        runs: taken.map(({ firstMs }) => firstMs / 1000),
        ...seconds,
      }),
      figure({ what: 'pushes lost', runs: taken.map(({ missing }) => missing), atMost: 0 }),
      figure({ what: 'pushes that came twice', runs: taken.map(({ twice }) => twice) }),
    ];
  },
};

interface Taken {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly missing: number;
  readonly twice: number;
}

interface Stage {
  readonly world: PushWorld;
  readonly cluster: BenchCluster;
  readonly people: readonly BenchUser[];
}

async function killOne({ world, cluster, people }: Stage): Promise<Taken> {
  const { simulator, env } = world;
  const doomed = await cluster.startNode(undefined, env);
  const other = await cluster.startNode(undefined, env);
  await simulator.ask('script', [rule('hang')]);
  await simulator.ask('reset', null);
  const next = ringingCreatesFor(people);
  await sendAll(doomed.port, people.map(next), 201);
  await doomed.kill();
  const killedAt = sharedNow();
  await simulator.ask('script', []);
  const { firstAt, lastAt, distinct, delivered } = await simulator.ask('reach', {
    count: people.length,
    withinMs,
  });
  await other.stop();
  const taken = {
    firstMs: firstAt - killedAt,
    lastMs: lastAt - killedAt,
    missing: people.length - distinct,
    twice: delivered - distinct,
  };
  console.log(
    `  after ${(taken.firstMs / 1000).toFixed(1)}–${(taken.lastMs / 1000).toFixed(1)} s, ${taken.missing} missing`,
  );
  return taken;
}
