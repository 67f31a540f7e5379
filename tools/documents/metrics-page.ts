// docs/metrics.md, made from the list of metrics that the hub counts by. `npm run docs` writes it; a test fails while the
// file is another.
import { type Metric, metricList } from '../../packages/hub/src/telemetry/metrics/metric-list.ts';

const introduction = `# Metrics

Every metric of \`/metrics\`. \`npm run docs\` makes this page from the list that the hub counts by.
[Operating Carillon](operating.md#metrics) says how to scrape them and what to alert on.

Each node counts for itself, from its start: add up the nodes. Every name begins with \`carillon_\`. A label has one of few
values, and none of them names a person, a title or a token. A scraper that asks for OpenMetrics also gets exemplars: the
trace of the newest traced observation of each bucket.
`;

export function metricsPage(): string {
  return `${introduction}
| name | type | labels | unit | what it says |
|---|---|---|---|---|
${metricList.map(rowOf).join('\n')}
`;
}

function rowOf({ name, type, labels, unit, help }: Metric): string {
  const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), unit, help];
  return `| ${cells.join(' | ')} |`;
}
