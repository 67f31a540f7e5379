// The dashboards and alert rules against the list of metrics: each name, label and bucket of theirs is one that the hub has,
// every metric is on a panel, and promtool finds the expressions good.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { type Metric, metricList } from '../../packages/hub/src/telemetry/metrics/metric-list.ts';
import { ruleFaults } from '../../packages/testing/src/machine/prometheus/promtool.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const deploy = new URL('../../deploy/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, deploy), 'utf8');
const { groups } = parse(read('prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const folder = mkdtempSync(join(tmpdir(), 'rules-'));
after(() => rmSync(folder, { recursive: true }));

/** What every scrape adds, and what a series of a recording rule keeps. */
const scraped = ['job', 'instance'];

/** Each selector of an expression, with the labels that it names. */
function* selectorsIn(expr: string) {
  for (const [, name = '', , matchers = ''] of expr.matchAll(/\b(carillon_\w+)\b(\{([^}]*)\})?/g))
    yield { name, labels: [...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label), matchers };
}

function metricOf(name: string): Metric | undefined {
  const all: readonly Metric[] = metricList;
  return all.find(
    (each) =>
      each.name === name ||
      (each.type === 'histogram' && name.replace(/_(bucket|sum|count)$/, '') === each.name),
  );
}

function labelsOf({ labels, type }: Metric): string[] {
  return [...labels, ...scraped, ...(type === 'histogram' ? ['le'] : [])];
}

/** What is wrong with an expression, as far as the list says. */
function faultsOf(expr: string): string[] {
  const known = new Set<string>(scraped);
  const faults: string[] = [];
  for (const { name, labels, matchers } of selectorsIn(expr)) {
    const metric = metricOf(name);
    if (!metric) {
      faults.push(`${name} is no metric`);
      continue;
    }
    for (const label of labelsOf(metric)) known.add(label);
    for (const label of labels)
      if (!labelsOf(metric).includes(label)) faults.push(`${name} has no label ${label}`);
    for (const [, bound] of matchers.matchAll(/\ble="([^"]+)"/g))
      if (!metric.buckets?.some((each) => each.toFixed(1) === bound))
        faults.push(`${name} has no bucket ${bound}`);
  }
  for (const [, by = ''] of expr.matchAll(/\bby\s*\(([^)]*)\)/g))
    for (const label of by.split(/\s*,\s*/))
      if (!known.has(label)) faults.push(`nothing has the label ${label}`);
  return faults;
}

/** What an expression of a panel is with its variables set. */
function filled(expr: string): string {
  return expr
    .replaceAll('$job', 'carillon')
    .replaceAll('$instance', '.*')
    .replaceAll('$__rate_interval', '1m');
}

describe('deploy/prometheus/alerts.yaml', () => {
  test('is good, as promtool sees it', () => {
    assert.equal(ruleFaults(fileURLToPath(new URL('prometheus/alerts.yaml', deploy))), null);
  });

  test('names what the hub counts, and its own records', () => {
    const records = new Set(rules.flatMap(({ record = [] }) => record));
    for (const { expr, alert, record, annotations = {} } of rules) {
      const name = alert ?? record;
      assert.deepEqual(faultsOf(expr), [], name);
      for (const [used] of expr.matchAll(/\bcarillon:[\w:]+/g))
        assert.ok(records.has(used), `${name}: ${used}`);
      for (const [, label = ''] of Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g))
        assert.ok(
          ['instance', ...metricList.flatMap(({ labels }) => [...labels] as string[])].includes(label),
          label,
        );
    }
  });

  test('each alert says how urgent it is and what to do', () => {
    const alerts = rules.filter(({ alert }) => alert);
    assert.ok(alerts.length > 10);
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels?.severity ?? '', /^(page|ticket)$/, alert);
      assert.ok(annotations?.summary && annotations.description, alert);
    }
  });
});

for (const file of readdirSync(new URL('grafana/', deploy))) {
  describe(`deploy/grafana/${file}`, () => {
    const { panels } = JSON.parse(read(`grafana/${file}`)) as { panels: Panel[] };
    const targets = panels.flatMap(({ title, targets: all = [] }) => all.map((each) => ({ title, ...each })));

    test('names what the hub counts, and shows all of it', () => {
      for (const { title, expr, legendFormat } of targets) {
        assert.deepEqual(faultsOf(expr), [], title);
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          assert.match(expr, new RegExp(`\\b${label}\\b`), title);
      }
      const shown = new Set(
        targets.flatMap(({ expr }) => [...selectorsIn(expr)].map(({ name }) => metricOf(name)?.name)),
      );
      assert.deepEqual(
        metricList.map(({ name }) => name).filter((name) => !shown.has(name)),
        [],
      );
    });

    test('its expressions are good, as promtool sees them', () => {
      const path = join(folder, 'panels.yaml');
      const records = targets.map(({ expr }, index) => ({ record: `panel:${index}`, expr: filled(expr) }));
      writeFileSync(path, stringify({ groups: [{ name: 'panels', rules: records }] }));
      assert.equal(ruleFaults(path), null);
    });
  });
}

test('a name, a label, a bucket and a grouping that no metric has are faults', () => {
  assert.deepEqual(faultsOf('rate(carillon_made_up_total[5m])'), ['carillon_made_up_total is no metric']);
  assert.deepEqual(faultsOf('carillon_streams{user="x"}'), ['carillon_streams has no label user']);
  assert.deepEqual(faultsOf('carillon_commit_seconds_bucket{le="7.0"}'), [
    'carillon_commit_seconds_bucket has no bucket 7.0',
  ]);
  assert.deepEqual(faultsOf('sum by (verdict) (carillon_streams)'), ['nothing has the label verdict']);
});
