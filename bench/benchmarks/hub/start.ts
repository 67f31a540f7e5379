// How soon a hub serves when its data is there already, and what it holds while nobody asks for anything.
import { createsFor } from '../../load/requests.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { settledAbout, settledBytes } from '../../measure/settled-memory.ts';
import { startHub } from '../../setup/child-process.ts';
import { makeDataDir, users } from '../../setup/world.ts';

const runs = 5;
const stored = 10_000;

export const start: Benchmark = {
  name: 'start',
  about:
    `\`carillon serve\` on a data folder with ${stored} notifications, from the start of its process to the line that ` +
    `it is ready; ${runs} times, after a first that makes Node's compile cache. ${settledAbout} No garbage collection is forced.`,
  async run() {
    const dataDir = makeDataDir();
    const first = await startHub({ dataDir });
    const nextRequest = createsFor(users(1000));
    await sendAll(first.port, Array.from({ length: stored }, nextRequest), 201);
    await first.stop();
    const readyMs: number[] = [];
    const idleMegabytes: number[] = [];
    for (let run = 0; run < runs; run++) {
      const hub = await startHub({ dataDir });
      readyMs.push(hub.readyMs);
      idleMegabytes.push((await settledBytes(hub.pid)) / 1e6);
      await hub.stop();
    }
    return [
      figure({ what: 'start to ready', runs: readyMs, unit: 'ms', atMost: 1000 }),
      figure({ what: 'idle memory', runs: idleMegabytes, unit: 'MB', atMost: 130 }),
    ];
  },
};
