// One create that a thousand streams of its user wait for: how long until the last of them has read it.
import { setTimeout as delay } from 'node:timers/promises';
import { createRequest, nextName } from '../../load/requests.ts';
import { openConnection } from '../../load/send-all.ts';
import { openStreams, type StreamKind } from '../../load/stream-connection.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

const streamCount = 1000;
const warmUps = 5;
const runs = 20;

export const fanOut: Benchmark = {
  name: 'fan-out',
  about:
    `One user with ${streamCount} streams, all read by the generator; from writing the create to reading the last ` +
    `frame, ${runs} times after ${warmUps}, one every 100 ms.`,
  async run() {
    const hub = await startHub({ dataDir: makeDataDir() });
    const [user] = users(1) as [BenchUser];
    const sse = await measure(hub.port, 'sse', user);
    const ws = await measure(hub.port, 'ws', user);
    await hub.stop();
    const rest = { digits: 1, unit: 'ms', atMost: 20 };
    return [
      figure({ what: `to the last of ${streamCount} SSE streams`, runs: sse, ...rest }),
      figure({ what: `to the last of ${streamCount} WebSocket streams`, runs: ws, ...rest }),
    ];
  },
};

async function measure(port: number, kind: StreamKind, user: BenchUser): Promise<number[]> {
  let wanted = '';
  let missing = 0;
  let lastRead = (): void => {};
  let failed = (_error: Error): void => {};
  const stream = () => {
    let read = '';
    const onText = (text: string): void => {
      if (read === wanted || !text.includes(wanted)) return;
      read = wanted;
      if (--missing === 0) lastRead();
    };
    return { port, kind, user, onText, onEnd: (error: Error) => failed(error) };
  };
  const streams = await openStreams(Array.from({ length: streamCount }, stream));
  const connection = openConnection(port);
  const times: number[] = [];
  for (let run = 0; run < warmUps + runs; run++) {
    await delay(100);
    wanted = nextName();
    missing = streamCount;
    const all = new Promise<void>((resolve, reject) => {
      lastRead = resolve;
      failed = reject;
    });
    const startedAt = performance.now();
    await Promise.all([all, connection.ask(createRequest(user, wanted), 201)]);
    times.push(performance.now() - startedAt);
  }
  failed = () => {};
  connection.close();
  for (const each of streams) each.close();
  return times.slice(warmUps);
}
