// The executable that `npm run pack` makes: how soon it serves, how large it is, and what it does on one core with 512 MiB.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packOnce } from '../../../tools/pack/pack-once.ts';
import { ClosedLoop } from '../../load/closed-loop.ts';
import { createsFor } from '../../load/requests.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { residentBytes } from '../../measure/process-times.ts';
import { settledAbout, settledBytes } from '../../measure/settled-memory.ts';
import { startExecutable } from '../../setup/child-process.ts';
import { makeSmallMachine } from '../../setup/small-machine.ts';
import { makeDataDir, users } from '../../setup/world.ts';

const runs = 5;
const stored = 10_000;
const connections = 16;
const measureMs = 20_000;

export const executable: Benchmark = {
  name: 'executable',
  about:
    `The executable of \`npm run pack\` on a data folder with ${stored} notifications, ${runs} starts; then the same within a ` +
    `control group of 512 MiB, page cache included, and on one core, where ${connections} connections from the other core create ` +
    `notifications for ${measureMs / 1000} s. ${settledAbout}`,
  async run() {
    const file = await findExecutable();
    const dataDir = makeDataDir();
    const first = await startExecutable({ file, dataDir });
    const nextRequest = createsFor(users(1000));
    await sendAll(first.port, Array.from({ length: stored }, nextRequest), 201);
    await first.stop();
    const readyMs: number[] = [];
    const idleMegabytes: number[] = [];
    for (let run = 0; run < runs; run++) {
      const hub = await startExecutable({ file, dataDir });
      readyMs.push(hub.readyMs);
      idleMegabytes.push((await settledBytes(hub.pid)) / 1e6);
      await hub.stop();
    }
    return [
      figure({ what: 'start to ready', runs: readyMs, unit: 'ms', atMost: 1000 }),
      figure({ what: 'size', runs: [statSync(file).size / 1e6], unit: 'MB', atMost: 150 }),
      figure({ what: 'idle memory', runs: idleMegabytes, unit: 'MB' }),
      ...(await onSmallMachine({ file, dataDir, nextRequest })),
    ];
  },
};

interface Load {
  readonly file: string;
  readonly dataDir: string;
  readonly nextRequest: () => string;
}

async function onSmallMachine({ file, dataDir, nextRequest }: Load): Promise<Figure[]> {
  const machine = makeSmallMachine();
  const hub = await startExecutable({ file, dataDir, prefix: machine.prefix });
  const loop = new ClosedLoop({ port: hub.port, connections, nextRequest, expected: [201] });
  const { requests, ms } = await loop.run({ leadMs: 2000, measureMs });
  loop.close();
  const resident = residentBytes(hub.pid) / 1e6;
  await hub.stop();
  const figures = [
    figure({ what: 'start to ready, 512 MiB and one core', runs: [hub.readyMs], unit: 'ms' }),
    figure({ what: 'durable creates there', runs: [(requests * 1000) / ms], unit: '/s' }),
    figure({ what: 'resident memory there, after the load', runs: [resident], unit: 'MB' }),
    figure({ what: 'memory there at most, with page cache', runs: [machine.peakBytes() / 1e6], unit: 'MB' }),
    figure({ what: 'processes ended there for want of memory', runs: [machine.ended()], atMost: 0 }),
  ];
  machine.remove();
  return figures;
}

async function findExecutable(): Promise<string> {
  const [first] = await packOnce();
  const folder = dirname(first?.tarball ?? '');
  const { artefacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    readonly artefacts: readonly { readonly kind: string; readonly file: string }[];
  };
  const found = artefacts.find(({ kind }) => kind === 'executable');
  if (!found) throw new Error('npm run pack makes an executable on Linux alone');
  return join(folder, found.file);
}
