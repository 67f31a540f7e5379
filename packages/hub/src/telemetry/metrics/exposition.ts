// The text of a scrape: Prometheus' format 0.0.4, and OpenMetrics 1.0 for who asks for it, which alone carries the traces
// of single observations. Counters and histograms are as they were counted; gauges are read now.
import { type Metric, metricList, type NameOf } from './metric-list.ts';
import type { Exemplar, Histogram, Sample, Tallies } from './tallies.ts';

/** What is read at a scrape; each gauge of the list has one. */
export type Gauges = Readonly<Record<NameOf<'gauge'>, () => Samples | Promise<Samples>>>;
/** One number for a gauge without labels. */
type Samples = number | readonly Sample[];

export type Format = 'prometheus' | 'openMetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export function formatOf(accept: string | undefined): Format {
  return /\bapplication\/openmetrics-text\b/i.test(accept ?? '') ? 'openMetrics' : 'prometheus';
}

export async function writeMetrics(tallies: Tallies, gauges: Gauges, format: Format): Promise<string> {
  const blocks = await Promise.all(
    metricList.map(async (metric) => [
      ...headOf(metric, format),
      ...(metric.type === 'histogram'
        ? linesOfHistogram(metric, tallies.histogram(metric.name), format)
        : linesOf(
            metric,
            metric.type === 'gauge'
              ? await read(gauges[metric.name])
              : tallies.counter(metric.name).samples(),
          )),
    ]),
  );
  const end = format === 'openMetrics' ? ['# EOF'] : [];
  return `${[...blocks.flat(), ...end].join('\n')}\n`;
}

/** What can't be read now is left out: the rest of the scrape is worth having. */
async function read(gauge: () => Samples | Promise<Samples>): Promise<readonly Sample[]> {
  try {
    const samples = await gauge();
    return typeof samples === 'number' ? [{ labels: [], value: samples }] : samples;
  } catch {
    return [];
  }
}

/** OpenMetrics names a counter without the ending that its samples have. */
function headOf({ name, type, help }: Metric, format: Format): string[] {
  const family = format === 'openMetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return [`# HELP ${family} ${help}`, `# TYPE ${family} ${type}`];
}

function linesOf({ name, labels }: Metric, samples: readonly Sample[]): string[] {
  return samples.map((sample) => `${name}${labelText(labels, sample.labels)} ${numberText(sample.value)}`);
}

function linesOfHistogram({ name, labels }: Metric, histogram: Histogram, format: Format): string[] {
  return histogram.observed().flatMap(({ labels: values, counts, sum, exemplars }) => {
    let count = 0;
    const lines = counts.map((inBucket, index) => {
      count += inBucket;
      const bound = histogram.buckets[index];
      const le = bound === undefined ? '+Inf' : boundText(bound);
      const exemplar = format === 'openMetrics' ? exemplarText(exemplars[index]) : '';
      return `${name}_bucket${labelText([...labels, 'le'], [...values, le])} ${count}${exemplar}`;
    });
    const own = labelText(labels, values);
    return [...lines, `${name}_sum${own} ${numberText(sum)}`, `${name}_count${own} ${count}`];
  });
}

/** As OpenMetrics wants a bound: always with a point. */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (!exemplar) return '';
  const { traceId, value, at } = exemplar;
  return ` # {trace_id="${traceId}"} ${value} ${(at / 1000).toFixed(3)}`;
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
