// Durable creates through one hub on PostgreSQL, against the same hub on SQLite: as hubs in use are, with a million
// notifications stored, and as they begin, empty.
import { join } from 'node:path';
import { countRequest, createsFor } from '../../load/requests.ts';
import { type Round, ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import { clusterAbout, openCluster } from '../../setup/cluster.ts';
import { fillFeeds } from '../../setup/fill-feeds.ts';
import { fillPostgres } from '../../setup/fill-postgres.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

const rounds = 9;
const userCount = 10_000;
const perUser = 100;
const connections = 64;

type Server = 'postgres' | 'sqlite';

export const postgresCreates: Benchmark = {
  name: 'postgres-creates',
  about:
    `${connections} connections, ${userCount} users, each request another user and a new appNotificationId; one node over ` +
    `${clusterAbout}, against a hub on SQLite with an fsync a commit; first with ${userCount * perUser} notifications ` +
    `stored in each, then both beginning empty; all on this machine, whose cores the server's processes share; ${rounds} ` +
    `rounds. ${roundsAbout}`,
  async run() {
    const people = users(userCount);
    const stored = await measure(people, perUser);
    const empty = await measure(people, 0);
    return [...figures('a million stored', stored), ...figures('beginning empty', empty)];
  },
};

async function measure(people: readonly BenchUser[], each: number): Promise<Round<Server>[]> {
  const cluster = await openCluster();
  const dataDir = makeDataDir();
  if (each > 0) {
    fillFeeds(join(dataDir, 'feed.db'), people, people.length * each);
    await fillPostgres(cluster.databaseUrl, { people, userCount: people.length, perUser: each });
  }
  const servers = { postgres: await cluster.startNode(), sqlite: await startHub({ dataDir }) };
  for (const { port } of Object.values(servers)) await sendAll(port, people.map(countRequest), 200);
  const load = { connections, nextRequest: createsFor(people), expected: [201] };
  const runs = await runRounds({ servers, rounds, load });
  await Promise.all([servers.postgres.stop(), servers.sqlite.stop()]);
  await cluster.close();
  return runs;
}

function figures(which: string, runs: readonly Round<Server>[]): Figure[] {
  const rate = (server: Server) => runs.map((run) => run[server].perSecond);
  const main = (server: Server) => runs.map((run) => run[server].cpu.mainUs);
  const us = { digits: 1, unit: 'µs' };
  const what = `PostgreSQL against SQLite, ${which}`;
  return [
    figure({ what: `rate on ${what}`, runs: ratios(runs, 'postgres', 'sqlite'), digits: 3, atLeast: 0.75 }),
    figure({ what: `durable creates, PostgreSQL, ${which}`, runs: rate('postgres'), unit: '/s' }),
    figure({ what: `durable creates, SQLite, ${which}`, runs: rate('sqlite'), unit: '/s' }),
    figure({ what: `main thread, a create, PostgreSQL, ${which}`, runs: main('postgres'), ...us }),
    figure({ what: `main thread, a create, SQLite, ${which}`, runs: main('sqlite'), ...us }),
    figure({
      what: `writer's thread, a create, SQLite, ${which}`,
      runs: runs.map((run) => run.sqlite.cpu.writerUs),
      ...us,
    }),
  ];
}
