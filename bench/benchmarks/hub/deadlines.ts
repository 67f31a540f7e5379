// Many questions whose deadline is one second: how long until all are settled, and what creates wait for meanwhile.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { sqlHasDeadline } from '../../../packages/hub/src/store/codes.ts';
import { runOpenLoop } from '../../load/open-loop.ts';
import { countRequest, createsFor } from '../../load/requests.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { cpuBetween, cpuTimes } from '../../measure/process-times.ts';
import { quantile } from '../../measure/statistics.ts';
import { startHub } from '../../setup/child-process.ts';
import { openOfflineFeed } from '../../setup/offline-feed.ts';
import { questionWrites } from '../../setup/push-writes.ts';
import { type BenchUser, makeDataDir, removeDataDir, users } from '../../setup/world.ts';

const questions = 100_000;
const userCount = 10_000;
const createsPerSecond = 200;
const connections = 64;
const runs = 3;
/** The questions are stored and the hub is up well before. */
const prepareMs = 45_000;
const leadMs = 2000;
/** How long creates go on after the deadline, at most. */
const loadMs = 30_000;

export const deadlines: Benchmark = {
  name: 'deadlines',
  about:
    `${questions} open questions of ${userCount} users, all with the same deadline, stored through the hub's own planner ` +
    `before it starts; ${createsPerSecond} creates/s of those users at a fixed rate, from ${leadMs / 1000} s before the ` +
    'deadline until all are settled, which the bench sees in the database. The clock of a create runs from the moment ' +
    `that it was due to its answer. ${runs} runs, each with a hub of its own. ` +
    'The cores were shared with other work (load 12): the CPU time of the two threads says what cores of its own would take.',
  async run() {
    const measured: Measured[] = [];
    for (let run = 0; run < runs; run++) measured.push(await settleAll(users(userCount)));
    const ms = { digits: 1, unit: 'ms' };
    return [
      figure({
        what: 'from the deadline to the last that is settled',
        runs: measured.map(({ settledMs }) => settledMs / 1000),
        ...{ digits: 2, unit: 's', atMost: 10 },
      }),
      figure({ what: 'creates meanwhile, p99', runs: measured.map(({ p99 }) => p99), ...ms, atMost: 100 }),
      figure({ what: 'creates meanwhile, p50', runs: measured.map(({ p50 }) => p50), ...ms }),
      figure({ what: 'main thread, a deadline', runs: measured.map(({ mainUs }) => mainUs), unit: 'µs' }),
      figure({
        what: "writer's thread, a deadline",
        runs: measured.map(({ writerUs }) => writerUs),
        unit: 'µs',
      }),
    ];
  },
};

interface Measured {
  readonly settledMs: number;
  readonly p50: number;
  readonly p99: number;
  /** The creates beside it included. */
  readonly mainUs: number;
  readonly writerUs: number;
}

async function settleAll(people: readonly BenchUser[]): Promise<Measured> {
  const dataDir = makeDataDir();
  const path = join(dataDir, 'feed.db');
  const respondBy = Date.now() + prepareMs;
  const feed = openOfflineFeed(path);
  feed.write(questionWrites(people, questions, respondBy));
  feed.close();
  const hub = await startHub({ dataDir });
  await sendAll(hub.port, people.map(countRequest), 200);
  const early = respondBy - leadMs - Date.now();
  if (early < 0) throw new Error(`the deadline came ${-early} ms before the hub was warm`);
  await delay(early);
  const stop = new AbortController();
  const load = createsUntil(stop.signal, hub.port, people);
  await delay(respondBy - Date.now());
  const before = cpuTimes(hub.pid);
  const settledAt = await allSettled(path);
  const { mainUs, writerUs } = cpuBetween(before, cpuTimes(hub.pid));
  stop.abort();
  const latencies = await load;
  const meanwhile = latencies.filter(({ at }) => at >= respondBy && at <= settledAt).map(({ ms }) => ms);
  await hub.stop();
  console.log(`  ${((settledAt - respondBy) / 1000).toFixed(2)} s`);
  removeDataDir(dataDir);
  return {
    settledMs: settledAt - respondBy,
    p50: quantile(meanwhile, 0.5),
    p99: quantile(meanwhile, 0.99),
    mainUs: mainUs / questions,
    writerUs: writerUs / questions,
  };
}

/** When a reader of the database finds none any more that waits for its deadline. */
async function allSettled(path: string): Promise<number> {
  const db = new DatabaseSync(path, { readOnly: true });
  const open = db.prepare(`SELECT 1 FROM notification WHERE ${sqlHasDeadline()} LIMIT 1`);
  const givenUpAt = performance.now() + 10 * loadMs;
  while (open.get()) {
    if (performance.now() > givenUpAt) throw new Error('the questions are not settled');
    await delay(20);
  }
  db.close();
  return Date.now();
}

interface Latency {
  readonly at: number;
  readonly ms: number;
}

async function createsUntil(
  signal: AbortSignal,
  port: number,
  people: readonly BenchUser[],
): Promise<Latency[]> {
  const next = createsFor(people);
  const latencies: Latency[] = [];
  // Slices, since the loop has a fixed count.
  while (!signal.aborted) {
    const started: number[] = [];
    await runOpenLoop({
      ...{ port, perSecond: createsPerSecond, count: createsPerSecond / 4, connections, expected: 201 },
      request(index, startedAt) {
        started[index] = startedAt;
        return next();
      },
      onAnswer(index) {
        latencies.push({ at: Date.now(), ms: performance.now() - (started[index] ?? 0) });
      },
    });
  }
  return latencies;
}
