// The image of deploy/Dockerfile, built by Buildah from the file as it is and run as a strict orchestrator runs it. Only the
// built pages are those that the tests have anyway, and the base image is Debian's packages with the Node of this repository.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Buildah, whyNoImage } from '@carillon/testing/machine/containers/buildah.ts';
import { Container } from '@carillon/testing/machine/containers/container.ts';
import { freePort } from '@carillon/testing/machine/ports/free-port.ts';
import { DockerfileParser } from 'dockerfile-ast';
import { buildPages } from '../pack.ts';
import { machine } from './base.ts';
import { ImageBuilder } from './make.ts';
import { readStages } from './stages.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');
// Before the first test is there: the runner may end with those that it knows.
const why = await whyNoImage();
const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
const [healthCheck] = DockerfileParser.parse(dockerfile).getHEALTHCHECKs();

test('the stages of the Dockerfile are all of it, and the last is the image', () => {
  const stages = readStages(dockerfile);
  const names = stages.map(({ name }) => name);
  assert.deepEqual(names, ['manifests', 'modules', 'page', 'places', null]);
  assert.ok(dockerfile.endsWith(stages.map(({ text }) => text).join('\n')));
});

interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Volumes: Readonly<Record<string, unknown>>;
  readonly StopSignal: NodeJS.Signals;
}

describe('the image', { skip: why ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-image-'));
  const buildah = new Buildah(join(folder, 'buildah'));
  let container: Container;
  let config: ImageConfig;
  let url: string;

  before(async () => {
    buildPages('ifChanged');
    const page = join(folder, 'page');
    for (const [, dist = ''] of dockerfile.matchAll(/--from=page \/app\/(\S+)/g))
      cpSync(join(root, dist), join(page, 'app', dist), { recursive: true });
    const image = new ImageBuilder(buildah, join(folder, 'work'), { page }).build(machine);
    const { OCIv1 } = JSON.parse(buildah.run('inspect', '--type', 'image', image)) as {
      readonly OCIv1: { readonly config: ImageConfig };
    };
    config = OCIv1.config;
    const [uid = '', gid = ''] = config.User.split(':');
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const [volume = ''] = Object.keys(config.Volumes);
    container = new Container(
      {
        mount: buildah.command('mount', buildah.run('from', '--pull-never', image)),
        volume: { path: volume, folder: join(folder, 'data') },
        user: { uid, gid },
        workingFolder: config.WorkingDir,
        environment: [...config.Env, `CARILLON_PORT=${port}`],
      },
      [...config.Entrypoint, ...config.Cmd],
    );
    await ready(container.process);
  });

  after(async () => {
    await container?.remove();
    buildah.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('its health check passes while it serves, and fails where nothing does', () => {
    const check = JSON.parse(/CMD (\[.*\])/s.exec(healthCheck?.toString() ?? '')?.[1] ?? '[]') as string[];
    assert.equal(container.run(check), '');
    assert.throws(() => container.run(['env', 'CARILLON_PORT=1', ...check]));
  });

  test('it runs as process 1 of a plain user, who can write the volume and /tmp alone', () => {
    assert.equal(container.run(['sh', '-c', 'id -u; id -g']), config.User.replace(':', '\n'));
    const program = container.run(['cat', '/proc/1/cmdline']).split('\0').slice(0, -1);
    assert.deepEqual(program, [...config.Entrypoint, ...config.Cmd]);
    container.run(['sh', '-c', 'touch /tmp/a /data/a']);
    for (const path of ['/a', '/app/a', '/usr/a', '/etc/a'])
      assert.throws(() => container.run(['touch', path]), /Read-only file system/, path);
  });

  test('its command makes an app and a user, sends one, and its pages and the sent one are served', async () => {
    container.run(['carillon', 'app', 'create', '--id', 'shop', '--host', 'shop.example']);
    const name = 'alice@shop.example';
    container.run(['carillon', 'user', 'create', '--name', name, '--password', 'a long password of hers']);
    const user = ['--app', 'shop', '--user', name];
    const id = container.run(['carillon', 'send', ...user, '--title', 'Soup']);
    const token = container.run(['carillon', 'token', ...user]);
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/v1.0/me/notifications`, { headers });
    const { value } = (await answer.json()) as { readonly value: readonly { readonly id: string }[] };
    assert.deepEqual(
      value.map((each) => each.id),
      [id],
    );
    for (const path of ['/inbox', '/console', '/docs']) {
      const page = await fetch(url + path);
      const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(await page.text()) ?? [];
      const asset = await fetch(new URL(script, page.url));
      assert.deepEqual([page.status, asset.status], [200, 200], path);
    }
  });

  test('its stop signal ends it with 0', async () => {
    assert.equal(config.StopSignal, 'SIGTERM');
    assert.equal(await container.stop(config.StopSignal), 0);
  });
});

async function ready(hub: ChildProcess): Promise<void> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [hub.stdout, hub.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/^carillon is ready at /m.test(output)) resolve();
    });
  }
  hub.once('exit', () => reject(new Error(output)));
  await promise;
}
