// Carillon beside what else is installed of its kind, in turns on one machine: the rate of creates, how soon a device learns of
// one while little or more goes on, and what an idle server holds.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runOpenLoop } from '../../load/open-loop.ts';
import { openRawStreams } from '../../load/raw-streams.ts';
import { countRequest, createRequest, nextName } from '../../load/requests.ts';
import { type Load, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { streamRequest } from '../../load/stream-connection.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { settledAbout, settledBytes } from '../../measure/settled-memory.ts';
import { quantile } from '../../measure/statistics.ts';
import { type Child, freePort, startHub } from '../../setup/child-process.ts';
import { type PeerRequests, peers, startPeer, versionOf } from '../../setup/peer-servers.ts';
import { makeDataDir, users } from '../../setup/world.ts';

const userCount = 100;
const connections = 64;
const rounds = 5;
const rates = [100, 500] as const;
const warmUp = 200;
const measuredSeconds = 6;
const us = { digits: 1, unit: 'µs' };
const ms = { digits: 2, unit: 'ms' };

interface Contestant extends PeerRequests {
  readonly name: string;
  readonly policy: string;
  readonly created: number;
  readonly child: Child;
}

export const peersBenchmark: Benchmark = {
  name: 'peers',
  about:
    `Carillon, and of ${peers.map(({ name }) => name).join(', ')} what is on the PATH, each with the settings of its ` +
    `documentation for one machine. Idle memory after the start (${settledAbout}); ${connections} connections creating in ` +
    `turns, ${rounds} rounds, users ${userCount}; then a stream a user and creates at ${rates.join(' and ')} a second for ` +
    `${measuredSeconds} s after ${warmUp}: from writing the request to reading the notification in the generator. The ` +
    'spread of a latency is that of the creates.',
  async run() {
    const contestants: Contestant[] = [await startOwn()];
    const absent: Figure[] = [];
    for (const peer of peers) {
      const version = versionOf(peer);
      if (version === null) {
        absent.push({ what: peer.name, value: 'not installed', spread: '', target: '', met: null });
        continue;
      }
      const { policy, created } = peer;
      const child = await startPeer(peer, { folder: join(makeDataDir(), peer.name), port: await freePort() });
      const requests = await peer.open(child.port, userCount);
      contestants.push({ name: `${peer.name} ${version}`, policy, created, child, ...requests });
    }
    const figures = [...(await memory(contestants)), ...(await creates(contestants))];
    for (const each of contestants)
      for (const perSecond of rates) figures.push(...(await latency(each, perSecond)));
    for (const { child } of contestants) await child.stop();
    return [...figures, ...absent];
  },
};

async function startOwn(): Promise<Contestant> {
  const people = users(userCount);
  const child = await startHub({ dataDir: makeDataDir() });
  await sendAll(child.port, people.map(countRequest), 200);
  const userAt = (index: number) => people[index % userCount] as (typeof people)[number];
  return {
    ...{
      name: 'Carillon',
      policy: 'SQLite with an fsync before the answer; a token of each user',
      created: 201,
    },
    child,
    create: (user, name) => createRequest(userAt(user), name),
    stream: (user) => streamRequest('sse', userAt(user).token),
  };
}

async function memory(contestants: readonly Contestant[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, policy, child } of contestants) {
    const megabytes = (await settledBytes(child.pid)) / 1e6;
    figures.push(figure({ what: `${name} (${policy}): idle memory`, runs: [megabytes], unit: 'MB' }));
  }
  return figures;
}

async function creates(contestants: readonly Contestant[]): Promise<Figure[]> {
  const servers = Object.fromEntries(contestants.map(({ name, child }) => [name, child]));
  const loads = new Map(contestants.map((each): [string, Load] => [each.name, loadOf(each)]));
  const runs = await runRounds({ servers, rounds, load: (name) => loads.get(name) as Load });
  return contestants.flatMap(({ name }) => {
    const cpu = runs.map((run) => Object.values(run[name]?.cpu ?? {}).reduce((sum, part) => sum + part, 0));
    const rate = runs.map((run) => run[name]?.perSecond ?? 0);
    return [
      figure({ what: `${name}: creates`, runs: rate, unit: '/s' }),
      figure({ what: `${name}: CPU of the process, a create`, runs: cpu, ...us }),
    ];
  });
}

function loadOf({ create, created }: Contestant): Load {
  let user = 0;
  return { connections, expected: [created], nextRequest: () => create(user++ % userCount, nextName()) };
}

async function latency(contestant: Contestant, perSecond: number): Promise<Figure[]> {
  const { name, child, create, stream, created } = contestant;
  const waiting = new Map<string, { readonly startedAt: number; readonly counts: boolean }>();
  const took: number[] = [];
  const streams = await openRawStreams(
    child.port,
    Array.from({ length: userCount }, (_, user) => stream(user)),
    (text) => {
      const now = performance.now();
      for (const [key] of text.matchAll(/bench-[0-9a-z]{5}-[0-9a-z]{8}/g)) {
        const sent = waiting.get(key);
        if (!sent) continue;
        waiting.delete(key);
        if (sent.counts) took.push(now - sent.startedAt);
      }
    },
  );
  await runOpenLoop({
    ...{ port: child.port, perSecond, connections, expected: created },
    count: warmUp + measuredSeconds * perSecond,
    request(index, startedAt) {
      const key = nextName();
      waiting.set(key, { startedAt, counts: index >= warmUp });
      return create(index % userCount, key);
    },
  });
  for (let waitedMs = 0; waiting.size > 0 && waitedMs < 5000; waitedMs += 10) await delay(10);
  streams.close();
  const what = `${name}: create → device at ${perSecond}/s`;
  const lost = waiting.size === 0 ? [] : [figure({ what: `${what}, never came`, runs: [waiting.size] })];
  return [
    figure({ what: `${what}, p50`, runs: took, ...ms }),
    figure({ what: `${what}, p99`, runs: [quantile(took, 0.99)], ...ms }),
    ...lost,
  ];
}
