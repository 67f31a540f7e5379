// What an idle stream keeps in the hub's memory, for each way to have one.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { collectGarbage } from '../../measure/collect-garbage.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { residentBytes } from '../../measure/process-times.ts';
import { settledAbout, settledBytes } from '../../measure/settled-memory.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { makeDataDir, users } from '../../setup/world.ts';

/** What the process that holds the streams is told. */
export interface StreamOrder {
  readonly port: number;
  readonly kind: 'sse' | 'ws' | 'h2';
  readonly tls: boolean;
  readonly count: number;
  readonly tokens: readonly string[];
}

const count = 10_000;
const userCount = 1000;
const openMaxMs = 300_000;

const cases = [
  { what: 'WebSocket', kind: 'ws', tls: false, atMost: 12 },
  { what: 'SSE', kind: 'sse', tls: false, atMost: 20 },
  { what: 'WebSocket over TLS', kind: 'ws', tls: true, atMost: 60 },
  { what: 'SSE over TLS', kind: 'sse', tls: true, atMost: 75 },
  { what: 'SSE over HTTP/2, a connection each', kind: 'h2', tls: true, atMost: 95 },
] as const;

export const streams: Benchmark = {
  name: 'streams',
  about:
    `${count} idle streams of ${userCount} users, held by another process: the memory above that of the same hub before ` +
    'them, divided by their number. What is kept is measured after a garbage collection that the inspector was asked ' +
    `for, before the streams and with them; beside it the same without one. ${settledAbout}`,
  async run() {
    const figures: Figure[] = [];
    for (const each of cases) figures.push(...(await measure(each)));
    return figures;
  },
};

async function measure({ what, kind, tls, atMost }: (typeof cases)[number]): Promise<Figure[]> {
  const hub = await startHub({ dataDir: makeDataDir(), tls });
  const idle = await memoryOf(hub);
  const client = fork(new URL('../../children/stream-client.ts', import.meta.url));
  const tokens = users(userCount).map(({ token }) => token);
  await open(client, { port: hub.port, kind, tls, count, tokens });
  const full = await memoryOf(hub);
  const gone = once(client, 'exit');
  client.kill();
  await gone;
  await hub.stop();
  const rest = { digits: 1, unit: 'KiB' };
  return [
    figure({ what: `${what}, kept`, runs: [(full.kept - idle.kept) / count / 1024], ...rest, atMost }),
    figure({
      what: `${what}, without a collection`,
      runs: [(full.settled - idle.settled) / count / 1024],
      ...rest,
    }),
  ];
}

async function memoryOf(hub: Child): Promise<{ settled: number; kept: number }> {
  const settled = await settledBytes(hub.pid);
  await collectGarbage(hub);
  return { settled, kept: residentBytes(hub.pid) };
}

async function open(client: ChildProcess, order: StreamOrder): Promise<void> {
  const signal = AbortSignal.timeout(openMaxMs);
  const ended = once(client, 'exit', { signal }).then(() => Promise.reject(new Error('the client ended')));
  ended.catch(() => {});
  client.send(order);
  await Promise.race([once(client, 'message', { signal }), ended]);
}
