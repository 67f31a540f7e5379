import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { drainSeconds, isPinned, isProbePath, knownVariables } from './hub-facts.ts';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<
    Record<
      string,
      {
        readonly internal?: boolean;
        readonly ipam?: { readonly config: readonly { readonly subnet: string }[] };
      } | null
    >
  >;
  readonly volumes: Readonly<Record<string, null>>;
}

const text = read('compose.yaml');
const { services, networks, volumes } = parse(text, { merge: true }) as Compose;
const caddyfile = read('Caddyfile');
const hubs = Object.entries(services).filter(([, { image }]) => image.startsWith('carillon:'));

test('Two hubs run, both built from the Dockerfile and set up alike.', () => {
  assert.equal(hubs.length, 2);
  const [[, first], [, second]] = hubs as [[string, Service], [string, Service]];
  assert.deepEqual({ ...first, volumes: [] }, { ...second, volumes: [] });
  assert.equal(first.build?.dockerfile, 'deploy/Dockerfile');
  assert.notDeepEqual(first.volumes, second.volumes, 'a data folder has one hub');
});

test('Every image is pinned to a major version at least, and the hub to the version of its package.', () => {
  for (const [name, { image }] of Object.entries(services)) assert.ok(isPinned(image), `${name}: ${image}`);
  const { version } = JSON.parse(read('../packages/hub/package.json')) as { version: string };
  for (const [, { image }] of hubs) assert.equal(image, `carillon:${version}`);
});

test('Every variable that a hub is given is one of its settings.', () => {
  for (const [name, { environment }] of hubs) {
    for (const variable of Object.keys(environment ?? {}))
      assert.ok(knownVariables.has(variable), `${name}: ${variable}`);
  }
});

test('The hubs run on a read-only root, as nobody special, and have time to drain.', () => {
  for (const [, hub] of hubs) {
    assert.equal(hub.read_only, true);
    assert.deepEqual(hub.tmpfs, ['/tmp']);
    assert.deepEqual(hub.cap_drop, ['ALL']);
    assert.ok(hub.volumes?.some((volume) => volume.endsWith(':/data')));
    assert.ok(Number.parseInt(hub.stop_grace_period ?? '0', 10) > drainSeconds);
  }
});

test('No service is privileged or may gain privileges.', () => {
  for (const [name, service] of Object.entries(services)) {
    assert.notEqual(service.privileged, true, name);
    assert.ok(service.security_opt?.includes('no-new-privileges:true'), name);
  }
});

test('A value that must be set has no default, and env.example explains each that may be.', () => {
  const explained = [...read('env.example').matchAll(/^(\w+)=(.*)$/gm)];
  for (const [, name, value] of explained) assert.equal(value, '', `${name} is a placeholder, not a value`);
  const uses = [...text.matchAll(/\$\{(\w+)(:[?-])([^}]*)\}/g)];
  const plain = [...text.matchAll(/\$\{?(\w+)/g)];
  assert.equal(plain.length, uses.length, 'each says what becomes of it when it is not set');
  for (const [, name = '', how, rest = ''] of uses) {
    if (/KEY|PASSWORD|DOMAIN/.test(name)) assert.equal(how, ':?', `${name} must be set`);
    if (how === ':?') assert.equal(rest, `set ${name} in deploy/.env`);
    if (how === ':?' || rest === '')
      assert.ok(
        explained.some(([, each]) => each === name),
        name,
      );
  }
  for (const [, name] of explained)
    assert.ok(
      uses.some(([, each]) => each === name),
      `${name} is used`,
    );
});

test('What holds the secrets is kept out of version control.', () => {
  const ignored = read('../.gitignore').split('\n');
  assert.ok(ignored.includes('deploy/.env'));
  assert.ok(ignored.includes('deploy/kubernetes/secret.yaml'));
});

test('A hub starts when store and bus are healthy, and both say when they are.', () => {
  for (const [name, { depends_on }] of hubs) {
    for (const needed of ['postgres', 'nats']) {
      assert.equal(depends_on?.[needed]?.condition, 'service_healthy', `${name} needs ${needed}`);
      assert.ok(services[needed]?.healthcheck, needed);
    }
  }
});

test('The URLs of store and bus name services of this file, in a network that the hubs share with them.', () => {
  for (const [name, { environment, networks: joined }] of hubs) {
    for (const variable of ['CARILLON_DATABASE_URL', 'CARILLON_NATS_URL']) {
      const host = /@([\w-]+):/.exec(environment?.[variable] ?? '')?.[1] ?? '';
      assert.ok(
        services[host]?.networks.some((each) => joined.includes(each)),
        `${name}: ${variable}`,
      );
    }
  }
});

test('Only the balancer is reachable from outside, and store and bus reach nothing outside.', () => {
  const published = Object.entries(services).filter(([, { ports }]) => ports);
  assert.deepEqual(
    published.map(([name]) => name),
    ['balancer'],
  );
  for (const name of ['postgres', 'nats']) {
    for (const network of services[name]?.networks ?? [])
      assert.equal(networks[network]?.internal, true, name);
  }
});

test('PostgreSQL keeps its data in a named volume, and is of the major version 17.', () => {
  assert.match(services.postgres?.image ?? '', /^postgres:17\b/);
  const volume = services.postgres?.volumes?.find((each) => each.endsWith(':/var/lib/postgresql/data'));
  assert.ok(volume && volume.split(':')[0]! in volumes);
});

test('The balancer has every hub on its port, and asks whether it is ready.', () => {
  const port = /CARILLON_PORT=(\d+)/.exec(read('Dockerfile'))?.[1];
  const upstreams = /reverse_proxy ([^{]+)\{/.exec(caddyfile)?.[1]?.trim().split(' ');
  assert.deepEqual(
    upstreams,
    hubs.map(([name]) => `${name}:${port}`),
  );
  const path = /health_uri (\S+)/.exec(caddyfile)?.[1] ?? '';
  assert.equal(path, '/readyz', 'alive is not enough');
  assert.ok(isProbePath(path));
});

test('The balancer buffers no stream and cuts none.', () => {
  assert.match(caddyfile, /flush_interval -1/);
  assert.doesNotMatch(caddyfile, /buffers|stream_timeout|read_timeout|write_timeout|response_header_timeout/);
});

test('The hubs believe X-Forwarded-For from the network of the balancer, and from nowhere else.', () => {
  const subnet = networks.edge?.ipam?.config[0]?.subnet;
  assert.ok(subnet);
  for (const [, { environment }] of hubs) assert.equal(environment?.CARILLON_TRUSTED_PROXY, subnet);
});

function read(name: string): string {
  return readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
}
