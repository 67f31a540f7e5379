// Whether creates slow down when a million notifications are stored already.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { countRequest, createsFor } from '../../load/requests.ts';
import { ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { fillFeeds } from '../../setup/fill-feeds.ts';
import { type BenchUser, makeDataDir, removeDataDir, users } from '../../setup/world.ts';

const storedCount = 1_000_000;
const userCount = 10_000;
const rounds = 7;
const connections = 64;

export const stored: Benchmark = {
  name: 'stored',
  about:
    `Creates into a hub with ${storedCount} notifications of ${userCount} users, filled through the hub's own planner, ` +
    `against one that begins empty; ${connections} connections, ${rounds} rounds. ${roundsAbout}`,
  async run() {
    const people = users(userCount);
    const filled = makeDataDir();
    const startedAt = performance.now();
    fillFeeds(join(filled, 'feed.db'), people, storedCount);
    const megabytes = statSync(join(filled, 'feed.db')).size / 1e6;
    console.log(
      `  filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${megabytes.toFixed(0)} MB`,
    );
    const empty = makeDataDir();
    const servers = { million: await startWarm(filled, people), empty: await startWarm(empty, people) };
    const load = { connections, nextRequest: createsFor(people), expected: [201] };
    const runs = await runRounds({ servers, rounds, load });
    await Promise.all([servers.million.stop(), servers.empty.stop()]);
    removeDataDir(filled);
    removeDataDir(empty);
    const us = { digits: 1, unit: 'µs' };
    const writer = (name: 'million' | 'empty') => runs.map((run) => run[name].cpu.writerUs);
    return [
      figure({
        what: 'rate with a million stored against empty',
        runs: ratios(runs, 'million', 'empty'),
        digits: 3,
        atLeast: 0.85,
      }),
      figure({ what: "writer's thread, a create, a million stored", runs: writer('million'), ...us }),
      figure({ what: "writer's thread, a create, beginning empty", runs: writer('empty'), ...us }),
      figure({
        what: 'size of a stored notification',
        runs: [(megabytes * 1e6) / storedCount],
        unit: 'bytes',
      }),
    ];
  },
};

async function startWarm(dataDir: string, people: readonly BenchUser[]): Promise<Child> {
  const hub = await startHub({ dataDir });
  await sendAll(hub.port, people.map(countRequest), 200);
  return hub;
}
