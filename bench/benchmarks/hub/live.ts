// From the request that changes something to the frame on the user's other devices, while others do the same.
import type { Buffer } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import { runOpenLoop } from '../../load/open-loop.ts';
import { createRequest, nextName, stateRequest } from '../../load/requests.ts';
import { openStreams, type StreamKind } from '../../load/stream-connection.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import { startHub } from '../../setup/child-process.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

export const userCount = 1000;
const createsPerSecond = 500;
const warmUp = 2000;
const measured = 7500;
const connections = 64;
export const kinds: readonly StreamKind[] = ['sse', 'ws'];
const named = { sse: 'SSE', ws: 'WebSocket' } as const;

export const live: Benchmark = {
  name: 'live',
  about:
    `${userCount} users, each with one SSE and one WebSocket stream; ${createsPerSecond} requests/s at a fixed rate, ` +
    `${measured} measured after ${warmUp}; the clock runs from writing the request to reading the frame, in the ` +
    'generator. First creates, then PATCHes that dismiss what was created. The spread is that of the requests.',
  async run() {
    const hub = await startHub({ dataDir: makeDataDir() });
    const watch = new Watch();
    const people = users(userCount);
    const each = kinds.flatMap((kind) =>
      people.map((user) => ({
        port: hub.port,
        kind,
        user,
        onText: (text: string) => watch.read(kind, text),
        onEnd: (error: Error) => watch.fail(error),
      })),
    );
    const streams = await openStreams(each);
    const created = await runCreates(hub.port, people, watch);
    const posted = figures('create → live device', watch.take());
    await runStates(hub.port, people, created, watch);
    const changed = figures('state change → other device', watch.take());
    for (const stream of streams) stream.close();
    await hub.stop();
    return [...posted, ...changed];
  },
};

export async function runCreates(
  port: number,
  people: readonly BenchUser[],
  watch: Watch,
  perSecond = createsPerSecond,
): Promise<string[]> {
  watch.key = /"appNotificationId":"([^"]+)"/g;
  const ids: string[] = [];
  const load = { port, perSecond, connections, count: warmUp + measured, expected: 201 };
  await runOpenLoop({
    ...load,
    request(index, startedAt) {
      const name = nextName();
      watch.expect(name, startedAt, index >= warmUp);
      return createRequest(people[index % userCount] as BenchUser, name);
    },
    onAnswer(index, bytes: Buffer, bodyStart) {
      ids[index] = (JSON.parse(bytes.toString('utf8', bodyStart)) as { id: string }).id;
    },
  });
  await watch.settled();
  return ids;
}

async function runStates(
  port: number,
  people: readonly BenchUser[],
  ids: readonly string[],
  watch: Watch,
): Promise<void> {
  watch.key = /"value":\{"id":"([^"]+)"/g;
  const load = { port, perSecond: createsPerSecond, connections, count: ids.length, expected: 200 };
  await runOpenLoop({
    ...load,
    request(index, startedAt) {
      const id = ids[index] as string;
      watch.expect(id, startedAt, index >= warmUp);
      return stateRequest(people[index % userCount] as BenchUser, id);
    },
  });
  await watch.settled();
}

type Latencies = Record<StreamKind, number[]>;

/** What has been sent, and when each of the user's two streams told of it. */
export class Watch {
  key = /(?!)/g;
  readonly #waiting = new Map<string, { startedAt: number; counts: boolean; seen: Set<StreamKind> }>();
  #latencies: Latencies = { sse: [], ws: [] };
  #failure: Error | null = null;

  expect(key: string, startedAt: number, counts: boolean): void {
    this.#waiting.set(key, { startedAt, counts, seen: new Set() });
  }

  read(kind: StreamKind, text: string): void {
    const now = performance.now();
    for (const [, key = ''] of text.matchAll(this.key)) {
      const sent = this.#waiting.get(key);
      if (!sent || sent.seen.has(kind)) continue;
      sent.seen.add(kind);
      if (sent.counts) this.#latencies[kind].push(now - sent.startedAt);
      if (sent.seen.size === kinds.length) this.#waiting.delete(key);
    }
  }

  fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Every frame has come; one that does not is an error. */
  async settled(): Promise<void> {
    for (let waitedMs = 0; this.#waiting.size > 0 && waitedMs < 5000; waitedMs += 10) await delay(10);
    if (this.#failure) throw this.#failure;
    if (this.#waiting.size > 0) throw new Error(`${this.#waiting.size} changes did not come over a stream`);
  }

  take(): Latencies {
    const taken = this.#latencies;
    this.#latencies = { sse: [], ws: [] };
    return taken;
  }
}

export function figures(what: string, latencies: Latencies, atMost = { half: 5, most: 25 }): Figure[] {
  const ms = { digits: 2, unit: 'ms' };
  return kinds.flatMap((kind) => {
    const runs = latencies[kind];
    const half = figure({ what: `${what}, ${named[kind]}, p50`, runs, ...ms, atMost: atMost.half });
    const most = figure({
      what: `${what}, ${named[kind]}, p99`,
      runs: [quantile(runs, 0.99)],
      ...ms,
      atMost: atMost.most,
    });
    return [half, most];
  });
}
