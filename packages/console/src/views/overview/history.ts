// What the overview has read so far: a point each five seconds, for ten minutes. Counters become rates; the points outlive the
// view, so that going to another sight and back loses none.
import { type Buckets, bucketsOf, percentile, type Sample, sumOf } from './exposition.ts';

export interface Point {
  /** Seconds since 1970. */
  readonly at: number;
  readonly creates: number | null;
  readonly changes: number | null;
  readonly streams: number;
  readonly waiting: number;
  readonly lag: number;
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

const pointsMax = 120;
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
    this.points = [...this.points, point].slice(-pointsMax);
    this.#before = { at, samples, accepted };
  }
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
