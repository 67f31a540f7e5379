// What four devices a user cost the creates, and how far their pushes lag behind.
import { join } from 'node:path';
import { ClosedLoop } from '../../load/closed-loop.ts';
import { ringingCreatesFor } from '../../load/push-requests.ts';
import { countRequest } from '../../load/requests.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { type CpuTimes, cpuBetween, cpuTimes } from '../../measure/process-times.ts';
import type { Child } from '../../setup/child-process.ts';
import { openOfflineFeed } from '../../setup/offline-feed.ts';
import { openPushWorld, type PushWorld } from '../../setup/push-world.ts';
import { platforms } from '../../setup/push-writes.ts';
import { type SimulatorProcess, sharedNow } from '../../setup/simulator-process.ts';
import { type BenchUser, users } from '../../setup/world.ts';

const rounds = 5;
const userCount = 10_000;
const connections = 64;
const leadMs = 1000;
const measureMs = 4000;
const drainMaxMs = 180_000;

interface Slice {
  readonly perSecond: number;
  /** For one create. */
  readonly cpu: CpuTimes;
  /** Pushes that were not sent yet when the last create was answered. */
  readonly waiting: number;
  /** From then to the last of them. */
  readonly lagMs: number;
  readonly missing: number;
}

type Name = 'none' | 'four';

export const pushCreates: Benchmark = {
  name: 'push-creates',
  about:
    `${connections} connections, ${userCount} users with one device of each platform (WNS, APNs, FCM, Web Push), against ` +
    `a hub whose users have none; ${rounds} rounds, each hub for ${measureMs / 1000} s after ${leadMs / 1000} s of lead, ` +
    'in turn; the next one begins when every push has come. Hub, load generator and simulated providers share the ' +
    "machine's cores, so that the ratio also pays for the providers.",
  async run() {
    const world = await openPushWorld();
    const creators = users(userCount);
    const hubs = {
      none: new LoadedHub(await start(world, creators, []), creators, { world, devices: 0 }),
      four: new LoadedHub(await start(world, creators, platforms), creators, { world, devices: 4 }),
    };
    const runs: Record<Name, Slice>[] = [];
    for (let round = 0; round < rounds; round++) {
      const names: readonly Name[] = round % 2 === 0 ? ['none', 'four'] : ['four', 'none'];
      const slices: Partial<Record<Name, Slice>> = {};
      for (const name of names) slices[name] = await hubs[name].take();
      runs.push(slices as Record<Name, Slice>);
      console.log(`  round ${round + 1}: ${show(slices as Record<Name, Slice>)}`);
    }
    await Promise.all([hubs.none.stop(), hubs.four.stop()]);
    await world.close();
    return figures(runs);
  },
};

async function start(
  world: PushWorld,
  creators: readonly BenchUser[],
  devices: typeof platforms | [],
): Promise<Child> {
  const dataDir = await world.makeDataDir();
  const feed = openOfflineFeed(join(dataDir, 'feed.db'));
  for (const platform of devices) feed.write(await world.subscribe(creators, platform));
  feed.close();
  const hub = await world.startHub(dataDir);
  await sendAll(hub.port, creators.map(countRequest), 200);
  return hub;
}

/** One hub and its load, which comes in slices. */
class LoadedHub {
  readonly #hub: Child;
  readonly #loop: ClosedLoop;
  readonly #simulator: SimulatorProcess;
  readonly #devices: number;
  #created = 0;

  constructor(
    hub: Child,
    creators: readonly BenchUser[],
    { world, devices }: { readonly world: PushWorld; readonly devices: number },
  ) {
    this.#hub = hub;
    this.#simulator = world.simulator;
    this.#devices = devices;
    const next = ringingCreatesFor(creators);
    const nextRequest = (): string => {
      this.#created += 1;
      return next();
    };
    this.#loop = new ClosedLoop({ port: hub.port, connections, nextRequest, expected: [201] });
  }

  async take(): Promise<Slice> {
    const { pid } = this.#hub;
    const simulator = this.#simulator;
    this.#created = 0;
    await simulator.ask('reset', null);
    const edges: CpuTimes[] = [];
    const onEdge = (): void => void edges.push(cpuTimes(pid));
    const { requests, ms } = await this.#loop.run({ leadMs, measureMs, onEdge });
    const endedAt = sharedNow();
    const count = this.#created * this.#devices;
    const then = await simulator.ask('tally', null);
    const drained = await simulator.ask('reach', { count, withinMs: drainMaxMs });
    const { mainUs, writerUs, othersUs } = cpuBetween(edges[0] as CpuTimes, edges[1] as CpuTimes);
    return {
      perSecond: (requests / ms) * 1000,
      cpu: { mainUs: mainUs / requests, writerUs: writerUs / requests, othersUs: othersUs / requests },
      waiting: count - then.distinct,
      lagMs: Math.max(0, drained.lastAt - endedAt),
      missing: count - drained.distinct,
    };
  }

  async stop(): Promise<void> {
    this.#loop.close();
    await this.#hub.stop();
  }
}

function show({ none, four }: Record<Name, Slice>): string {
  return (
    `none ${none.perSecond.toFixed(0)}/s, four ${four.perSecond.toFixed(0)}/s; ` +
    `${four.waiting} waited at the end, sent in ${(four.lagMs / 1000).toFixed(1)} s; ${four.missing} missing`
  );
}

function figures(runs: readonly Record<Name, Slice>[]): Figure[] {
  const four = (read: (slice: Slice) => number): number[] => runs.map((run) => read(run.four));
  const us = { digits: 1, unit: 'µs' };
  const sent = four(({ waiting, lagMs }) => (waiting / lagMs) * 1000);
  return [
    figure({
      what: 'rate with four devices a user against none',
      runs: runs.map((run) => run.four.perSecond / run.none.perSecond),
      digits: 3,
      atLeast: 0.6,
    }),
    figure({ what: 'pushes lost', runs: [Math.max(...four(({ missing }) => missing))], atMost: 0 }),
    figure({ what: 'creates with four devices', runs: four(({ perSecond }) => perSecond), unit: '/s' }),
    figure({ what: 'creates with none', runs: runs.map((run) => run.none.perSecond), unit: '/s' }),
    figure({ what: 'pushes waiting at the end of the load', runs: four(({ waiting }) => waiting) }),
    figure({
      what: 'until the last of them has come',
      runs: four(({ lagMs }) => lagMs / 1000),
      digits: 1,
      unit: 's',
    }),
    figure({ what: 'pushes sent meanwhile, all four kinds', runs: sent, unit: '/s' }),
    figure({ what: 'main thread, a create, four devices', runs: four(({ cpu }) => cpu.mainUs), ...us }),
    figure({ what: "writer's thread, a create, four devices", runs: four(({ cpu }) => cpu.writerUs), ...us }),
    figure({ what: 'main thread, a create, none', runs: runs.map(({ none }) => none.cpu.mainUs), ...us }),
    figure({
      what: "writer's thread, a create, none",
      runs: runs.map(({ none }) => none.cpu.writerUs),
      ...us,
    }),
  ];
}
