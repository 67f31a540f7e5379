// From the answer to a question to the sender who waits for it, at the same node and at another.
import type { Buffer } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import { askRequest, respondRequest, waitRequest } from '../../load/question-requests.ts';
import { openConnection } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import { startHub } from '../../setup/child-process.ts';
import { clusterAbout, openCluster } from '../../setup/cluster.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

const warmUps = 50;
const measured = 500;
const userCount = 100;
/** Until the wait is open for certain. */
const openMs = 20;

export const answers: Benchmark = {
  name: 'answers',
  about:
    `One question after another of ${userCount} users; each is waited for on a connection of its own and answered ` +
    `${openMs} ms later. The clock runs from writing the answer to reading what the wait is answered; ${measured} ` +
    `measured after ${warmUps}. At the same node over SQLite; then answered at node A and waited for at node B, over ` +
    `${clusterAbout}. The spread is that of the answers.`,
  async run() {
    const people = users(userCount);
    const hub = await startHub({ dataDir: makeDataDir() });
    const same = await measure({ answering: hub.port, waiting: hub.port, people });
    await hub.stop();
    const cluster = await openCluster();
    const a = await cluster.startNode();
    const b = await cluster.startNode();
    const other = await measure({ answering: a.port, waiting: b.port, people });
    await Promise.all([a.stop(), b.stop()]);
    await cluster.close();
    return [
      ...figures('answer → the waiting sender', same, { half: 5, most: 25 }),
      ...figures('answer → the waiting sender at another node', other, { half: 10, most: 50 }),
    ];
  },
};

interface Stage {
  readonly answering: number;
  readonly waiting: number;
  readonly people: readonly BenchUser[];
}

async function measure({ answering, waiting, people }: Stage): Promise<number[]> {
  const device = openConnection(answering);
  const sender = openConnection(waiting);
  const times: number[] = [];
  for (let index = 0; index < warmUps + measured; index++) {
    const user = people[index % people.length] as BenchUser;
    const id = idOf(await device.ask(askRequest(user), 201));
    const told = sender.ask(waitRequest(user, id), 200).then(() => performance.now());
    await delay(openMs);
    const startedAt = performance.now();
    const [toldAt] = await Promise.all([told, device.ask(respondRequest(user, id), 200)]);
    if (index >= warmUps) times.push(toldAt - startedAt);
  }
  device.close();
  sender.close();
  return times;
}

function idOf(answer: Buffer): string {
  const { id } = JSON.parse(answer.toString()) as { id: string };
  return id;
}

function figures(what: string, runs: readonly number[], atMost: { half: number; most: number }): Figure[] {
  const ms = { digits: 2, unit: 'ms' };
  return [
    figure({ what: `${what}, p50`, runs, ...ms, atMost: atMost.half }),
    figure({ what: `${what}, p99`, runs: [quantile(runs, 0.99)], ...ms, atMost: atMost.most }),
  ];
}
