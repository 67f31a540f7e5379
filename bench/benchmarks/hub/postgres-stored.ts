// Whether reads slow down when ten million notifications are stored in PostgreSQL.
import { getRequest } from '../../load/requests.ts';
import { type Load, type Round, ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import type { Child } from '../../setup/child-process.ts';
import { type BenchCluster, clusterAbout, openCluster } from '../../setup/cluster.ts';
import { fillPostgres } from '../../setup/fill-postgres.ts';
import { type BenchUser, users } from '../../setup/world.ts';

const perUser = 200;
const userCounts = { many: 50_000, few: 50 } as const;
/** Of the many, so many ask; all of the few. */
const askers = 5000;
const rounds = 5;
const connections = 64;

type Server = keyof typeof userCounts;

const pages = {
  'feed page': '/beta/me/notifications',
  'delta page': '/beta/me/notifications/delta?$top=100',
} as const;
type Page = keyof typeof pages;

export const postgresStored: Benchmark = {
  name: 'postgres-stored',
  about:
    `Reads from a node over ${clusterAbout}, with ${userCounts.many * perUser} stored notifications of ` +
    `${userCounts.many} users, ${askers} of whom ask in turn, against another database with ${userCounts.few * perUser} of ` +
    `${userCounts.few}, who all ask: ${perUser} of each user, a user's rows far apart. A feed page has 25, a delta page ` +
    `100. ${connections} connections, ${rounds} rounds each. ${roundsAbout}`,
  async run() {
    const people = users(askers);
    const cluster = await openCluster();
    const many = await startFilled(cluster, cluster.databaseUrl, people, 'many');
    const few = await startFilled(
      cluster,
      await cluster.addDatabase(),
      people.slice(0, userCounts.few),
      'few',
    );
    const servers = { many: many.hub, few: few.hub };
    const all: Figure[] = [];
    for (const page of Object.keys(pages) as Page[]) {
      const load = (which: Server) => loadOf({ many, few }[which].people, page);
      all.push(...figures(page, await runRounds({ servers, rounds, load })));
    }
    await Promise.all([many.hub.stop(), few.hub.stop()]);
    await cluster.close();
    return all;
  },
};

interface Filled {
  readonly hub: Child;
  readonly people: readonly BenchUser[];
}

async function startFilled(
  cluster: BenchCluster,
  url: string,
  people: readonly BenchUser[],
  which: Server,
): Promise<Filled> {
  const startedAt = performance.now();
  await fillPostgres(url, { people, userCount: userCounts[which], perUser });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const size = 'SELECT pg_size_pretty(pg_database_size(current_database())) AS size';
  const [row] = await cluster.postgres.query(url, size);
  console.log(`  filled ${userCounts[which] * perUser} in ${seconds} s: ${row?.size}`);
  const hub = await cluster.startNode(url);
  // Each token is verified once, and each user's pages are looked at once.
  await sendAll(
    hub.port,
    people.map((user) => getRequest(user, pages['delta page'])),
    200,
  );
  return { hub, people };
}

function loadOf(people: readonly BenchUser[], page: Page): Load {
  const requests = people.map((user) => getRequest(user, pages[page]));
  let next = 0;
  return { connections, nextRequest: () => requests[next++ % requests.length] as string, expected: [200] };
}

function figures(page: Page, runs: readonly Round<Server>[]): Figure[] {
  const rate = (which: Server) => runs.map((run) => run[which].perSecond);
  return [
    figure({
      what: `${page}, rate with ${userCounts.many * perUser} stored against ${userCounts.few * perUser}`,
      runs: ratios(runs, 'many', 'few'),
      digits: 3,
      atLeast: 0.8,
    }),
    figure({ what: `${page}, ${userCounts.many * perUser} stored`, runs: rate('many'), unit: '/s' }),
    figure({ what: `${page}, ${userCounts.few * perUser} stored`, runs: rate('few'), unit: '/s' }),
  ];
}
