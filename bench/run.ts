// Runs all benchmarks, or the named ones, one after another, and writes their figures into RESULTS.md.
// npm run bench [-- name…]
import { needs } from '@carillon/testing/machine/needs.ts';
import { installNeeds } from '../tools/install-needs.ts';
import { clientReconnect } from './benchmarks/client-reconnect.ts';
import { creates } from './benchmarks/creates.ts';
import { delta } from './benchmarks/delta.ts';
import { fanOut } from './benchmarks/fan-out.ts';
import { inboxLoad } from './benchmarks/inbox-load.ts';
import { inboxScroll } from './benchmarks/inbox-scroll.ts';
import { live } from './benchmarks/live.ts';
import { nodes } from './benchmarks/nodes.ts';
import { postgresCreates } from './benchmarks/postgres-creates.ts';
import { postgresStored } from './benchmarks/postgres-stored.ts';
import { pushCreates } from './benchmarks/push-creates.ts';
import { pushDrain } from './benchmarks/push-drain.ts';
import { pushFaults } from './benchmarks/push-faults.ts';
import { pushLatency } from './benchmarks/push-latency.ts';
import { pushWaiting } from './benchmarks/push-waiting.ts';
import { start } from './benchmarks/start.ts';
import { stored } from './benchmarks/stored.ts';
import { streams } from './benchmarks/streams.ts';
import { takeover } from './benchmarks/takeover.ts';
import { recordResults } from './results.ts';
import type { Benchmark } from './setup/figure.ts';

const benchmarks: readonly Benchmark[] = [
  ...[creates, live, nodes, streams, fanOut, delta, stored, start],
  ...[postgresCreates, postgresStored, takeover],
  ...[pushLatency, pushDrain, pushFaults, pushCreates, pushWaiting],
  ...[clientReconnect, inboxLoad, inboxScroll],
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
