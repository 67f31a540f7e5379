// The last hour of this node, for charts: what was counted, looked at every 15 seconds and kept as differences, and how deep
// queues were; latencies minute by minute. Rings of 240 points and 60 minutes; nothing is added where things are counted.
import type { Clock } from '../../lib/clock.ts';
import type { NameOf } from './metric-list.ts';
import type { Tallies } from './tallies.ts';

export const pointMs = 15_000;
const pointsMax = 240;
const pointsOfMinute = 60_000 / pointMs;
const minutesMax = 60;

export interface Depths {
  readonly streams: number;
  readonly writes: number;
  readonly deliveries: number;
  readonly attempts: number;
  /** 99 % of its timers were at most so late. */
  readonly eventLoopLagSeconds: number;
}

interface Point extends Depths {
  /** The end of the 15 seconds. */
  readonly at: number;
  readonly creates: number;
  readonly changes: number;
  readonly requests: number;
  readonly throttled: number;
  readonly deliveriesByVerdict: readonly DeliveryCount[];
}

interface DeliveryCount {
  readonly channel: string;
  readonly verdict: string;
  readonly count: number;
}

/** In seconds; null while nothing was observed. Each is at most the bound of its bucket. */
interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Of what a minute saw accepted by a provider, fetched and shown, since it was posted. */
interface LatencyMinute {
  /** The end of the minute. */
  readonly at: number;
  readonly accepted: Percentiles;
  readonly fetched: Percentiles;
  readonly shown: Percentiles;
}

export interface LastHour {
  /** The oldest first, with one for what is since the last. */
  points(): readonly Point[];
  depths(): Depths;
  /** The oldest first, with one for what is since the last whole minute. */
  latencies(): readonly LatencyMinute[];
  /** Of the hour. */
  percentiles(name: 'carillon_commit_seconds' | 'carillon_create_to_accepted_seconds'): Percentiles;
  close(): void;
}

interface Totals {
  readonly at: number;
  readonly counts: Readonly<Record<'creates' | 'changes' | 'requests' | 'throttled', number>>;
  readonly deliveries: ReadonlyMap<string, number>;
  readonly histograms: ReadonlyMap<string, readonly number[]>;
}

const counters = {
  creates: 'carillon_creates_total',
  changes: 'carillon_changes_total',
  requests: 'carillon_requests_total',
  throttled: 'carillon_throttled_total',
} as const satisfies Readonly<Record<string, NameOf<'counter'>>>;
const histograms = ['carillon_commit_seconds', 'carillon_create_to_accepted_seconds'] as const;

const latencyNames = {
  accepted: 'carillon_create_to_accepted_seconds',
  fetched: 'carillon_create_to_fetched_seconds',
  shown: 'carillon_create_to_shown_seconds',
} as const;

type Counts = Readonly<Record<keyof typeof latencyNames, readonly number[]>>;

function openLatencies(tallies: Tallies) {
  const read = (): Counts => ({
    accepted: countsOf(tallies, latencyNames.accepted),
    fetched: countsOf(tallies, latencyNames.fetched),
    shown: countsOf(tallies, latencyNames.shown),
  });
  const minutes: LatencyMinute[] = [];
  let last = read();
  const since = (now: Counts, at: number): LatencyMinute => {
    const of = (name: keyof Counts): Percentiles => {
      const counts = now[name].map((count, index) => count - (last[name][index] ?? 0));
      return percentilesOf(counts, tallies.histogram(latencyNames[name]).buckets);
    };
    return { at, accepted: of('accepted'), fetched: of('fetched'), shown: of('shown') };
  };
  return {
    end(at: number): void {
      const now = read();
      minutes.push(since(now, at));
      if (minutes.length > minutesMax) minutes.shift();
      last = now;
    },
    list: (at: number): LatencyMinute[] => [...minutes, since(read(), at)],
  };
}

export function openLastHour(tallies: Tallies, clock: Clock, depths: () => Depths): LastHour {
  const kept: { readonly point: Point; readonly before: Totals }[] = [];
  const latencies = openLatencies(tallies);
  let ticks = 0;
  let last = totalsOf(tallies, clock.now());
  const timer = clock.every(pointMs, () => {
    const now = totalsOf(tallies, clock.now());
    kept.push({ point: pointOf(last, now, depths()), before: last });
    if (kept.length > pointsMax) kept.shift();
    last = now;
    if (++ticks % pointsOfMinute === 0) latencies.end(now.at);
  });
  return {
    latencies: () => latencies.list(clock.now()),
    points: () => [
      ...kept.map(({ point }) => point),
      pointOf(last, totalsOf(tallies, clock.now()), depths()),
    ],
    depths,
    percentiles(name) {
      const before = (kept[0]?.before ?? last).histograms.get(name) ?? [];
      const now = countsOf(tallies, name);
      const counts = now.map((count, index) => count - (before[index] ?? 0));
      return percentilesOf(counts, tallies.histogram(name).buckets);
    },
    close: () => timer.stop(),
  };
}

function totalsOf(tallies: Tallies, at: number): Totals {
  const total = (name: NameOf<'counter'>): number =>
    tallies
      .counter(name)
      .samples()
      .reduce((sum, { value }) => sum + value, 0);
  const deliveries = tallies.counter('carillon_deliveries_total').samples();
  return {
    at,
    counts: {
      creates: total(counters.creates),
      changes: total(counters.changes),
      requests: total(counters.requests),
      throttled: total(counters.throttled),
    },
    deliveries: new Map(deliveries.map(({ labels, value }) => [labels.join(' '), value])),
    histograms: new Map(histograms.map((name) => [name, countsOf(tallies, name)])),
  };
}

/** Of all series together. */
function countsOf(tallies: Tallies, name: NameOf<'histogram'>): number[] {
  const all = tallies.histogram(name);
  const counts = new Array<number>(all.buckets.length + 1).fill(0);
  for (const each of all.observed())
    for (const [index, count] of each.counts.entries()) counts[index] = (counts[index] ?? 0) + count;
  return counts;
}

function pointOf(before: Totals, now: Totals, depths: Depths): Point {
  const since = (name: keyof Totals['counts']): number => now.counts[name] - before.counts[name];
  const deliveriesByVerdict = [...now.deliveries].flatMap(([key, value]) => {
    const count = value - (before.deliveries.get(key) ?? 0);
    const [channel = '', verdict = ''] = key.split(' ');
    return count > 0 ? [{ channel, verdict, count }] : [];
  });
  return {
    at: now.at,
    creates: since('creates'),
    changes: since('changes'),
    requests: since('requests'),
    throttled: since('throttled'),
    deliveriesByVerdict,
    ...depths,
  };
}

function percentilesOf(counts: readonly number[], buckets: readonly number[]): Percentiles {
  const count = counts.reduce((sum, each) => sum + each, 0);
  const at = (share: number): number | null => {
    if (count === 0) return null;
    let seen = 0;
    for (const [index, each] of counts.entries()) {
      seen += each;
      if (seen >= share * count) return buckets[index] ?? buckets.at(-1) ?? null;
    }
    return null;
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
