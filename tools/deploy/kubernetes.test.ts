import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import {
  HorizontalPodAutoscaler,
  type IHorizontalPodAutoscaler,
} from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { type IIngress, Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { type INetworkPolicy, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import {
  type IPodDisruptionBudget,
  PodDisruptionBudget,
} from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap, type IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { type ISecret, Secret } from 'kubernetes-models/v1/Secret';
import { type IService, Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parse } from 'yaml';
import { drainSeconds, isKnownVariable, isProbePath, knownVariables } from './hub-facts.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}

const folder = new URL('../../deploy/kubernetes/', import.meta.url);
const kustomization = readYaml<Kustomization>('kustomization.yaml');
const models = [
  ...[ConfigMap, Deployment, HorizontalPodAutoscaler, Ingress, Namespace, NetworkPolicy],
  ...[PodDisruptionBudget, Secret, Service, ServiceAccount],
];

const deployment = readYaml<IDeployment>('deployment.yaml');
const pod = deployment.spec!.template.spec!;
const [hub] = pod.containers as [(typeof pod.containers)[number]];
const labels = deployment.spec!.template.metadata!.labels!;
const configMap = readYaml<IConfigMap>('configmap.yaml');
const secret = readYaml<ISecret>('secret.example.yaml');
const ingress = readYaml<IIngress>('ingress.yaml');

for (const file of readdirSync(folder).filter(
  (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
)) {
  test(`${file} is what the schema of its kind allows.`, () => {
    const manifest = readYaml<Manifest>(file);
    const model = models.find(
      ({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind,
    );
    assert.ok(model, `${manifest.apiVersion} ${manifest.kind} is known`);
    new (model as new (data: unknown) => { validate(): void })(manifest).validate();
    assert.equal(manifest.metadata.name, 'carillon');
  });
}

test('The kustomization has every manifest but the template of the Secret.', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const applied = files.filter((name) => !['kustomization.yaml', 'secret.example.yaml'].includes(name));
  assert.deepEqual([...kustomization.resources].sort(), applied.sort());
});

test('The image is pinned to the version of the hub.', () => {
  const { version } = JSON.parse(read('../../packages/hub/package.json')) as { version: string };
  const image = kustomization.images.find(({ name }) => name === hub.image);
  assert.equal(image?.newTag, version);
});

test('Every variable of the Pod is one that the hub or Node knows.', () => {
  for (const name of Object.keys(configMap.data!)) assert.ok(knownVariables.has(name), name);
  for (const { name } of hub.env!) assert.ok(isKnownVariable(name), name);
});

test('The Secret that the Pod asks for is the one of the template, and no secret stands in the ConfigMap.', () => {
  const asked = hub.env!.map(({ valueFrom }) => valueFrom?.secretKeyRef);
  assert.deepEqual(asked.map((each) => each?.key).sort(), Object.keys(secret.stringData!).sort());
  for (const each of asked) assert.equal(each?.name, secret.metadata!.name);
  for (const name of Object.keys(secret.stringData!)) assert.ok(!(name in configMap.data!), name);
});

test('The template holds placeholders, each of which the hub would refuse or fail to connect with.', () => {
  for (const [name, value] of Object.entries(secret.stringData!)) assert.match(value, /REPLACE_ME/, name);
});

test('Startup and liveness ask whether the process is alive, readiness whether it can serve.', () => {
  const { startupProbe, livenessProbe, readinessProbe } = hub;
  assert.equal(startupProbe?.httpGet?.path, '/healthz');
  assert.equal(livenessProbe?.httpGet?.path, '/healthz', 'a lost database must not restart every hub');
  assert.equal(readinessProbe?.httpGet?.path, '/readyz');
  for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
    assert.ok(isProbePath(probe?.httpGet?.path ?? ''));
    assert.equal(probe?.httpGet?.port, hub.ports?.[0]?.name);
  }
});

test('A Pod leaves the Service before it drains, and has the time for both.', () => {
  const preStop = hub.lifecycle?.preStop?.sleep?.seconds ?? 0;
  assert.ok(preStop >= 5, 'balancers learn of it a little later');
  assert.ok(pod.terminationGracePeriodSeconds! > preStop + drainSeconds);
});

test('The Pod meets the restricted standard, and writes to its volumes alone.', () => {
  assert.equal(pod.securityContext?.runAsNonRoot, true);
  assert.equal(`${pod.securityContext?.runAsUser}:${pod.securityContext?.runAsGroup}`, userOfImage());
  assert.equal(pod.securityContext?.seccompProfile?.type, 'RuntimeDefault');
  assert.equal(hub.securityContext?.readOnlyRootFilesystem, true);
  assert.equal(hub.securityContext?.allowPrivilegeEscalation, false);
  assert.deepEqual(hub.securityContext?.capabilities?.drop, ['ALL']);
  assert.deepEqual(hub.volumeMounts?.map(({ mountPath }) => mountPath).sort(), ['/data', '/tmp']);
  assert.equal(pod.automountServiceAccountToken, false);
});

test('An update adds a hub before it takes one away, and hubs spread over machines and zones.', () => {
  assert.equal(deployment.spec!.strategy?.rollingUpdate?.maxUnavailable, 0);
  const keys = pod.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey).sort();
  assert.deepEqual(keys, ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
});

test('The hub has a request of CPU to be scaled by, and a limit of memory but none of CPU.', () => {
  assert.ok(hub.resources?.requests?.cpu);
  assert.ok(hub.resources?.limits?.memory);
  assert.equal(hub.resources?.limits?.cpu, undefined);
});

test('Service, budget, policy and spread select the Pods of the Deployment.', () => {
  const selectors = [
    deployment.spec!.selector.matchLabels,
    readYaml<IService>('service.yaml').spec?.selector,
    readYaml<IPodDisruptionBudget>('poddisruptionbudget.yaml').spec?.selector?.matchLabels,
    readYaml<INetworkPolicy>('networkpolicy.yaml').spec?.podSelector?.matchLabels,
    ...pod.topologySpreadConstraints!.map(({ labelSelector }) => labelSelector?.matchLabels),
  ];
  for (const selector of selectors) {
    assert.ok(selector && Object.keys(selector).length > 0);
    for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value);
  }
});

test('The port goes from the image through Pod and Service to the Ingress.', () => {
  const port = Number(/CARILLON_PORT=(\d+)/.exec(read('../Dockerfile'))?.[1]);
  const service = readYaml<IService>('service.yaml');
  assert.equal(hub.ports?.[0]?.containerPort, port);
  assert.equal(service.spec?.ports?.[0]?.targetPort, hub.ports?.[0]?.name);
  const backend = ingress.spec?.rules?.[0]?.http?.paths[0]?.backend.service;
  assert.equal(backend?.name, service.metadata?.name);
  assert.equal(backend?.port?.name, service.spec?.ports?.[0]?.name);
});

test('The Ingress serves the public URL over TLS, and lets streams go on beyond their heartbeat of 25 seconds.', () => {
  const host = new URL(configMap.data!.CARILLON_PUBLIC_URL!).host;
  assert.deepEqual(
    ingress.spec?.rules?.map((rule) => rule.host),
    [host],
  );
  assert.deepEqual(ingress.spec?.tls?.[0]?.hosts, [host]);
  const annotations = ingress.metadata!.annotations!;
  for (const [name, value] of Object.entries(annotations).filter(([each]) => each.includes('timeout')))
    assert.match(value, /^\d+[mh]$/, name);
  assert.equal(annotations['nginx.org/proxy-buffering'], 'False');
});

test('The autoscaler scales this Deployment, by what this version can tell: its CPU.', () => {
  const { spec } = readYaml<IHorizontalPodAutoscaler>('horizontalpodautoscaler.yaml');
  assert.equal(spec?.scaleTargetRef.name, deployment.metadata!.name);
  assert.equal(deployment.spec!.replicas, undefined, 'or each apply would reset it');
  assert.ok(spec!.minReplicas! >= 2);
  assert.deepEqual(
    spec?.metrics?.map(({ type }) => type),
    ['Resource'],
  );
});

test('With the metric of open streams added, the autoscaler is still what its schema allows.', () => {
  const component = readYaml<{ patches: { patch: string }[] }>('streams-metric/kustomization.yaml');
  const [operation] = parse(component.patches[0]!.patch) as { op: string; path: string; value: unknown }[];
  assert.deepEqual([operation?.op, operation?.path], ['add', '/spec/metrics/0']);
  const scaler = readYaml<IHorizontalPodAutoscaler>('horizontalpodautoscaler.yaml');
  const metrics = [operation!.value as { pods?: { metric: { name: string } } }, ...scaler.spec!.metrics!];
  new HorizontalPodAutoscaler({ ...scaler, spec: { ...scaler.spec!, metrics } } as never).validate();
  assert.equal(metrics[0]?.pods?.metric.name, 'carillon_streams');
});

test('Pods may call the store, the bus, names and https, and no private address over https.', () => {
  const { spec } = readYaml<INetworkPolicy>('networkpolicy.yaml');
  assert.deepEqual(spec?.policyTypes, ['Ingress', 'Egress']);
  const ports = spec?.egress?.flatMap((rule) => rule.ports?.map(({ port }) => port) ?? []);
  assert.deepEqual([...new Set(ports)].sort(), [4222, 443, 53, 5432]);
  const world = spec?.egress?.find((rule) => rule.ports?.some(({ port }) => port === 443));
  const excepted = world?.to?.flatMap(({ ipBlock }) => ipBlock?.except ?? []);
  for (const range of ['10.0.0.0/8', '169.254.0.0/16', '127.0.0.0/8', 'fc00::/7'])
    assert.ok(excepted?.includes(range), range);
});

function userOfImage(): string | undefined {
  return /^USER (\S+)$/m.exec(read('../Dockerfile'))?.[1];
}

function readYaml<T>(name: string): T {
  return parse(read(name)) as T;
}

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}
