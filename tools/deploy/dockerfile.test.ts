import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { build } from 'esbuild';
import { isKnownVariable, isPinned, isProbePath } from './hub-facts.ts';

const text = read('deploy/Dockerfile');
const file = DockerfileParser.parse(text);
/** Those of the last stage, which is the image. */
const image = file.getInstructions().filter((each) => each.getRange().start.line >= lastStage());

test('The Dockerfile has nothing that its linter warns of.', () => {
  assert.deepEqual(
    validate(text).map(({ message }) => message),
    [],
  );
});

test('Every stage begins with a pinned image, of the Node that the hub needs.', () => {
  const { engines } = JSON.parse(read('packages/hub/package.json')) as { engines: { node: string } };
  const major = /\d+/.exec(engines.node)?.[0];
  for (const from of file.getFROMs()) {
    const name = from.getImage() ?? '';
    assert.ok(isPinned(name), name);
    assert.ok(name.startsWith(`node:${major}-`), name);
  }
});

test('An image for another architecture needs no emulation: its own stage runs nothing.', () => {
  const froms = file.getFROMs().map((from) => from.toString());
  assert.doesNotMatch(froms.pop() ?? '', /--platform/);
  for (const from of froms) assert.match(from, /--platform=\$BUILDPLATFORM /);
  assert.ok(!image.some((each) => each.getKeyword() === 'RUN'));
});

test('What builds the pages is among the files that the builder gets.', async () => {
  const { metafile } = await build({
    ...{ entryPoints: ['tools/build.ts'], absWorkingDir: fileURLToPath(path('.')) },
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', write: false, metafile: true },
  });
  const inputs = Object.keys(metafile.inputs);
  assert.ok(inputs.length > 3, inputs.join());
  assert.deepEqual(inputs.filter(isIgnored), []);
  assert.ok(isIgnored('packages/web/dist/index.html') && isIgnored('tools/check.ts'));
});

/** By the last pattern that fits the file or a folder of it. */
function isIgnored(name: string): boolean {
  const patterns = read('deploy/Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const last = patterns.findLast((pattern) => {
    const glob = pattern.replace('!', '');
    return matchesGlob(name, glob) || matchesGlob(name, `${glob}/**`);
  });
  return last !== undefined && !last.startsWith('!');
}

test('The image runs as a user that Kubernetes can tell from root.', () => {
  assert.match(argumentsOf('USER'), /^[1-9]\d*:[1-9]\d*$/);
});

test('The image keeps its data in a volume, where the hub looks for it.', () => {
  const variables = environment();
  assert.equal(argumentsOf('VOLUME'), variables.get('CARILLON_DATA_DIR'));
  const makes = /chown (\d+:\d+) \/places(\/\w+) && chmod 700 /.exec(text);
  assert.deepEqual(
    makes?.slice(1),
    [argumentsOf('USER'), argumentsOf('VOLUME')],
    'the plain user may write it',
  );
});

test('Every variable of the image is one that the hub or Node knows.', () => {
  for (const name of environment().keys()) assert.ok(isKnownVariable(name), name);
});

test('The image listens beyond its own loopback, on the port that it exposes.', () => {
  const variables = environment();
  assert.equal(variables.get('CARILLON_HOST'), '0.0.0.0');
  assert.equal(argumentsOf('EXPOSE'), variables.get('CARILLON_PORT'));
});

test('The health check asks a path that the hub has, on the port that it was given.', () => {
  const check = argumentsOf('HEALTHCHECK');
  const path = /CARILLON_PORT\}(\/\w+)/.exec(check)?.[1] ?? '';
  assert.ok(isProbePath(path), check);
  assert.match(check, /CMD \[/, 'needs no shell');
});

test('Signals reach the hub: it is started without a shell, as `carillon serve`.', () => {
  const entry = JSON.parse(argumentsOf('ENTRYPOINT')) as string[];
  assert.equal(entry[0], 'node');
  assert.ok(read(entry[1]!.replace('/app/', '')).startsWith('#!/usr/bin/env node'));
  assert.deepEqual(JSON.parse(argumentsOf('CMD')), ['serve']);
});

test('Dependencies come from the lock file, without development ones and without install scripts.', () => {
  const install = file
    .getInstructions()
    .find((each) => each.toString().includes('npm '))
    ?.getRawArgumentsContent();
  assert.match(install ?? '', /^npm ci\b/);
  for (const option of ['--omit=dev', '--ignore-scripts']) assert.ok(install?.includes(option), option);
});

test('What is installed is the hub and every package of the workspace that it depends on.', () => {
  const installed = [...text.matchAll(/--workspace (\S+)/g)].map(([, name]) => name).sort();
  assert.deepEqual(installed, [...neededPackages('carillon')].sort());
});

test('Nothing that is installed for the hub has a native part or needs a script.', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  const scripted = Object.entries(lock.packages).filter(
    ([, { dev, devOptional, hasInstallScript }]) => hasInstallScript && !dev && !devOptional,
  );
  assert.deepEqual(
    scripted.map(([path]) => path),
    [],
  );
});

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
}

/** The package and those of the workspace below it. */
function neededPackages(name: string): Set<string> {
  const manifests = readdirSync(path('packages')).map(
    (folder) => JSON.parse(read(`packages/${folder}/package.json`)) as Manifest,
  );
  const needed = new Set<string>();
  const add = (wanted: string): void => {
    const manifest = manifests.find((each) => each.name === wanted);
    if (!manifest || needed.has(wanted)) return;
    needed.add(wanted);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) add(dependency);
  };
  add(name);
  return needed;
}

function environment(): Map<string, string> {
  const pairs = file
    .getENVs()
    .flatMap((env) => env.getProperties())
    .map((property): [string, string] => [property.getName(), property.getValue() ?? '']);
  return new Map(pairs);
}

function argumentsOf(keyword: string): string {
  const found = image.filter((each: Instruction) => each.getKeyword() === keyword);
  assert.equal(found.length, 1, `one ${keyword}`);
  return found[0]!.getRawArgumentsContent() ?? '';
}

function lastStage(): number {
  return file.getFROMs().at(-1)!.getRange().start.line;
}

function path(name: string): URL {
  return new URL(`../../${name}`, import.meta.url);
}

function read(name: string): string {
  return readFileSync(path(name), 'utf8');
}
