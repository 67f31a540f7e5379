// From the request that creates a notification to the endpoint that has it, and what endpoints that are dead cost creates.
// Endpoint, load and hub share the machine.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openRegistry } from '../../../packages/hub/src/hub/open-hub.ts';
import { runOpenLoop } from '../../load/open-loop.ts';
import { countRequest, createRequest, createsFor, nextName } from '../../load/requests.ts';
import { type Round, ratios, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { quantile } from '../../measure/statistics.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

const perSecond = 200;
const count = 2000;
const warmUps = 200;
const arrivesMaxMs = 10_000;
const deadEndpoints = 1000;
const registeredAtOnce = 8;
const rounds = 5;
const connections = 64;
const env = { CARILLON_ALLOW_PRIVATE_PUSH: '1' };

export const webhooks: Benchmark = {
  name: 'webhooks',
  about:
    `${count} creates at ${perSecond}/s, of which the first ${warmUps} do not count, for users who each have a change ` +
    'subscription; from the moment a create is due to the endpoint having its change. Then creates, in a closed loop of ' +
    `${connections} connections, for ${deadEndpoints} users whose endpoints refuse connections, against a hub without change ` +
    `subscriptions; ${rounds} rounds.`,
  async run() {
    return [...(await latency()), ...(await dead())];
  },
};

async function latency(): Promise<Figure[]> {
  const people = users(10);
  const arrived = new Map<string, number>();
  const endpoint = await listen((ids) => {
    const now = performance.now();
    for (const id of ids) if (!arrived.has(id)) arrived.set(id, now);
  });
  const hub = await startWarm(people);
  await watch(hub, people, endpoint);
  const started: number[] = [];
  const ids: string[] = [];
  await runOpenLoop({
    ...{ port: hub.port, perSecond, count, connections: 32, expected: 201 },
    request(index, startedAt) {
      started[index] = startedAt;
      return createRequest(people[index % people.length] as BenchUser, nextName());
    },
    onAnswer(index, bytes, bodyStart) {
      ids[index] = JSON.parse(bytes.toString('utf8', bodyStart)).id;
    },
  });
  const end = performance.now() + arrivesMaxMs;
  while (arrived.size < count && performance.now() < end) await delay(10);
  await hub.stop();
  endpoint.close();
  const times = ids
    .map((id, index) => (arrived.get(id) ?? Number.POSITIVE_INFINITY) - (started[index] ?? 0))
    .slice(warmUps);
  const ms = { digits: 2, unit: 'ms' };
  return [
    figure({ what: 'create → endpoint, p50', runs: [quantile(times, 0.5)], ...ms, atMost: 15 }),
    figure({ what: 'create → endpoint, p99', runs: [quantile(times, 0.99)], ...ms, atMost: 100 }),
    figure({ what: 'changes that did not come', runs: [count - arrived.size], atMost: 0 }),
  ];
}

async function dead(): Promise<Figure[]> {
  const people = users(deadEndpoints);
  const endpoint = await listen(() => {});
  const servers = { dead: await startWarm(people), none: await startWarm(people) };
  await watch(servers.dead, people, endpoint);
  endpoint.close();
  endpoint.closeAllConnections();
  const load = { connections, nextRequest: createsFor(people), expected: [201] };
  const runs: Round<'dead' | 'none'>[] = await runRounds({ servers, rounds, load });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const rate = (name: 'dead' | 'none') => runs.map((run) => run[name].perSecond);
  return [
    figure({
      what: `rate with ${deadEndpoints} dead endpoints against none`,
      runs: ratios(runs, 'dead', 'none'),
      digits: 3,
      atLeast: 0.9,
    }),
    figure({ what: 'creates with dead endpoints', runs: rate('dead'), unit: '/s' }),
    figure({ what: 'creates with none', runs: rate('none'), unit: '/s' }),
  ];
}

async function startWarm(people: readonly BenchUser[]): Promise<Child> {
  const dataDir = makeDataDir();
  // The change subscriptions of a user who is not there would end.
  const registry = await openRegistry({ dataDir });
  for (const { subject: id, name } of people)
    await registry.users.put({ id, name, passwordHash: '', operator: false });
  await registry.close();
  const hub = await startHub({ dataDir, env });
  await sendAll(hub.port, people.map(countRequest), 200);
  return hub;
}

/** A change subscription for each. */
async function watch({ port }: Child, people: readonly BenchUser[], endpoint: Server): Promise<void> {
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`;
  const body = JSON.stringify({
    changeType: 'created',
    notificationUrl: url,
    resource: 'me/notifications',
    expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const requests = people.map(
    ({ token }) =>
      `POST /v1.0/subscriptions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // A few at once: each is a transaction of the registry.
  for (let next = 0; next < requests.length; next += registeredAtOnce)
    await sendAll(port, requests.slice(next, next + registeredAtOnce), 201);
}

/** Answers handshakes, takes everything, and passes on the ids. */
async function listen(onIds: (ids: readonly string[]) => void): Promise<Server> {
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = new URL(request.url ?? '/', 'http://endpoint').searchParams.get('validationToken');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (token !== null) return void response.writeHead(200, { 'content-type': 'text/plain' }).end(token);
    const { value } = JSON.parse(Buffer.concat(chunks).toString());
    onIds(value.map((each: { resourceData: { id: string } }) => each.resourceData.id));
    response.writeHead(202).end();
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}
