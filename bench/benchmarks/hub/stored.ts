// Whether creates slow down when one or ten million notifications are stored already, and while as many end as come.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { countRequest, createsFor } from '../../load/requests.ts';
import { type Load, type Round, ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { median } from '../../measure/statistics.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { fillInBulk } from '../../setup/fill-bulk.ts';
import { fillFeeds } from '../../setup/fill-feeds.ts';
import { type BenchUser, makeDataDir, removeDataDir, users } from '../../setup/world.ts';

const storedCount = 1_000_000;
const userCount = 10_000;
const manyUsers = 100_000;
const perUser = 100;
const lifeDays = 30;
const endPerSecond = 1000;
const rounds = 7;
const lifeRounds = 20;
const connections = 64;

export const stored: Benchmark = {
  name: 'stored',
  about:
    `Creates into a hub with ${storedCount} notifications of ${userCount} users, filled through the hub's own planner, and into one with ` +
    `${manyUsers * perUser} of ${manyUsers}, ${userCount} of whom post, against one that begins empty; ${connections} connections, ${rounds} rounds. ` +
    `${roundsAbout} Then ${lifeRounds} rounds of a hub alone with ${storedCount} of ${lifeDays} days, half of them tombstones, ` +
    `of which ${endPerSecond} are purged a second (once a minute, as ever) and ${endPerSecond} expire: the last quarter of the rounds against the first.`,
  async run() {
    const people = users(userCount);
    const filled = {
      empty: makeDataDir(),
      million: fill('a million', (path) => fillFeeds(path, people, storedCount)),
      tenMillion: fill('ten million', (path) =>
        fillInBulk(path, { people, userCount: manyUsers, perUser, days: lifeDays, life: null }),
      ),
    };
    const megabytes = statSync(join(filled.million, 'feed.db')).size / 1e6;
    const servers = {
      empty: await startWarm(filled.empty, people),
      million: await startWarm(filled.million, people),
      tenMillion: await startWarm(filled.tenMillion, people),
    };
    const load = { connections, nextRequest: createsFor(people), expected: [201] };
    const runs = await runRounds({ servers, rounds, load });
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    for (const dataDir of Object.values(filled)) removeDataDir(dataDir);
    const empty = median(runs.map((run) => run.empty.perSecond));
    return [
      ...figures(runs),
      ...(await lifeFigures(people, load, empty)),
      figure({
        what: 'size of a stored notification',
        runs: [(megabytes * 1e6) / storedCount],
        unit: 'bytes',
      }),
    ];
  },
};

function figures(runs: readonly Round<'empty' | 'million' | 'tenMillion'>[]): Figure[] {
  const us = { digits: 1, unit: 'µs' };
  const writer = (name: 'empty' | 'million' | 'tenMillion') => runs.map((run) => run[name].cpu.writerUs);
  const ratio = (name: 'million' | 'tenMillion', what: string, atLeast: number) =>
    figure({ what, runs: ratios(runs, name, 'empty'), digits: 3, atLeast });
  return [
    ratio('million', 'rate with a million stored against empty', 0.9),
    ratio('tenMillion', 'rate with ten million stored against empty', 0.85),
    figure({ what: "writer's thread, a create, a million stored", runs: writer('million'), ...us }),
    figure({ what: "writer's thread, a create, ten million stored", runs: writer('tenMillion'), ...us }),
    figure({ what: "writer's thread, a create, beginning empty", runs: writer('empty'), ...us }),
  ];
}

/** Alone, since what ends takes its time outside of its turns too. */
async function lifeFigures(people: readonly BenchUser[], load: Load, empty: number): Promise<Figure[]> {
  const from = Date.now() + 60_000;
  const dataDir = fill('a million of thirty days', (path) =>
    fillInBulk(path, {
      ...{ people, userCount, perUser, days: lifeDays },
      life: { from, perSecond: endPerSecond },
    }),
  );
  const life = await startWarm(dataDir, people);
  const runs = await runRounds({ servers: { life }, rounds: lifeRounds, load });
  await life.stop();
  removeDataDir(dataDir);
  const rates = runs.map((run) => run.life.perSecond);
  const quarter = lifeRounds / 4;
  const [first, last] = [rates.slice(0, quarter), rates.slice(-quarter)];
  return [
    figure({
      what: 'rate in a life of thirty days, the last rounds against the first',
      runs: last.map((rate) => rate / median(first)),
      digits: 3,
      atLeast: 0.9,
    }),
    figure({
      what: 'rate in a life of thirty days against empty',
      runs: rates.map((rate) => rate / empty),
      digits: 3,
    }),
  ];
}

function fill(what: string, into: (path: string) => void): string {
  const dataDir = makeDataDir();
  const path = join(dataDir, 'feed.db');
  const startedAt = performance.now();
  into(path);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`  ${what}, filled in ${seconds.toFixed(0)} s: ${(statSync(path).size / 1e6).toFixed(0)} MB`);
  return dataDir;
}

async function startWarm(dataDir: string, people: readonly BenchUser[]): Promise<Child> {
  const hub = await startHub({ dataDir });
  await sendAll(hub.port, people.map(countRequest), 200);
  return hub;
}
