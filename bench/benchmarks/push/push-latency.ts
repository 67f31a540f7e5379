// From the request that creates a notification to the provider that has its push, while nothing else happens.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ringingCreatesFor } from '../../load/push-requests.ts';
import { openConnection } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import { openOfflineFeed } from '../../setup/offline-feed.ts';
import { openPushWorld, type PushWorld } from '../../setup/push-world.ts';
import { platforms } from '../../setup/push-writes.ts';
import { sharedNow } from '../../setup/simulator-process.ts';
import { type BenchUser, users } from '../../setup/world.ts';

const warmUps = 20;
const measured = 200;
const everyMs = 50;
const arrivesMaxMs = 10_000;
const named = { windows: 'WNS', ios: 'APNs', android: 'FCM', webPush: 'Web Push' } as const;

export const pushLatency: Benchmark = {
  name: 'push-latency',
  about:
    'One user with one device, for each platform in turn; from writing the create to the simulated provider having ' +
    `the push, in a process of its own, by the clock that both share; ${measured} creates after ${warmUps}, one every ` +
    `${everyMs} ms. The spread is that of the creates.`,
  async run() {
    const world = await openPushWorld();
    const people = users(platforms.length);
    const dataDir = await world.makeDataDir();
    const feed = openOfflineFeed(join(dataDir, 'feed.db'));
    for (const [index, platform] of platforms.entries())
      feed.write(await world.subscribe([people[index] as BenchUser], platform));
    feed.close();
    const hub = await world.startHub(dataDir);
    const figures: Figure[] = [];
    for (const [index, platform] of platforms.entries()) {
      const times = await measure(world, hub.port, people[index] as BenchUser);
      const what = `create → ${named[platform]} has the push`;
      const ms = { digits: 2, unit: 'ms' };
      figures.push(
        figure({ what: `${what}, p50`, runs: times, ...ms, atMost: 15 }),
        figure({ what: `${what}, p99`, runs: [quantile(times, 0.99)], ...ms }),
      );
    }
    await hub.stop();
    await world.close();
    return figures;
  },
};

async function measure({ simulator }: PushWorld, port: number, user: BenchUser): Promise<number[]> {
  const next = ringingCreatesFor([user]);
  const connection = openConnection(port);
  const times: number[] = [];
  for (let run = 0; run < warmUps + measured; run++) {
    await delay(everyMs);
    await simulator.ask('reset', null);
    const arrived = simulator.ask('reach', { count: 1, withinMs: arrivesMaxMs });
    const startedAt = sharedNow();
    const [{ distinct, firstAt }] = await Promise.all([arrived, connection.ask(next(), 201)]);
    if (distinct !== 1) throw new Error('a push did not come');
    times.push(firstAt - startedAt);
  }
  connection.close();
  return times.slice(warmUps);
}
