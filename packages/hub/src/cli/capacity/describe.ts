// The calculation as text: one line a figure, and at the end the first limit, at how many users, and what to do
// about it. Every figure is rounded to three digits, since none is known better.
import type { Capacity, FirstLimit, Limit } from './compute.ts';
import { measured } from './constants.ts';

type Line = readonly [what: string, value: string];

export function describeCapacity(capacity: Capacity, first: FirstLimit | null): string {
  const sections: readonly (readonly [string, readonly Line[]])[] = [
    ['Load at the peak', loadLines(capacity)],
    ['Hubs', hubLines(capacity)],
    ['PostgreSQL', postgresLines(capacity)],
    ['NATS', busLines(capacity)],
    ['Push services', providerLines(capacity)],
    ['Network of all hubs, at the peak', networkLines(capacity)],
    ['Share of the limit of one of each', capacity.limits.map((limit) => limitLine(limit))],
  ];
  const text = sections.map(([title, lines]) => `${title}\n${lines.map(lineText).join('')}`).join('\n');
  return `${text}\n${verdict(capacity, first)}${caveat()}`;
}

function loadLines({ load: { peak, streams, devices, onlineUsers } }: Capacity): Line[] {
  return [
    ['creates', `${count(peak.creates)} /s`],
    ['changes of state', `${count(peak.stateChanges)} /s`],
    ['pushes', `${count(peak.pushesAll)} /s`],
    ['frames to streams', `${count(peak.frames)} /s`],
    ['devices that fetch after a push', `${count(peak.fetches)} /s`],
    ['open streams', `${count(streams)} of ${count(devices)} devices, ${count(onlineUsers)} users`],
  ];
}

function hubLines({ hubs, inputs }: Capacity): Line[] {
  const spent = Object.entries(hubs.mainThreads).map(([on, seconds]) => `${on} ${count(seconds)}`);
  return [
    ['hubs', `${hubs.count}, one of them to spare`],
    ['by CPU', `${hubs.byCpu} (main threads busy, in seconds a second: ${spent.join(', ')})`],
    ['by memory', `${hubs.byMemory} of ${inputs.memory} GiB (${bytes(hubs.streamBytes)} a stream)`],
    ['by pushes under way', `${hubs.byPushes}`],
    ['streams of a hub', count(hubs.streamsOfHub)],
  ];
}

function postgresLines({ postgres }: Capacity): Line[] {
  return [
    ['rows written', `${count(postgres.rowsPerSecond)} /s`],
    [
      'log (WAL)',
      `${bytes(postgres.logBytesPerSecond)}/s, ${percent(postgres.pageImageShare)} of it page images; ` +
        `${bytes(postgres.logBytesPerDay)} a day`,
    ],
    [
      'stored',
      `${bytes(postgres.storedBytes)} (grows by ${bytes(postgres.growthBytesPerDay)} a day until then)`,
    ],
    ['connections', count(postgres.connections)],
  ];
}

function busLines({ bus }: Capacity): Line[] {
  return [
    ['published', `${count(bus.publishedPerSecond)} /s`],
    ['delivered', `${count(bus.deliveredPerSecond)} /s, ${bytes(bus.bytesPerSecond)}/s`],
    ['to one hub', `${count(bus.deliveredToHubPerSecond)} /s`],
    [
      'subscriptions of a hub',
      `${count(bus.subscriptionsOfHub)} (${bus.wholeShards ? 'whole shards: each hub receives every change' : 'by user'})`,
    ],
  ];
}

function providerLines({ providers }: Capacity): Line[] {
  return providers.map(({ platform, perMinute, quotaPerMinute }) => [
    platform,
    `${count(perMinute)} a minute, ` +
      (quotaPerMinute === null ? 'no quota documented' : `quota ${count(quotaPerMinute)} by default`),
  ]);
}

function networkLines({ network }: Capacity): Line[] {
  return [
    ['from clients', `${bytes(network.fromClients)}/s`],
    ['to clients', `${bytes(network.toClients)}/s`],
    ['to push services', `${bytes(network.toPushServices)}/s`],
  ];
}

function limitLine({ resource, need, ceiling, unit, share, source }: Limit): Line {
  const show = unit.startsWith('bytes') ? bytes : count;
  const of = `${show(need)} of ${show(ceiling)} ${unit.replace(/^bytes ?/, '')}`.trimEnd();
  return [resource, `${percent(share)} (${of}, ${source})`];
}

function verdict({ inputs: { users } }: Capacity, first: FirstLimit | null): string {
  if (!first) return 'No limit is reached up to the most users that can be calculated.\n';
  const { resource, remedy, source } = first.limit;
  const also = users > first.users ? `, and ${count(users)} are more` : '';
  return (
    `${resource} reaches its limit first: at about ${count(first.users)} users, all else equal${also}. The limit is ${source}.\n` +
    `What to do: ${remedy}.\n`
  );
}

function caveat(): string {
  const awaited = Object.values(measured).filter(({ recorded }) => !recorded);
  const guessed = awaited.map(({ figure }) => figure).join('; ');
  const note = guessed === '' ? '' : ` Not recorded yet, so the benchmark's target is used: ${guessed}.`;
  return (
    'Costs were measured with load generator and hub on two shared cores, so they are high rather than low; "assumed" ' +
    `limits are guesses for one good machine: measure yours.${note} The formulas: docs/capacity.md\n`
  );
}

function lineText([what, value]: Line): string {
  return `  ${what.padEnd(33)} ${value}\n`;
}

/** Three significant digits, with spaces between thousands. */
function count(value: number): string {
  const rounded = value === 0 ? 0 : Number(value.toPrecision(3));
  const [integer = '', fraction] = rounded.toString().split('.');
  if (rounded.toString().includes('e')) return rounded.toExponential();
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction ? `${grouped}.${fraction}` : grouped;
}

function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${count(value / 1000 ** power)} ${units[power]}`;
}

function percent(share: number): string {
  return `${count(share * 100)} %`;
}
