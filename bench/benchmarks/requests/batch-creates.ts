// Durable creates by `$batch` of 20, against the same creates one by one, as notifications a second, on both stores.
import { batchesFor, countRequest, createsFor } from '../../load/requests.ts';
import { type Round, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { clusterAbout, openCluster } from '../../setup/cluster.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

const rounds = 7;
const userCount = 10_000;
const connections = 64;
const parts = 20;

type Server = 'alone' | 'batch';

export const batchCreates: Benchmark = {
  name: 'batch-creates',
  about:
    `${connections} connections, ${userCount} users, each request another user and each notification a new ` +
    `appNotificationId: requests of one create, and batch requests of ${parts}. SQLite with an fsync a commit, and one ` +
    `node over ${clusterAbout}; each hub begins empty; ${rounds} rounds. ${roundsAbout}`,
  async run() {
    const people = users(userCount);
    const dirs = { alone: makeDataDir(), batch: makeDataDir() };
    const sqlite = await measure(people, {
      alone: await startHub({ dataDir: dirs.alone }),
      batch: await startHub({ dataDir: dirs.batch }),
    });
    const [first, second] = [await openCluster(), await openCluster()];
    const postgres = await measure(people, {
      alone: await first.startNode(),
      batch: await second.startNode(),
    });
    await Promise.all([first.close(), second.close()]);
    return [...figures('SQLite', sqlite), ...figures('PostgreSQL', postgres)];
  },
};

async function measure(
  people: readonly BenchUser[],
  servers: Readonly<Record<Server, Child>>,
): Promise<Round<Server>[]> {
  for (const { port } of Object.values(servers)) await sendAll(port, people.map(countRequest), 200);
  const next = { alone: createsFor(people), batch: batchesFor(people, parts) };
  const load = (server: Server) => ({
    ...{ connections, nextRequest: next[server], expected: [server === 'alone' ? 201 : 200] },
  });
  const runs = await runRounds({ servers, rounds, load });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return runs;
}

function figures(store: string, runs: readonly Round<Server>[]): Figure[] {
  const us = { digits: 1, unit: 'µs' };
  const times = runs.map(({ alone, batch }) => (parts * batch.perSecond) / alone.perSecond);
  return [
    figure({
      what: `notifications a second by batches against alone, ${store}`,
      runs: times,
      digits: 2,
      atLeast: 3,
    }),
    figure({
      what: `notifications by batches, ${store}`,
      runs: runs.map(({ batch }) => parts * batch.perSecond),
      unit: '/s',
    }),
    figure({
      what: `notifications alone, ${store}`,
      runs: runs.map(({ alone }) => alone.perSecond),
      unit: '/s',
    }),
    figure({
      what: `main thread, a notification of a batch, ${store}`,
      runs: runs.map(({ batch }) => batch.cpu.mainUs / parts),
      ...us,
    }),
    figure({
      what: `main thread, a notification alone, ${store}`,
      runs: runs.map(({ alone }) => alone.cpu.mainUs),
      ...us,
    }),
    figure({
      what: `writer's thread, a notification of a batch, ${store}`,
      runs: runs.map(({ batch }) => batch.cpu.writerUs / parts),
      ...us,
    }),
    figure({
      what: `writer's thread, a notification alone, ${store}`,
      runs: runs.map(({ alone }) => alone.cpu.writerUs),
      ...us,
    }),
  ];
}
