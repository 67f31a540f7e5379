// What operators ask of a large hub, one question after another, over either store; and what it costs those who post meanwhile.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRegistry } from '../../../packages/hub/src/hub/open-hub.ts';
import { runOpenLoop } from '../../load/open-loop.ts';
import { createsFor, getRequest, postRequest } from '../../load/requests.ts';
import { type AskingConnection, openConnection } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { residentBytes } from '../../measure/process-times.ts';
import { quantile } from '../../measure/statistics.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { clusterAbout, openCluster } from '../../setup/cluster.ts';
import { copyInPostgres, copyInSqlite } from '../../setup/copy-deliveries.ts';
import { deliveriesPerPost, fillFirst, rareApp } from '../../setup/fill-deliveries.ts';
import { people } from '../../setup/push-writes.ts';
import {
  type BenchUser,
  hostName,
  makeDataDir,
  operatorToken,
  removeDataDir,
  users,
} from '../../setup/world.ts';
import { type Question, questionsOf } from './console-questions.ts';
import { measureRedrive, redriven } from './redrive.ts';

const personCount = 25_000;
const perPerson = 50;
const auditCount = 220_000;
const posterCount = 1000;
/** Of each question, unless that takes too long. */
const asks = 100;
const asksMaxMs = 8000;
const perSecond = 200;
const besideSeconds = 20;
const goalMs = 100;

const auditedPeople = Array.from({ length: 5000 }, (_, index) => `person-${index}`);
const ms = { digits: 1, unit: 'ms' } as const;

type StoreName = 'SQLite' | 'PostgreSQL';

export const consoleReads: Benchmark = {
  name: 'console-reads',
  about:
    `${(personCount * perPerson * deliveriesPerPost) / 1e6} million deliveries of ${personCount} people in ten apps, with ` +
    `${personCount * perPerson} notifications, an audit of ${auditCount} entries, and one delivery in 25 failed. What the console asks, ` +
    `one question after another, each ${asks} times or for ${asksMaxMs / 1000} s, always of another person or notification; the value is the ` +
    `median, and the longest is in the spread. Then all of them in turn while others post ${perSecond} a second, and a redrive of all that failed, ` +
    `cancelled after ${redriven}, which end as their channel has no credentials. Over SQLite, and over ${clusterAbout}.`,
  async run() {
    const first = makeDataDir();
    fillFirst(join(first, 'feed.db'), people(personCount));
    await fillAudit(first);
    const figures = await measureSqlite(first);
    return [...figures, ...(await measurePostgres(first))];
  },
};

async function measureSqlite(first: string): Promise<Figure[]> {
  const dataDir = makeDataDir();
  for (const file of ['feed.db', 'registry.db']) copyFileSync(join(first, file), join(dataDir, file));
  copyInSqlite(join(dataDir, 'feed.db'), perPerson);
  const hub = await startHub({ dataDir });
  const figures = await measure(hub, 'SQLite');
  await hub.stop();
  removeDataDir(dataDir);
  return figures;
}

async function measurePostgres(first: string): Promise<Figure[]> {
  const cluster = await openCluster(first);
  await copyInPostgres(cluster.databaseUrl, perPerson);
  const hub = await cluster.startNode();
  const figures = await measure(hub, 'PostgreSQL');
  await hub.stop();
  await cluster.close();
  return figures;
}

/** As many as are kept of sign-ins and refusals, of each poster in turn. */
async function fillAudit(dataDir: string): Promise<void> {
  const registry = await openRegistry({ dataDir });
  const beginning = Date.now() - auditCount * 1000;
  for (let done = 0; done < auditCount; done += 10_000) {
    const entries = Array.from({ length: 10_000 }, (_, index) => {
      const who = auditedPeople[(done + index) % auditedPeople.length] as string;
      const at = beginning + (done + index) * 1000;
      const isRefusal = index % 11 === 0;
      const [what, kind] = isRefusal
        ? (['signInFailed', 'refusal'] as const)
        : (['signedIn', 'access'] as const);
      return { at, who, from: '192.0.2.1', what, on: `users/${who}`, count: 1, kind };
    });
    await registry.audit.note(entries);
  }
  await registry.close();
}

async function measure(hub: Child, store: StoreName): Promise<Figure[]> {
  const atStart = residentBytes(hub.pid);
  const posters = users(posterCount);
  const connection = openConnection(hub.port);
  const unsIds = await registerDevices(connection, posters.slice(0, asks));
  const questions = questionsOf({ unsIds, who: auditedPeople, personCount, perPerson, rareApp: rareApp.id });
  const ask = openAsk(connection);
  const figures: Figure[] = [];
  for (const question of questions) {
    const runs = await askMany(question, ask);
    const made = figure({ what: `${question.what}, ${store}`, runs, ...ms, atMost: goalMs });
    figures.push(
      made,
      figure({ what: `the longest of these, ${store}`, runs: [Math.max(...runs)], ...ms, atMost: goalMs }),
    );
    console.log(`  ${made.what}: ${made.value} (${made.spread})`);
  }
  const alone = await postFor(hub, posters, null);
  const beside = await postFor(hub, posters, async () => {
    for (const question of questions) await ask(question);
  });
  connection.close();
  return [
    ...figures,
    figure({ what: `p99 of creates, ${store}`, runs: [quantile(alone, 0.99)], ...ms }),
    figure({
      what: `p99 of creates beside the questions, ${store}`,
      runs: [quantile(beside, 0.99)],
      ...ms,
      atMost: goalMs,
    }),
    ...(await measureRedrive(hub, store, (turn) => postUntil(hub, posters, turn))),
    figure({ what: `start to ready, ${store}`, runs: [hub.readyMs], unit: 'ms', atMost: 1000 }),
    figure({ what: `memory at start, ${store}`, runs: [atStart / 1e6], unit: 'MB' }),
    figure({ what: `memory afterwards, ${store}`, runs: [residentBytes(hub.pid) / 1e6], unit: 'MB' }),
  ];
}

async function registerDevices(
  connection: AskingConnection,
  posters: readonly BenchUser[],
): Promise<string[]> {
  const device = { installationId: 'bench', targetHostName: hostName, platformType: 'windows' };
  const made: string[] = [];
  for (const poster of posters) {
    const body = await connection.ask(postRequest(poster, '/beta/me/notificationSubscriptions', device), 201);
    made.push((JSON.parse(body.toString()) as { id: string }).id);
  }
  return made;
}

type Ask = (question: Question) => Promise<number>;

/** Answers how long it took, in milliseconds. */
function openAsk(connection: AskingConnection): Ask {
  const operator = { token: operatorToken() };
  return async ({ target, onAnswer }) => {
    const request = getRequest(operator, target());
    const startedAt = performance.now();
    const body = await connection.ask(request, 200);
    const tookMs = performance.now() - startedAt;
    onAnswer?.(body.toString());
    return tookMs;
  };
}

async function askMany(question: Question, ask: Ask): Promise<number[]> {
  const runs: number[] = [];
  const startedAt = performance.now();
  while (runs.length < asks && performance.now() - startedAt < asksMaxMs) runs.push(await ask(question));
  return runs;
}

/** Answers how long each create took from the moment that it was due, while `turn` is done again and again. */
async function postFor(
  hub: Child,
  posters: readonly BenchUser[],
  turn: (() => Promise<void>) | null,
): Promise<number[]> {
  const load = openPosting(hub, posters);
  let isOver = false;
  const beside = (async () => {
    while (turn && !isOver) await turn();
  })();
  await load.post();
  isOver = true;
  await beside;
  return load.took;
}

/** The same, until `turn` answers false. */
async function postUntil(
  hub: Child,
  posters: readonly BenchUser[],
  turn: () => Promise<boolean>,
): Promise<number[]> {
  const load = openPosting(hub, posters);
  let goesOn = true;
  const beside = (async () => {
    while (goesOn) goesOn = await turn();
  })();
  while (goesOn) await load.post();
  await beside;
  return load.took;
}

function openPosting({ port }: Child, posters: readonly BenchUser[]) {
  const next = createsFor(posters);
  const took: number[] = [];
  return {
    took,
    async post(): Promise<void> {
      const startedAt: number[] = [];
      await runOpenLoop({
        ...{ port, perSecond, count: perSecond * besideSeconds, connections: 32, expected: 201 },
        request: (index, at) => {
          startedAt[index] = at;
          return next();
        },
        onAnswer: (index) => void took.push(performance.now() - (startedAt[index] ?? 0)),
      });
    },
  };
}
