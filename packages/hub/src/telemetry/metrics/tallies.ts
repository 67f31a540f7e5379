// What the process has counted, as plain numbers: adding to one costs some nanoseconds whether anybody scrapes or not.
// Each tally belongs to a metric of the list; exposition.ts writes them as text. A metric has a bound on its series, and
// what goes beyond it is counted under `other`.
import { type Metric, metricList, metricOf, type NameOf } from './metric-list.ts';

/** Of one metric: far more than its labels have values. */
const seriesMax = 1000;
const other = 'other';
const between = '\u0000';

/** One line of a scrape. */
export interface Sample {
  /** In the order of the metric's labels. */
  readonly labels: readonly string[];
  readonly value: number;
}

/** The trace of one observation, so that a slow one can be looked at. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** In milliseconds since 1970. */
  readonly at: number;
}

class Counter {
  readonly #series = new Map<string, { readonly labels: readonly string[]; value: number }>();
  /** Kept beside the map: most metrics have no label. */
  #plain = 0;
  readonly #isPlain: boolean;

  constructor({ labels }: Metric) {
    this.#isPlain = labels.length === 0;
  }

  add(by = 1): void {
    this.#plain += by;
  }

  addTo(labels: readonly string[], by = 1): void {
    seriesOf(this.#series, labels, (kept) => ({ labels: kept, value: 0 })).value += by;
  }

  samples(): Sample[] {
    return this.#isPlain ? [{ labels: [], value: this.#plain }] : [...this.#series.values()];
  }
}

export interface Observed {
  readonly labels: readonly string[];
  /** How many fell into each bucket, the one without a bound last. */
  readonly counts: readonly number[];
  readonly sum: number;
  /** The newest of each bucket that was traced. */
  readonly exemplars: readonly (Exemplar | undefined)[];
}

export class Histogram {
  readonly buckets: readonly number[];
  readonly #series = new Map<
    string,
    { labels: readonly string[]; counts: number[]; sum: number; exemplars: (Exemplar | undefined)[] }
  >();

  constructor({ labels, buckets = [] }: Metric) {
    this.buckets = buckets;
    if (labels.length === 0) this.#of([]);
  }

  observe(value: number, labels: readonly string[] = [], exemplar?: Exemplar): void {
    const series = this.#of(labels);
    let bucket = 0;
    while (bucket < this.buckets.length && value > (this.buckets[bucket] ?? 0)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    if (exemplar) series.exemplars[bucket] = exemplar;
  }

  observed(): Observed[] {
    return [...this.#series.values()];
  }

  #of(labels: readonly string[]) {
    return seriesOf(this.#series, labels, (kept) => ({
      labels: kept,
      counts: new Array<number>(this.buckets.length + 1).fill(0),
      sum: 0,
      exemplars: [],
    }));
  }
}

function seriesOf<S>(
  all: Map<string, S>,
  labels: readonly string[],
  make: (labels: readonly string[]) => S,
): S {
  const key = labels.join(between);
  const found = all.get(key);
  if (found) return found;
  if (all.size >= seriesMax && labels[0] !== other) {
    const rest = labels.map(() => other);
    return seriesOf(all, rest, make);
  }
  const made = make([...labels]);
  all.set(key, made);
  return made;
}

export interface Tallies {
  counter(name: NameOf<'counter'>): Counter;
  histogram(name: NameOf<'histogram'>): Histogram;
}

export function openTallies(): Tallies {
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  for (const metric of metricList) {
    if (metric.type === 'counter') counters.set(metric.name, new Counter(metric));
    if (metric.type === 'histogram') histograms.set(metric.name, new Histogram(metric));
  }
  return {
    counter: (name) => counters.get(name) ?? new Counter(metricOf(name)),
    histogram: (name) => histograms.get(name) ?? new Histogram(metricOf(name)),
  };
}
