// How the clients of the client library come back to a hub that was restarted: soon, and not all at once.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import { makeDataDir, users } from '../../setup/world.ts';

/** What the process that holds the clients is told. */
export interface ReconnectOrder {
  readonly port: number;
  readonly tokens: readonly string[];
}

export interface Reconnected {
  /** When the last one was live, in milliseconds since 1970. */
  readonly liveAtMs: number;
  readonly requests: number;
  /** In any 1 000 ms. */
  readonly busiestSecond: number;
  /** The same, of those since the new hub was ready. */
  readonly busiestServedSecond: number;
  readonly webSockets: number;
}

const count = 1000;
const maxMs = 120_000;

export const clientReconnect: Benchmark = {
  name: 'client-reconnect',
  about:
    `${count} clients of the client library, each of a user of its own, live over WebSockets in one process; their hub is ` +
    'stopped with SIGTERM and started again on the same data and port. The time runs from the signal; beside it from ' +
    'when the new hub is ready. Requests are counted where they leave: since the new hub is ready, and all.',
  async run() {
    const dataDir = makeDataDir();
    const hub = await startHub({ dataDir });
    const clients = fork(new URL('../../children/reconnecting-clients.ts', import.meta.url));
    const tokens = users(count).map(({ token }) => token);
    clients.send({ port: hub.port, tokens } satisfies ReconnectOrder);
    await told(clients);
    clients.send('stopping');
    const stoppedAtMs = Date.now();
    await hub.stop();
    const again = await startHub({ dataDir, port: hub.port });
    const readyAtMs = Date.now();
    clients.send('ready');
    const { liveAtMs, requests, webSockets, ...busiest } = (await told(clients)) as Reconnected;
    const gone = once(clients, 'exit');
    clients.kill();
    await gone;
    await again.stop();
    const seconds = { digits: 1, unit: 's' };
    return [
      figure({ what: 'all live after', runs: [(liveAtMs - stoppedAtMs) / 1000], ...seconds, atMost: 10 }),
      figure({ what: 'all live after the hub is ready', runs: [(liveAtMs - readyAtMs) / 1000], ...seconds }),
      figure({ what: 'requests in the busiest second', runs: [busiest.busiestServedSecond], atMost: 200 }),
      figure({ what: 'the same, with those that found no hub', runs: [busiest.busiestSecond] }),
      figure({ what: 'requests', runs: [requests] }),
      figure({ what: 'live over a WebSocket', runs: [webSockets], atLeast: count }),
    ];
  },
};

async function told(clients: ChildProcess): Promise<unknown> {
  const signal = AbortSignal.timeout(maxMs);
  const ended = once(clients, 'exit', { signal }).then(() => Promise.reject(new Error('the clients ended')));
  ended.catch(() => {});
  const [message] = await Promise.race([once(clients, 'message', { signal }), ended]);
  return message;
}
