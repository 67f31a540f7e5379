// The Helm chart, by what Helm made of it (chart.ts): each object against the schema of its kind, and against the hub.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parse, parseAllDocuments } from 'yaml';
import { chartFolder, renderingPath, renderings, stampOfChart } from './chart.ts';
import { drainSeconds, isKnownVariable, isProbePath, knownVariables } from './hub-facts.ts';

interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: IPodTemplateSpec; readonly selector?: unknown };
}

/** What PodMonitors, NetworkPolicies and workloads choose Pods and ports by. */
interface Selecting {
  readonly selector?: Labels;
  readonly podSelector?: Labels;
  readonly podMetricsEndpoints?: readonly { readonly port: string }[];
  readonly ingress?: readonly { readonly ports: readonly { readonly port: string }[] }[];
}

interface Labels {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

const models = [
  ...[ConfigMap, Deployment, HorizontalPodAutoscaler, Ingress],
  ...[NetworkPolicy, PodDisruptionBudget, Service, ServiceAccount, StatefulSet],
];
const kinds: Readonly<Record<string, readonly string[]>> = {
  'sqlite.yaml': ['ConfigMap', 'Service', 'ServiceAccount', 'StatefulSet'],
  'postgres.yaml': [
    ...['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'Ingress'],
    ...['PodDisruptionBudget', 'Service', 'ServiceAccount'],
  ],
  'watched.yaml': [
    ...['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy'],
    ...['PodDisruptionBudget', 'PodMonitor', 'Service', 'ServiceAccount'],
  ],
  'closed.yaml': ['ConfigMap', 'NetworkPolicy', 'Service', 'ServiceAccount', 'StatefulSet'],
};

test('the chart has the version of the hub', () => {
  const { version } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../packages/hub/package.json'), 'utf8'),
  ) as { version: string };
  const chart = parse(readFileSync(join(chartFolder, 'Chart.yaml'), 'utf8')) as Record<string, string>;
  assert.deepEqual([chart.version, chart.appVersion], [version, version]);
});

test('the schema refuses values that the chart does not know or could not serve, and names each', () => {
  const schema = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false }).compile({ ...schema, $schema: undefined });
  const own = parse(readFileSync(join(chartFolder, 'values.yaml'), 'utf8')) as object;
  assert.ok(validate(own), JSON.stringify(validate.errors));
  const refused: readonly (readonly [object, string])[] = [
    [{ unknown: 1 }, ''],
    [{ store: 'mysql' }, '/store'],
    [{ store: 'postgres' }, '/existingSecret'],
    [{ publicUrl: 'bells.example.com' }, '/publicUrl'],
    [{ publicUrl: 'https://bells.example.com/path' }, '/publicUrl'],
    [{ settings: { CARILLON_THROTTLE: 3000 } }, '/settings/CARILLON_THROTTLE'],
    [{ settings: { PATH: '/' } }, '/settings'],
    ...['CARILLON_SECRET_KEY', 'CARILLON_DATABASE_URL', 'CARILLON_PUBLIC_URL', 'CARILLON_METRICS_PORT'].map(
      (name) => [{ settings: { [name]: 'x' } }, '/settings'] as const,
    ),
    [{ metrics: { enabled: false, podMonitor: { enabled: true } } }, '/metrics/enabled'],
    [{ metrics: { enabled: true, podMonitor: { interval: '15' } } }, '/metrics/podMonitor/interval'],
    [{ networkPolicy: { storeBlocks: ['10.0.0.0'] } }, '/networkPolicy/storeBlocks/0'],
    [{ autoscaling: { minReplicas: 0 } }, '/autoscaling/minReplicas'],
    [{ image: { repository: '' } }, '/image/repository'],
  ];
  for (const [values, place] of refused) {
    assert.ok(!validate({ ...own, ...values }), JSON.stringify(values));
    const places = validate.errors?.map(({ instancePath }) => instancePath);
    assert.ok(places?.includes(place), `${JSON.stringify(values)}: ${places}`);
  }
});

for (const name of Object.keys(renderings)) {
  describe(`with the values of ${name}`, () => {
    const text = readFileSync(renderingPath(name), 'utf8');
    const objects = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
    const pod = objects.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')?.spec?.template;
    const hub = pod?.spec?.containers[0];

    test('Helm rendered the chart as it is now', () => {
      const [line = ''] = text.split('\n');
      assert.ok(line.endsWith(stampOfChart()), 'run node_modules/.bin/node tools/deploy/chart.ts, with Helm');
    });

    test('each object is what the schema of its kind allows', () => {
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), kinds[name]);
      // The schema of a PodMonitor is that of another maker: see below.
      for (const each of objects.filter(({ kind }) => kind !== 'PodMonitor')) {
        const model = models.find(
          ({ apiVersion, kind }) => apiVersion === each.apiVersion && kind === each.kind,
        );
        assert.ok(model, `${each.apiVersion} ${each.kind}`);
        new (model as new (data: unknown) => { validate(): void })(each).validate();
        assert.equal(each.metadata.name, 'bells-carillon');
      }
    });

    test('the Pod asks what the hub answers, knows its settings, and has the time to drain', () => {
      assert.equal(
        hub?.livenessProbe?.httpGet?.path,
        '/healthz',
        'a lost database must not restart every hub',
      );
      for (const probe of [hub?.startupProbe, hub?.livenessProbe, hub?.readinessProbe])
        assert.ok(isProbePath(probe?.httpGet?.path ?? ''));
      const variables = Object.keys(objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {});
      assert.ok(variables.length > 0);
      for (const each of variables) assert.ok(isKnownVariable(each) && knownVariables.has(each), each);
      const preStop = hub?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      assert.ok((pod?.spec?.terminationGracePeriodSeconds ?? 0) > preStop + drainSeconds);
    });

    test('what names a port or labels of the Pod names what it has', () => {
      const ports = new Set(hub?.ports?.map((port) => port.name));
      const labels = new Map(Object.entries(pod?.metadata?.labels ?? {}));
      for (const { kind, spec } of objects) {
        const { selector, podSelector, podMetricsEndpoints, ingress } = (spec ?? {}) as Selecting;
        const rules = kind === 'NetworkPolicy' ? (ingress ?? []) : [];
        for (const { port } of [...(podMetricsEndpoints ?? []), ...rules.flatMap((rule) => rule.ports)])
          assert.ok(ports.has(port), `${kind} ${port}`);
        const wanted = podSelector?.matchLabels ?? selector?.matchLabels ?? {};
        for (const [label, value] of Object.entries(wanted)) assert.equal(labels.get(label), value, kind);
      }
      const settings = objects.find(({ kind }) => kind === 'ConfigMap')?.data;
      assert.equal(ports.has('metrics'), settings?.CARILLON_METRICS_PORT === '9464');
    });

    test('the Pod meets the restricted standard, and writes to its volumes alone', () => {
      assert.equal(pod?.spec?.securityContext?.runAsNonRoot, true);
      assert.equal(pod?.spec?.securityContext?.seccompProfile?.type, 'RuntimeDefault');
      assert.equal(pod?.spec?.automountServiceAccountToken, false);
      assert.equal(hub?.securityContext?.readOnlyRootFilesystem, true);
      assert.equal(hub?.securityContext?.allowPrivilegeEscalation, false);
      assert.deepEqual(hub?.securityContext?.capabilities?.drop, ['ALL']);
      assert.deepEqual(hub?.volumeMounts?.map(({ mountPath }) => mountPath).sort(), ['/data', '/tmp']);
    });
  });
}
