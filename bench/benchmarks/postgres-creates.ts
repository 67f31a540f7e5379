// Durable creates through one hub on PostgreSQL, against the same hub on SQLite.
import { countRequest, createsFor } from '../load/requests.ts';
import { type Round, ratios, roundsAbout, runRounds } from '../load/rounds.ts';
import { sendAll } from '../load/send-all.ts';
import { startHub } from '../setup/child-process.ts';
import { clusterAbout, openCluster } from '../setup/cluster.ts';
import { type Benchmark, type Figure, figure } from '../setup/figure.ts';
import { makeDataDir, users } from '../setup/world.ts';

const rounds = 9;
const userCount = 10_000;
const connections = 64;

export const postgresCreates: Benchmark = {
  name: 'postgres-creates',
  about:
    `${connections} connections, ${userCount} users, each request another user and a new appNotificationId; one node over ` +
    `${clusterAbout}, against a hub on SQLite with an fsync a commit, both beginning empty; all on this machine, whose ` +
    `cores the server's processes share; ${rounds} rounds. ${roundsAbout}`,
  async run() {
    const people = users(userCount);
    const cluster = await openCluster();
    const servers = {
      postgres: await cluster.startNode(),
      sqlite: await startHub({ dataDir: makeDataDir() }),
    };
    for (const { port } of Object.values(servers)) await sendAll(port, people.map(countRequest), 200);
    const load = { connections, nextRequest: createsFor(people), expected: [201] };
    const runs = await runRounds({ servers, rounds, load });
    await Promise.all([servers.postgres.stop(), servers.sqlite.stop()]);
    await cluster.close();
    return figures(runs);
  },
};

function figures(runs: readonly Round<'postgres' | 'sqlite'>[]): Figure[] {
  const us = { digits: 1, unit: 'µs' };
  return [
    figure({
      what: 'rate on PostgreSQL against SQLite',
      runs: ratios(runs, 'postgres', 'sqlite'),
      digits: 3,
      atLeast: 0.75,
    }),
    figure({
      what: 'durable creates, PostgreSQL',
      runs: runs.map((run) => run.postgres.perSecond),
      unit: '/s',
    }),
    figure({ what: 'durable creates, SQLite', runs: runs.map((run) => run.sqlite.perSecond), unit: '/s' }),
    figure({
      what: 'main thread, a create, PostgreSQL',
      runs: runs.map((run) => run.postgres.cpu.mainUs),
      ...us,
    }),
    figure({ what: 'main thread, a create, SQLite', runs: runs.map((run) => run.sqlite.cpu.mainUs), ...us }),
    figure({
      what: "writer's thread, a create, SQLite",
      runs: runs.map((run) => run.sqlite.cpu.writerUs),
      ...us,
    }),
  ];
}
