// Runs all benchmarks, or the named ones, one after another, and writes their figures into RESULTS.md.
// npm run bench [-- name…]
import { needs } from '@carillon/testing/machine/needs.ts';
import { installNeeds } from '../tools/install-needs.ts';
import { answers } from './benchmarks/hub/answers.ts';
import { creates } from './benchmarks/hub/creates.ts';
import { deadlines } from './benchmarks/hub/deadlines.ts';
import { delta } from './benchmarks/hub/delta.ts';
import { fanOut } from './benchmarks/hub/fan-out.ts';
import { live } from './benchmarks/hub/live.ts';
import { nodes } from './benchmarks/hub/nodes.ts';
import { postgresCreates } from './benchmarks/hub/postgres-creates.ts';
import { postgresStored } from './benchmarks/hub/postgres-stored.ts';
import { start } from './benchmarks/hub/start.ts';
import { stored } from './benchmarks/hub/stored.ts';
import { streams } from './benchmarks/hub/streams.ts';
import { takeover } from './benchmarks/hub/takeover.ts';
import { ticketReconnect } from './benchmarks/hub/ticket-reconnect.ts';
import { waits } from './benchmarks/hub/waits.ts';
import { clientReconnect } from './benchmarks/pages/client-reconnect.ts';
import { consoleLoad } from './benchmarks/pages/console-load.ts';
import { inboxAnswers } from './benchmarks/pages/inbox-answers.ts';
import { inboxLoad } from './benchmarks/pages/inbox-load.ts';
import { inboxScroll } from './benchmarks/pages/inbox-scroll.ts';
import { peersBenchmark } from './benchmarks/peers/peers.ts';
import { executable } from './benchmarks/programs/executable.ts';
import { pushCreates } from './benchmarks/push/push-creates.ts';
import { pushDrain } from './benchmarks/push/push-drain.ts';
import { pushFaults } from './benchmarks/push/push-faults.ts';
import { pushLatency } from './benchmarks/push/push-latency.ts';
import { pushNeighbours } from './benchmarks/push/push-neighbours.ts';
import { pushWaiting } from './benchmarks/push/push-waiting.ts';
import { consoleReads } from './benchmarks/reads/console-reads.ts';
import { queries } from './benchmarks/reads/queries.ts';
import { batchCreates } from './benchmarks/requests/batch-creates.ts';
import { documents } from './benchmarks/requests/documents.ts';
import { metrics } from './benchmarks/telemetry/metrics.ts';
import { webhooks } from './benchmarks/webhooks/webhooks.ts';
import type { Benchmark } from './measure/figure.ts';
import { recordResults } from './results.ts';

const benchmarks: readonly Benchmark[] = [
  ...[creates, live, nodes, streams, fanOut, delta, stored, queries, start],
  ...[answers, deadlines, waits, batchCreates],
  ...[postgresCreates, postgresStored, takeover, ticketReconnect],
  ...[pushLatency, pushDrain, pushFaults, pushCreates, pushNeighbours, pushWaiting],
  ...[clientReconnect, inboxLoad, consoleLoad, inboxAnswers, inboxScroll],
  ...[consoleReads, peersBenchmark, webhooks, documents, executable, metrics],
];

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const asked = process.argv.slice(2);
const names = benchmarks.map(({ name }) => name);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(2);
}

await installNeeds(Object.values(needs));
const lines: string[] = [];
for (const benchmark of benchmarks) {
  if (asked.length > 0 && !asked.includes(benchmark.name)) continue;
  console.log(benchmark.name);
  const figures = await benchmark.run();
  recordResults(names, benchmark, figures);
  for (const { what, value, spread, target, met } of figures) {
    const verdict = met === null ? '' : `${target}  ${met ? 'met' : 'MISSED'}`;
    lines.push(
      [benchmark.name.padEnd(12), what.padEnd(44), value.padStart(12), spread.padStart(20), verdict].join(
        '  ',
      ),
    );
  }
}
console.log(lines.join('\n'));
process.exit();
