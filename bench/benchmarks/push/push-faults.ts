// What a provider that answers badly costs: some pushes are throttled, some connections break, and all must arrive.
import { rule } from '@carillon/simulators';
import { type Drained, drain, fillWaiting, showDrained } from '../../load/drain.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { openPushWorld, type PushWorld } from '../../setup/push-world.ts';

const rounds = 3;
const count = 20_000;
const userCount = 10_000;
const withinMs = 120_000;

const lanes = [
  { what: 'FCM', platform: 'android' },
  { what: 'APNs', platform: 'ios' },
] as const;
type Lane = (typeof lanes)[number];

const throttled = rule({ retryAfterSeconds: 1 }, { share: 0.1 });
const reset = rule('resetStream', { share: 0.01 });
const broken = rule('reset', { share: 0.0005 });

interface Round {
  readonly clean: Drained;
  readonly throttled: Drained;
  readonly faulty: Drained;
  readonly broken: Drained;
}

export const pushFaults: Benchmark = {
  name: 'push-faults',
  about:
    `${count} deliveries of ${userCount} users wait in the store. The provider answers a tenth of the good pushes with ` +
    '429 and Retry-After of a second; then it also resets the stream of a hundredth of them; then also, in place of that, ' +
    'the whole connection under one in 2 000, which takes all that is under way on it along. The rate is that of the first nine tenths, since the rest waits for Retry-After; ' +
    `each against the same provider without faults, in ${rounds} rounds; what has not come within ` +
    `${withinMs / 1000} s counts as lost.`,
  async run() {
    const world = await openPushWorld();
    const all: Figure[] = [];
    for (const lane of lanes) {
      const feed = await fillWaiting(world, { platform: lane.platform, count, userCount });
      const runs: Round[] = [];
      for (let round = 0; round < rounds; round++) runs.push(await measure(world, feed, lane));
      all.push(...figures(lane, runs));
    }
    await world.close();
    return all;
  },
};

async function measure(world: PushWorld, feed: string, { what }: Lane): Promise<Round> {
  const scripts = {
    clean: [],
    throttled: [throttled],
    faulty: [throttled, reset],
    broken: [throttled, broken],
  } as const;
  const run = async (name: keyof Round): Promise<Drained> => {
    await world.simulator.ask('script', scripts[name]);
    const drained = await drain(world, { feed, count, withinMs });
    console.log(`  ${showDrained(`${what} ${name}`, drained)}`);
    return drained;
  };
  return {
    clean: await run('clean'),
    throttled: await run('throttled'),
    faulty: await run('faulty'),
    broken: await run('broken'),
  };
}

function figures({ what }: Lane, runs: readonly Round[]): Figure[] {
  const ratio = (name: keyof Round) => runs.map((run) => run[name].mostPerSecond / run.clean.mostPerSecond);
  const toLast = (name: keyof Round) => runs.map((run) => run[name].perSecond / run.clean.perSecond);
  return [
    figure({
      what: `${what}, rate with 10 % 429 and 1 % resets`,
      runs: ratio('faulty'),
      digits: 2,
      atLeast: 0.8,
    }),
    figure({ what: `${what}, rate with 10 % 429 and broken connections`, runs: ratio('broken'), digits: 2 }),
    figure({
      what: `${what}, lost`,
      runs: runs.map((run) => run.faulty.missing + run.broken.missing),
      atMost: 0,
    }),
    figure({ what: `${what}, sent twice`, runs: runs.map((run) => run.faulty.duplicates) }),
    figure({ what: `${what}, rate with 10 % 429 alone`, runs: ratio('throttled'), digits: 2 }),
    figure({ what: `${what}, to the last, 10 % 429 and 1 % resets`, runs: toLast('faulty'), digits: 2 }),
    figure({ what: `${what}, to the last, 10 % 429 alone`, runs: toLast('throttled'), digits: 2 }),
    figure({ what: `${what}, without faults`, runs: runs.map((run) => run.clean.perSecond), unit: '/s' }),
  ];
}
