// Rates of several servers compared in rounds. Within a round the servers take turns in short slices, so that whatever
// else the machine does falls on all of them, and a ratio is taken within its round.

import { type CpuTimes, cpuBetween, cpuTimes } from '../measure/process-times.ts';
import type { Child } from '../setup/child-process.ts';
import { ClosedLoop, type ClosedLoopOptions } from './closed-loop.ts';

interface Rate {
  readonly perSecond: number;
  /** For one request. */
  readonly cpu: CpuTimes;
}

export type Round<Server extends string> = Readonly<Record<Server, Rate>>;

interface RoundsOptions<Server extends string> {
  readonly servers: Readonly<Record<Server, Child>>;
  readonly rounds: number;
  /** The same for all, or what each is asked. */
  readonly load: Load | ((server: Server) => Load);
}

export type Load = Omit<ClosedLoopOptions, 'port'>;

const warmUpMs = 1000;
const slices = 4;
const leadMs = 100;
const sliceMs = 750;

export const roundsAbout =
  `In each round every server has a second of warm-up, then they take turns, ${slices} slices of ${sliceMs} ms each ` +
  `with ${leadMs} ms of lead; ratios are taken within a round.`;

export async function runRounds<Server extends string>({
  servers,
  rounds,
  load,
}: RoundsOptions<Server>): Promise<Round<Server>[]> {
  const names = Object.keys(servers) as Server[];
  const loadOf = (name: Server): Load => (typeof load === 'function' ? load(name) : load);
  const loops = names.map((name) => new Turns(servers[name], loadOf(name)));
  try {
    const runs: Round<Server>[] = [];
    for (let round = 0; round < rounds; round++) {
      const rates = await runRound(loops);
      runs.push(Object.fromEntries(names.map((name, index) => [name, rates[index]])) as Round<Server>);
      const shown = names.map((name, index) => `${name} ${rates[index]?.perSecond.toFixed(0)}/s`);
      console.log(`  round ${round + 1}: ${shown.join(', ')}`);
    }
    return runs;
  } finally {
    for (const loop of loops) loop.close();
  }
}

async function runRound(loops: readonly Turns[]): Promise<Rate[]> {
  for (const loop of loops) await loop.warmUp();
  for (let slice = 0; slice < slices; slice++) {
    for (const loop of slice % 2 === 0 ? loops : loops.toReversed()) await loop.take();
  }
  return loops.map((loop) => loop.finish());
}

/** One server's turns of a round. */
class Turns {
  readonly #loop: ClosedLoop;
  readonly #pid: number;
  #requests = 0;
  #ms = 0;
  #cpu: CpuTimes = { mainUs: 0, writerUs: 0, othersUs: 0 };

  constructor({ port, pid }: Child, load: Load) {
    this.#pid = pid;
    this.#loop = new ClosedLoop({ ...load, port });
  }

  async warmUp(): Promise<void> {
    await this.#loop.run({ leadMs: 0, measureMs: warmUpMs });
  }

  async take(): Promise<void> {
    const edges: CpuTimes[] = [];
    const onEdge = (): void => void edges.push(cpuTimes(this.#pid));
    const { requests, ms } = await this.#loop.run({ leadMs, measureMs: sliceMs, onEdge });
    this.#requests += requests;
    this.#ms += ms;
    const used = cpuBetween(edges[0] as CpuTimes, edges[1] as CpuTimes);
    this.#cpu = each(this.#cpu, (us, part) => us + used[part]);
  }

  finish(): Rate {
    const cpu = each(this.#cpu, (us) => us / this.#requests);
    const perSecond = (this.#requests / this.#ms) * 1000;
    this.#requests = 0;
    this.#ms = 0;
    this.#cpu = { mainUs: 0, writerUs: 0, othersUs: 0 };
    return { perSecond, cpu };
  }

  close(): void {
    this.#loop.close();
  }
}

function each(times: CpuTimes, map: (us: number, part: keyof CpuTimes) => number): CpuTimes {
  const { mainUs, writerUs, othersUs } = times;
  return {
    mainUs: map(mainUs, 'mainUs'),
    writerUs: map(writerUs, 'writerUs'),
    othersUs: map(othersUs, 'othersUs'),
  };
}

export function ratios<Server extends string>(
  rounds: readonly Round<Server>[],
  of: Server,
  to: Server,
): number[] {
  return rounds.map((round) => round[of].perSecond / round[to].perSecond);
}
