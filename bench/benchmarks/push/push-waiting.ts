// Whether creates slow down while a hundred thousand pushes wait for a provider that is down.
import { join } from 'node:path';
import { countRequest, createsFor } from '../../load/requests.ts';
import { ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import type { CpuTimes } from '../../measure/process-times.ts';
import type { Child } from '../../setup/child-process.ts';
import { countOpenDeliveries, openOfflineFeed } from '../../setup/offline-feed.ts';
import { openPushWorld, type PushWorld } from '../../setup/push-world.ts';
import { people, postWrites } from '../../setup/push-writes.ts';
import { type BenchUser, users } from '../../setup/world.ts';

const rounds = 7;
const waitingCount = 100_000;
const userCount = 10_000;
const connections = 64;

export const pushWaiting: Benchmark = {
  name: 'push-waiting',
  about:
    `Creates of ${userCount} users without devices, into a hub where ${waitingCount} pushes of other users wait for FCM, ` +
    'whose connections are refused, against a hub with the same notifications and no devices; ' +
    `${connections} connections, ${rounds} rounds. ${roundsAbout}`,
  async run() {
    const world = await openPushWorld();
    const creators = users(userCount);
    const waiting = await fill(world, true);
    const none = await fill(world, false);
    const servers = {
      waiting: await startWarm(world, waiting, creators),
      none: await startWarm(world, none, creators),
    };
    const load = { connections, nextRequest: createsFor(creators), expected: [201] };
    const runs = await runRounds({ servers, rounds, load });
    await Promise.all([servers.waiting.stop(), servers.none.stop()]);
    await world.close();
    const us = { digits: 1, unit: 'µs' };
    const cpu = (name: 'waiting' | 'none', part: keyof CpuTimes) => runs.map((run) => run[name].cpu[part]);
    const lost = waitingCount - countOpenDeliveries(join(waiting, 'feed.db'));
    return [
      figure({
        what: 'rate with pushes waiting against none',
        runs: ratios(runs, 'waiting', 'none'),
        digits: 3,
        atLeast: 0.9,
      }),
      figure({ what: 'pushes that no longer wait', runs: [lost], atMost: 0 }),
      figure({ what: 'main thread, a create, with pushes waiting', runs: cpu('waiting', 'mainUs'), ...us }),
      figure({ what: 'main thread, a create, with none', runs: cpu('none', 'mainUs'), ...us }),
      figure({
        what: "writer's thread, a create, with pushes waiting",
        runs: cpu('waiting', 'writerUs'),
        ...us,
      }),
      figure({ what: "writer's thread, a create, with none", runs: cpu('none', 'writerUs'), ...us }),
      figure({ what: 'with pushes waiting', runs: runs.map((run) => run.waiting.perSecond), unit: '/s' }),
    ];
  },
};

async function fill(world: PushWorld, withDevices: boolean): Promise<string> {
  const dataDir = await world.makeDataDir({ fcmIsDead: true });
  const others = people(userCount);
  const feed = openOfflineFeed(join(dataDir, 'feed.db'));
  if (withDevices) feed.write(await world.subscribe(others, 'android'));
  feed.write(postWrites(others, waitingCount));
  feed.close();
  return dataDir;
}

async function startWarm(world: PushWorld, dataDir: string, creators: readonly BenchUser[]): Promise<Child> {
  const hub = await world.startHub(dataDir);
  await sendAll(hub.port, creators.map(countRequest), 200);
  return hub;
}
