// What one user's failing addresses cost another user of the same app and push service.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { type BenchUser, hostName, makeDataDir, users } from '../../setup/world.ts';

const addresses = 100;
const measured = 100;
const everyMs = 100;
const arrivesMaxMs = 60_000;
/** The push service's answers to the addresses that fail; null: none at all. */
const answers = [401, 403, 404, 413, 507, null] as const;

export const pushNeighbours: Benchmark = {
  name: 'push-neighbours',
  about:
    `One user registers ${addresses} Web Push addresses that a push service over HTTP/1.1 answers with an error, or not ` +
    'at all, and posts a notification to herself every two seconds. Another user of the app has one browser at that ' +
    `service and gets ${measured} notifications, one every ${everyMs} ms: from writing the create to the service ` +
    'having the push, the 99th percentile, less that of the same without the first user. A new hub for each answer.',
  async run() {
    const figures: Figure[] = [];
    for (const answer of answers) {
      const [without, beside] = await measure(answer);
      const what = `${addresses} addresses answered ${answer ?? 'never'}, another's p99 later by`;
      figures.push(figure({ what, runs: [beside - without], digits: 0, unit: 'ms', atMost: 1000 }));
      console.log(`  ${answer}: ${without.toFixed(0)} ms without, ${beside.toFixed(0)} ms beside`);
    }
    return figures;
  },
};

async function measure(answer: number | null): Promise<[number, number]> {
  const [mallory, bob] = users(2) as [BenchUser, BenchUser];
  const service = await openService(answer);
  const hub = await startHub({ dataDir: makeDataDir(), env: { CARILLON_ALLOW_PRIVATE_PUSH: '1' } });
  await register(hub, bob, `${service.url}/ok`);
  await timesOf(hub, bob, service, 10);
  const without = await timesOf(hub, bob, service, measured);
  for (let index = 0; index < addresses; index++) await register(hub, mallory, `${service.url}/bad/${index}`);
  const posting = setInterval(() => void post(hub, mallory), 2000);
  await post(hub, mallory);
  const beside = await timesOf(hub, bob, service, measured);
  clearInterval(posting);
  await hub.stop();
  service.close();
  return [quantile(without, 0.99), quantile(beside, 0.99)];
}

interface Service {
  readonly url: string;
  /** Resolves with the next push to the address that is answered well. */
  next(): Promise<unknown>;
  close(): void;
}

async function openService(answer: number | null): Promise<Service> {
  let arrived = Promise.withResolvers<void>();
  const settle = (response: ServerResponse, isOk: boolean): void => {
    if (isOk) arrived.resolve();
    if (isOk || answer !== null) response.writeHead(isOk ? 201 : (answer ?? 500)).end();
  };
  const server = createServer((request, response) => {
    request.resume().once('end', () => settle(response, request.url === '/ok'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    next() {
      arrived = Promise.withResolvers<void>();
      return Promise.race([arrived.promise, delay(arrivesMaxMs)]);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function timesOf(hub: Child, user: BenchUser, service: Service, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    await delay(everyMs);
    const arrival = service.next();
    const startedAt = performance.now();
    await post(hub, user);
    await arrival;
    times.push(performance.now() - startedAt);
  }
  return times;
}

function post(hub: Child, user: BenchUser): Promise<void> {
  const payload = { visualContent: { title: 'Lunch is ready' } };
  return ask(hub, user, 'notifications', { targetHostName: hostName, payload });
}

function register(hub: Child, user: BenchUser, endpoint: string): Promise<void> {
  return ask(hub, user, 'notificationSubscriptions', {
    targetHostName: hostName,
    installationId: endpoint,
    platformType: 'webPush',
    channel: { type: 'webPush', endpoint, keys: webPushKeys },
  });
}

async function ask({ port }: Child, { token }: BenchUser, path: string, body: object): Promise<void> {
  const { status } = await fetch(`http://127.0.0.1:${port}/v1.0/me/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (status !== 201) throw new Error(`${path} was answered ${status}`);
}
