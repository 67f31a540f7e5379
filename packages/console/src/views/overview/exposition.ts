// Reads the text that the hub answers at /metrics (Prometheus exposition format) into samples, and what is asked of them: sums
// over labels, and percentiles of a histogram.
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function readExposition(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*?)\})? (\S+)/.exec(line) ?? [];
    if (name !== '') samples.push({ name, labels: readLabels(labels), value: Number(value) });
  }
  return samples;
}

function readLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}

export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  return samples
    .filter((each) => each.name === name && wanted.every(([label, value]) => each.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Counts up to each bound, all label sets together. */
export type Buckets = ReadonlyMap<number, number>;

export function bucketsOf(samples: readonly Sample[], name: string): Buckets {
  const counts = new Map<number, number>();
  for (const each of samples) {
    if (each.name !== `${name}_bucket`) continue;
    const bound = each.labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(each.labels.le);
    counts.set(bound, (counts.get(bound) ?? 0) + each.value);
  }
  return counts;
}

/** The bound that this share of what came since `before` stays below; null when nothing came. */
export function percentile(now: Buckets, before: Buckets, share: number): number | null {
  const bounds = [...now.keys()].sort((a, b) => a - b);
  const since = (bound: number): number => (now.get(bound) ?? 0) - (before.get(bound) ?? 0);
  const all = since(Number.POSITIVE_INFINITY);
  if (!(all > 0)) return null;
  const found = bounds.find((bound) => since(bound) >= all * share) ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(found) ? found : (bounds.at(-2) ?? null);
}
