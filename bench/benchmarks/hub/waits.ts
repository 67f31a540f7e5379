// What a wait for the answer to a question keeps in the hub's memory, and what many of them cost creates.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '@carillon/protocol';
import { askRequest } from '../../load/question-requests.ts';
import { countRequest, createsFor } from '../../load/requests.ts';
import { ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { collectGarbage } from '../../measure/collect-garbage.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { residentBytes } from '../../measure/process-times.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { apps, type BenchUser, makeDataDir, removeDataDir, users } from '../../setup/world.ts';

interface Question {
  readonly user: BenchUser;
  readonly id: string;
}

/** What the process that keeps the waits open is told. */
export interface WaitOrder {
  readonly port: number;
  /** Of HTTP/2; 0 for a connection of HTTP/1.1 each. */
  readonly streamsPerConnection: number;
  readonly questions: readonly Question[];
}

const count = apps.length * limits.waitsPerApp;
const openMaxMs = 300_000;
/** All have been asked for, and most of the garbage of opening them is old enough to be collected. */
const settleMs = 10_000;
const rounds = 7;
const createUsers = 10_000;
const connections = 64;

const cases = [
  { what: 'over HTTP/2 with TLS, 125 on a connection', streamsPerConnection: 125, atMost: 8 },
  { what: 'over HTTP/1.1, a connection each', streamsPerConnection: 0, atMost: undefined },
] as const;

export const waits: Benchmark = {
  name: 'waits',
  about:
    `${count} open waits, ${limits.waitsPerApp} of each of ${apps.length} apps, each for a question of a user of its own. ` +
    'Another process holds them, and asks anew for each whose minute is over. What one keeps is the memory above that of ' +
    'the same hub before them, after a collection that the inspector was asked for, divided by their number: the heap ' +
    "that is in use, and VmRSS, which has Node's native memory and its connection too. " +
    `Creates are measured on two hubs over HTTP/1.1, one of which has all waits open. ${roundsAbout}`,
  async run() {
    const figures: Figure[] = [];
    for (const each of cases) figures.push(...(await measureMemory(each)));
    return [...figures, ...(await measureCreates())];
  },
};

async function measureMemory({
  what,
  streamsPerConnection,
  atMost,
}: (typeof cases)[number]): Promise<Figure[]> {
  const dataDir = makeDataDir();
  const questions = await askIn(dataDir);
  const hub = await startHub({ dataDir, tls: streamsPerConnection > 0 });
  const client = await openClient({ port: hub.port, streamsPerConnection, questions });
  const before = await memoryOf(hub);
  await client.open();
  const { heap, resident } = await memoryOf(hub);
  await client.close();
  await hub.stop();
  removeDataDir(dataDir);
  const each = { digits: 1, unit: 'KiB' };
  const bound = atMost === undefined ? {} : { atMost };
  const runs = (bytes: number): number[] => [bytes / count / 1024];
  return [
    figure({ what: `a wait, ${what}, heap`, runs: runs(heap - before.heap), ...each, ...bound }),
    figure({ what: `a wait, ${what}, resident`, runs: runs(resident - before.resident), ...each }),
  ];
}

async function memoryOf(hub: Child): Promise<{ heap: number; resident: number }> {
  await delay(settleMs);
  const heap = await collectGarbage(hub);
  return { heap, resident: residentBytes(hub.pid) };
}

/** One question of each user. */
async function askIn(dataDir: string): Promise<readonly Question[]> {
  const people = apps.flatMap((app) => users(limits.waitsPerApp, app));
  const questions: Question[] = [];
  const hub = await startHub({ dataDir });
  await sendAll(hub.port, people.map(askRequest), 201, (index, body) => {
    const { id } = JSON.parse(body.toString()) as { id: string };
    questions[index] = { user: people[index] as BenchUser, id };
  });
  await hub.stop();
  return questions;
}

interface WaitingClient {
  /** Resolves when all have been asked for. */
  open(): Promise<void>;
  close(): Promise<void>;
}

async function openClient(order: WaitOrder): Promise<WaitingClient> {
  const child = fork(new URL('../../children/waiting-client.ts', import.meta.url));
  await tell(child, order);
  return {
    open: () => tell(child, 'open'),
    async close() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

async function tell(child: ChildProcess, message: WaitOrder | 'open'): Promise<void> {
  const signal = AbortSignal.timeout(openMaxMs);
  const ended = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('the client ended')));
  ended.catch(() => {});
  child.send(message);
  await Promise.race([once(child, 'message', { signal }), ended]);
}

async function measureCreates(): Promise<Figure[]> {
  const people = users(createUsers);
  const startAsked = async () => {
    const dataDir = makeDataDir();
    const questions = await askIn(dataDir);
    const hub = await startHub({ dataDir });
    const client = await openClient({ port: hub.port, streamsPerConnection: 0, questions });
    await sendAll(hub.port, people.map(countRequest), 200);
    return { hub, client };
  };
  const [idle, waited] = [await startAsked(), await startAsked()];
  await waited.client.open();
  const load = { connections, nextRequest: createsFor(people), expected: [201] };
  const runs = await runRounds({ servers: { idle: idle.hub, waited: waited.hub }, rounds, load });
  for (const { client, hub } of [idle, waited]) {
    await client.close();
    await hub.stop();
  }
  const main = runs.map((run) => run.waited.cpu.mainUs / run.idle.cpu.mainUs);
  return [
    figure({
      what: `creates beside ${count} waits, against none`,
      runs: ratios(runs, 'waited', 'idle'),
      ...{ digits: 3, atLeast: 0.95 },
    }),
    figure({ what: 'main thread, a create beside them, against none', runs: main, digits: 2 }),
  ];
}
