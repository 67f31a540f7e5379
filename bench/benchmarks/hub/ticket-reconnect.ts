// A thousand browsers come back at once, as after a proxy's restart: each opens its stream with a ticket, which the hub
// on PostgreSQL must mark as spent before it answers.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStream } from '../../load/stream-connection.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import type { Child } from '../../setup/child-process.ts';
import { clusterAbout, openCluster } from '../../setup/cluster.ts';
import { type BenchUser, users } from '../../setup/world.ts';

const browsers = 1000;
const rounds = 9;
/** Tickets are asked for beforehand, so many at a time. */
const askedAtOnce = 20;
const watcher = new URL('../../children/watch-stalls.ts', import.meta.url).pathname;

export const ticketReconnect: Benchmark = {
  name: 'ticket-reconnect',
  about:
    `${browsers} browsers open an SSE stream each at once, with tickets, at one node over ${clusterAbout}, all on this ` +
    `machine; ${rounds} rounds after one of warm-up. A stall is the longest time for which a ticker of 1 ms in the hub's ` +
    'main thread did not run, whatever it did instead: its own work, the garbage collector, waiting, or not being scheduled. ' +
    'With the synchronous registry of 1191400, 3 rounds on two cores that were shared with other work (load 35): a stall ' +
    'of 4522 ms (825–4943), 523 ms (110–561) of CPU time between two ticks, 5979 ms (4044–6244) until all were answered, ' +
    '918 (189–937) of them told to come back. The asynchronous one in the same minutes: 149, 39 and 864 ms, and 0.',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-stalls-'));
    const file = join(folder, 'stalls');
    const cluster = await openCluster();
    const env = { NODE_OPTIONS: `--import ${watcher}`, BENCH_STALLS: file };
    const node = await cluster.startNode(cluster.databaseUrl, env);
    const people = users(browsers);
    const stalls: Stall[] = [];
    const times: number[] = [];
    const away: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const tickets = await askTickets(node, people);
      await readStall(node, file);
      const began = performance.now();
      const streams = await Promise.all(people.map((user, index) => open(node, user, tickets[index])));
      const took = performance.now() - began;
      const stall = await readStall(node, file);
      for (const stream of streams) stream?.close();
      if (round === 0) continue;
      times.push(took);
      away.push(streams.filter((stream) => stream === null).length);
      stalls.push(stall);
    }
    await node.stop();
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
    return [
      figure({
        what: 'longest stall of the main thread',
        runs: stalls.map(({ stood }) => stood),
        digits: 1,
        unit: 'ms',
        atMost: 50,
      }),
      figure({
        what: 'most of its own CPU time between two ticks',
        runs: stalls.map(({ worked }) => worked),
        digits: 1,
        unit: 'ms',
      }),
      figure({ what: `until all ${browsers} are answered`, runs: times, unit: 'ms' }),
      figure({ what: 'of them told to come back in a second', runs: away }),
    ];
  },
};

interface Stall {
  readonly stood: number;
  readonly worked: number;
}

/** Null when the hub says that it can't read the feed right now. */
function open({ port }: Child, user: BenchUser, ticket: string | undefined) {
  const onEnd = (error: Error): void => {
    throw error;
  };
  const opened = openStream({ port, kind: 'sse', user, ticket, onText: () => {}, onEnd });
  return opened.catch((error: Error) => {
    if (/"reason":"unavailable"|HTTP\/1.1 406/.test(error.message)) return null;
    throw error;
  });
}

async function askTickets({ port }: Child, people: readonly BenchUser[]): Promise<string[]> {
  const tickets: string[] = [];
  const ask = async ({ token }: BenchUser): Promise<string> => {
    const url = `http://127.0.0.1:${port}/v1.0/me/notifications/streamTicket`;
    const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    const { ticket }: { readonly ticket: string } = JSON.parse(await answer.text());
    return ticket;
  };
  for (let at = 0; at < people.length; at += askedAtOnce)
    tickets.push(...(await Promise.all(people.slice(at, at + askedAtOnce).map(ask))));
  return tickets;
}

/** Since it was read before. */
async function readStall({ pid }: Child, file: string): Promise<Stall> {
  const linesOf = (): string[] =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const before = linesOf().length;
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    const lines = linesOf();
    const newest = lines[before];
    if (newest !== undefined) return JSON.parse(newest);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
