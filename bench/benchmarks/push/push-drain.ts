// How fast a hub sends what has waited in its store, as after an outage: one provider at a time.
import { type Drained, drain, fillWaiting, showDrained } from '../../load/drain.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { openPushWorld } from '../../setup/push-world.ts';

const rounds = 5;
const count = 30_000;
const userCount = 10_000;
const withinMs = 120_000;

const lanes = [
  { what: 'FCM', platform: 'android', atLeast: 3500 },
  { what: 'APNs', platform: 'ios', atLeast: 3500 },
  { what: 'Web Push', platform: 'webPush', atLeast: 2000 },
] as const;
type Lane = (typeof lanes)[number];

export const pushDrain: Benchmark = {
  name: 'push-drain',
  about:
    `${count} deliveries of ${userCount} users wait in the store, each shows title and body; the hub starts, and the ` +
    'rate is taken from the first to the last that the provider has, told apart by their tags. Providers are simulated ' +
    'in one process of their own over TLS and HTTP/2, strict as the real ones; one in a hundred Web Push messages is ' +
    `decrypted. ${rounds} rounds, the providers in turn, each with a new hub on a copy of the same data.`,
  async run() {
    const world = await openPushWorld();
    const feeds = new Map<Lane, string>();
    for (const lane of lanes)
      feeds.set(lane, await fillWaiting(world, { platform: lane.platform, count, userCount }));
    const runs = new Map<Lane, Drained[]>(lanes.map((lane) => [lane, []]));
    for (let round = 0; round < rounds; round++) {
      for (const lane of round % 2 === 0 ? lanes : lanes.toReversed()) {
        const drained = await drain(world, { feed: feeds.get(lane) as string, count, withinMs });
        console.log(`  round ${round + 1}: ${showDrained(lane.what, drained)}`);
        runs.get(lane)?.push(drained);
      }
    }
    await world.close();
    return lanes.flatMap((lane) => figures(lane, runs.get(lane) ?? []));
  },
};

function figures({ what, atLeast }: Lane, runs: readonly Drained[]): Figure[] {
  const of = (read: (run: Drained) => number): number[] => runs.map(read);
  const us = { digits: 1, unit: 'µs' };
  return [
    figure({ what: `${what}, drained`, runs: of(({ perSecond }) => perSecond), unit: '/s', atLeast }),
    figure({ what: `${what}, lost`, runs: of(({ missing }) => missing), atMost: 0 }),
    figure({ what: `${what}, main thread, a push`, runs: of(({ hub }) => hub.mainUs), ...us }),
    figure({ what: `${what}, writer's thread, a push`, runs: of(({ hub }) => hub.writerUs), ...us }),
    figure({
      what: `${what}, main thread busy`,
      runs: of(({ busy }) => busy.hub * 100),
      unit: '%',
    }),
    figure({
      what: `${what}, main thread without a core`,
      runs: of(({ starved }) => starved.hub * 100),
      unit: '%',
    }),
    figure({ what: `${what}, simulator busy`, runs: of(({ busy }) => busy.simulator * 100), unit: '%' }),
  ];
}
