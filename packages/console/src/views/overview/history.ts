// What the charts show: the last hour, as the hub kept it in points of 15 seconds, and as the overview read it since, each five
// seconds. Counters become rates; the points outlive the view, so that going to another sight and back loses none.
import type { Overview } from '../wire.ts';
import { type Buckets, bucketsOf, percentile, type Sample, sumOf } from './exposition.ts';

export interface Point {
  /** Seconds since 1970. */
  readonly at: number;
  readonly creates: number | null;
  readonly changes: number | null;
  readonly streams: number;
  readonly waiting: number;
  readonly lag: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  /** A second, by verdict. */
  readonly verdicts: Readonly<Record<string, number>>;
}

interface Read {
  readonly at: number;
  readonly samples: readonly Sample[];
  readonly accepted: Buckets;
}

const shownSeconds = 3600;
const pointsMax = 960;
const latency = 'carillon_create_to_accepted_seconds';

export class History {
  points: readonly Point[] = [];
  #before: Read | null = null;

  get samples(): readonly Sample[] {
    return this.#before?.samples ?? [];
  }

  add(samples: readonly Sample[], at: number): void {
    const before = this.#before;
    const accepted = bucketsOf(samples, latency);
    const rate = (name: string, labels: Readonly<Record<string, string>> = {}): number | null => {
      if (!before || at <= before.at) return null;
      const more = sumOf(samples, name, labels) - sumOf(before.samples, name, labels);
      // A node that started anew counts from nothing.
      return more < 0 ? null : more / (at - before.at);
    };
    const since = before?.accepted ?? new Map<number, number>();
    const point: Point = {
      at,
      creates: rate('carillon_creates_total'),
      changes: rate('carillon_changes_total'),
      streams: sumOf(samples, 'carillon_streams'),
      lag: sumOf(samples, 'carillon_event_loop_lag_seconds'),
      waiting: sumOf(samples, 'carillon_queue_depth'),
      p50: percentile(accepted, since, 0.5),
      p95: percentile(accepted, since, 0.95),
      verdicts: Object.fromEntries(
        verdictsOf(samples).map((verdict) => [verdict, rate('carillon_deliveries_total', { verdict }) ?? 0]),
      ),
    };
    this.#keep([...this.points, point]);
    this.#before = { at, samples, accepted };
  }

  /** Adds what the hub kept from where this page read nothing. */
  fill({ points, pointSeconds, latencies }: Overview): void {
    // The last is not full yet.
    const kept = points.slice(0, -1).map((each) => pointOf(each, pointSeconds, latencies));
    const isMissing = ({ at }: Point): boolean =>
      this.points.every((each) => Math.abs(each.at - at) >= pointSeconds);
    this.#keep([...kept.filter(isMissing), ...this.points].sort((one, other) => one.at - other.at));
  }

  #keep(points: readonly Point[]): void {
    const oldest = (points.at(-1)?.at ?? 0) - shownSeconds;
    this.points = points.filter(({ at }) => at >= oldest).slice(-pointsMax);
  }
}

/** Latencies are those of its minute. */
function pointOf(kept: Overview['points'][number], seconds: number, latencies: Overview['latencies']): Point {
  const minute = latencies.find(({ endDateTime }) => endDateTime >= kept.endDateTime);
  const verdicts: Record<string, number> = {};
  for (const { verdict, count } of kept.deliveriesByVerdict)
    verdicts[verdict] = (verdicts[verdict] ?? 0) + count / seconds;
  return {
    at: Date.parse(kept.endDateTime) / 1000,
    creates: kept.creates / seconds,
    changes: kept.changes / seconds,
    streams: kept.streams,
    waiting: kept.writes + kept.deliveries + kept.attempts,
    lag: kept.eventLoopLagSeconds,
    ...{ p50: minute?.accepted.p50 ?? null, p95: minute?.accepted.p95 ?? null },
    verdicts,
  };
}

export function verdictsOf(samples: readonly Sample[]): string[] {
  return valuesOf(samples, 'verdict');
}

export function channelsOf(samples: readonly Sample[]): string[] {
  return valuesOf(samples, 'channel');
}

function valuesOf(samples: readonly Sample[], label: string): string[] {
  const all = samples
    .filter(({ name }) => name === 'carillon_deliveries_total')
    .map(({ labels }) => labels[label]);
  return [...new Set(all.filter((each) => each !== undefined))];
}
