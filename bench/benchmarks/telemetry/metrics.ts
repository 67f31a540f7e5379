// What it costs to be looked at: creates while metrics are scraped and traces are sampled, against a hub that nobody watches.
// Collector, scraper, load and hubs share the machine.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@carillon/testing/hub/hub.ts';
import { countRequest, createsFor } from '../../load/requests.ts';
import { type Round, ratios, roundsAbout, runRounds } from '../../load/rounds.ts';
import { sendAll } from '../../load/send-all.ts';
import { type Benchmark, type Figure, figure } from '../../measure/figure.ts';
import { type Child, startHub } from '../../setup/child-process.ts';
import { type BenchUser, makeDataDir, users } from '../../setup/world.ts';

const rounds = 9;
const connections = 64;
const userCount = 1000;
const scrapeEveryMs = 5000;

type Name = 'unwatched' | 'watched';

export const metrics: Benchmark = {
  name: 'metrics',
  about:
    `Creates by ${connections} connections for ${userCount} users, against a hub whose metrics are scraped every ` +
    `${scrapeEveryMs / 1000} s and which sends 1 % of its traces to a collector, and one that nobody watches; ${rounds} ` +
    `rounds. ${roundsAbout}`,
  async run() {
    const people = users(userCount);
    const collector = await openCollector();
    const metricsPort = await freePort();
    const env = {
      CARILLON_METRICS_PORT: String(metricsPort),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.server.address() as AddressInfo).port}`,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    };
    const servers = { unwatched: await startWarm(people, {}), watched: await startWarm(people, env) };
    const scraper = openScraper(metricsPort);
    const load = { connections, nextRequest: createsFor(people), expected: [201] };
    const runs = await runRounds<Name>({ servers, rounds, load });
    const scrapes = await scraper.close();
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    collector.server.close();
    collector.server.closeAllConnections();
    return figures(runs, [
      figure({ what: 'scrapes', runs: [scrapes] }),
      figure({ what: 'steps of traces that came', runs: [collector.steps()] }),
    ]);
  },
};

async function startWarm(people: readonly BenchUser[], env: Record<string, string>): Promise<Child> {
  const hub = await startHub({ dataDir: makeDataDir(), env });
  await sendAll(hub.port, people.map(countRequest), 200);
  return hub;
}

/** Takes OTLP over HTTP, and counts the steps in it. */
async function openCollector(): Promise<{ readonly server: Server; steps(): number }> {
  let steps = 0;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    steps += text.split('"spanId"').length - 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, steps: () => steps };
}

/** `close` answers how many scrapes there were. */
function openScraper(port: number): { close(): Promise<number> } {
  let scrapes = 0;
  let last: Promise<void> = Promise.resolve();
  const scrape = async (): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
    await answer.text();
    scrapes++;
  };
  const timer = setInterval(() => {
    last = last.then(scrape);
  }, scrapeEveryMs);
  return {
    async close() {
      clearInterval(timer);
      await last;
      return scrapes;
    },
  };
}

function figures(runs: readonly Round<Name>[], more: readonly Figure[]): Figure[] {
  const us = { digits: 1, unit: 'µs' };
  const each = (name: Name) => [
    figure({ what: `creates, ${name}`, runs: runs.map((run) => run[name].perSecond), unit: '/s' }),
    figure({ what: `main thread, a create, ${name}`, runs: runs.map((run) => run[name].cpu.mainUs), ...us }),
  ];
  return [
    figure({
      what: 'rate watched against unwatched',
      runs: ratios(runs, 'watched', 'unwatched'),
      digits: 3,
      atLeast: 0.97,
    }),
    figure({
      what: 'main thread, a create, watched against unwatched',
      runs: runs.map(({ watched, unwatched }) => watched.cpu.mainUs / unwatched.cpu.mainUs),
      digits: 3,
    }),
    ...each('watched'),
    ...each('unwatched'),
    ...more,
  ];
}
