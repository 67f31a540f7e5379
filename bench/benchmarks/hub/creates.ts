// Durable creates against the least that a Node server can do, and against the same hub with a store that keeps nothing.
import { countRequest, createsFor } from '../../load/requests.ts';
import { type Round, ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import type { CpuTimes } from '../../measure/process-times.ts';
import { type Child, startChild, startHub } from '../../setup/child-process.ts';
import { type BenchUser, makeDataDir, publicUrl, users } from '../../setup/world.ts';

const rounds = 9;
const logRounds = 3;
const userCount = 10_000;
const connections = 64;

export const creates: Benchmark = {
  name: 'creates',
  about:
    `${connections} connections, ${userCount} users, each request another user and a new appNotificationId; ` +
    `SQLite with an fsync a commit; ${rounds} rounds. ${roundsAbout} The bare server is node:http in a process of its ` +
    'own that reads and parses the same body; the null store is the same hub planning over nothing and keeping ' +
    'nothing. The default log level is compared with warn in 3 rounds of their own, both beginning empty.',
  async run() {
    const people = users(userCount);
    const nextRequest = createsFor(people);
    const load = { connections, nextRequest, expected: [201] };
    const main = {
      durable: await startWarm(people, 'warn'),
      bare: await startChild('bare-server.ts'),
      null: await startNull(people),
    };
    const runs = await runRounds({ servers: main, rounds, load });
    await Promise.all(Object.values(main).map((server) => server.stop()));
    // Both begin empty, since a create costs more the more is stored.
    const log = { warn: await startWarm(people, 'warn'), info: await startWarm(people, 'info') };
    const logRuns = await runRounds({ servers: log, rounds: logRounds, load });
    await Promise.all(Object.values(log).map((server) => server.stop()));
    return [...figures(runs), ...logFigures(logRuns)];
  },
};

/** The tokens are verified once and known from then on. */
async function startWarm(people: readonly BenchUser[], logLevel: 'warn' | 'info'): Promise<Child> {
  const hub = await startHub({ dataDir: makeDataDir(), logLevel });
  await sendAll(hub.port, people.map(countRequest), 200);
  return hub;
}

async function startNull(people: readonly BenchUser[]): Promise<Child> {
  const hub = await startChild('null-hub.ts', [makeDataDir(), publicUrl]);
  await sendAll(hub.port, people.map(countRequest), 200);
  return hub;
}

const us = { digits: 1, unit: 'µs' };

function figures(runs: readonly Round<'durable' | 'bare' | 'null'>[]): Figure[] {
  const rate = (name: 'durable' | 'bare' | 'null') => runs.map((run) => run[name].perSecond);
  const cpu = (name: 'durable' | 'bare' | 'null', part: keyof CpuTimes) =>
    runs.map((run) => run[name].cpu[part]);
  const mainRatio = runs.map(({ durable, bare }) => durable.cpu.mainUs / bare.cpu.mainUs);
  return [
    figure({ what: 'durable creates', runs: rate('durable'), unit: '/s' }),
    figure({
      what: 'rate against the bare server',
      runs: ratios(runs, 'durable', 'bare'),
      digits: 3,
      atLeast: 0.45,
    }),
    figure({
      what: 'rate against the null store',
      runs: ratios(runs, 'durable', 'null'),
      digits: 3,
      atLeast: 0.75,
    }),
    figure({ what: 'main thread, a create', runs: cpu('durable', 'mainUs'), ...us, atMost: 75 }),
    figure({ what: "writer's thread, a create", runs: cpu('durable', 'writerUs'), ...us, atMost: 40 }),
    figure({ what: 'other threads (V8, libuv), a create', runs: cpu('durable', 'othersUs'), ...us }),
    figure({ what: 'main thread, a create with the null store', runs: cpu('null', 'mainUs'), ...us }),
    figure({ what: 'main thread of the bare server, a request', runs: cpu('bare', 'mainUs'), ...us }),
    figure({ what: "main thread against the bare server's", runs: mainRatio, digits: 2 }),
    figure({ what: 'bare server', runs: rate('bare'), unit: '/s' }),
  ];
}

function logFigures(runs: readonly Round<'warn' | 'info'>[]): Figure[] {
  const info = runs.map((run) => run.info.cpu.mainUs);
  return [
    figure({
      what: 'rate with the default log level against warn',
      runs: ratios(runs, 'info', 'warn'),
      digits: 3,
    }),
    figure({ what: 'main thread, a create with the default log level', runs: info, ...us }),
  ];
}
