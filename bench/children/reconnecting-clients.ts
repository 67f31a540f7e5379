// Holds many clients of the client library in one process, each of a user of its own. It tells its parent when all are
// live, and, after their hub was restarted, when all are live again and how many requests each second saw.
import { connectHub, type Feed } from '../../packages/client/src/index.ts';
import type { Reconnected, ReconnectOrder } from '../benchmarks/pages/client-reconnect.ts';

/** When each request left; a WebSocket's upgrade is one. */
const sentAt: number[] = [];
const startedAtOnce = 50;

class CountedWebSocket extends WebSocket {
  constructor(url: string, options?: string[]) {
    super(url, options);
    sentAt.push(performance.now());
  }
}

const countedFetch: typeof fetch = (input, init) => {
  sentAt.push(performance.now());
  return fetch(input, init);
};

process.on('disconnect', () => process.exit());
process.once('message', (order: ReconnectOrder) => void run(order));

async function run({ port, tokens }: ReconnectOrder): Promise<void> {
  const feeds: Feed[] = [];
  for (let index = 0; index < tokens.length; index += startedAtOnce) {
    const some = tokens.slice(index, index + startedAtOnce).map((token) => open(port, token));
    feeds.push(...some);
    await Promise.all(some.map((feed) => feed.ready));
  }
  await reached(feeds, 'live');
  process.send?.('live');
  await told('stopping');
  sentAt.length = 0;
  const ready = told('ready').then(() => performance.now());
  await reached(feeds, 'offline');
  await reached(feeds, 'live');
  const readyAt = await ready;
  const now = performance.now();
  const transports = feeds.map(({ status }) => status.transport);
  const answer: Reconnected = {
    liveAtMs: performance.timeOrigin + now,
    requests: sentAt.length,
    busiestSecond: busiestSecond(sentAt),
    busiestServedSecond: busiestSecond(sentAt.filter((at) => at >= readyAt)),
    webSockets: transports.filter((transport) => transport === 'webSocket').length,
  };
  process.send?.(answer);
}

function open(port: number, token: string): Feed {
  const hub = connectHub({
    baseUrl: `http://127.0.0.1:${port}`,
    token: async () => token,
    storage: 'memory',
    fetch: countedFetch,
    WebSocket: CountedWebSocket,
  });
  return hub.feed();
}

/** Resolves when each has been in the phase since this was asked. */
async function reached(feeds: readonly Feed[], phase: string): Promise<void> {
  await Promise.all(
    feeds.map((feed) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (feed.status.phase === phase) resolve();
      };
      const stop = feed.subscribe(look);
      look();
      return promise.finally(stop);
    }),
  );
}

function told(message: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.on('message', (each) => each === message && resolve());
  return promise;
}

function busiestSecond(times: readonly number[]): number {
  let [most, first] = [0, 0];
  for (let last = 0; last < times.length; last++) {
    while ((times[last] as number) - (times[first] as number) >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
