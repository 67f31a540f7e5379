// What `npm run pack` leaves beside the tarballs: a bill of materials that CycloneDX's own validator takes and that has all
// that ships, and a manifest whose checksums are those of the files.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { packOnce } from './pack-once.ts';
import { makeSbom } from './sbom.ts';

let folder: string;

before(async () => {
  const [first] = await packOnce();
  assert.ok(first);
  folder = dirname(first.tarball);
});

const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const root = join(import.meta.dirname, '..', '..');

test('the manifest names each artefact with its kind and its SHA-256', () => {
  const { artefacts } = read('manifest.json');
  const kinds = new Set(artefacts.map(({ kind }: { kind: string }) => kind));
  assert.deepEqual([...kinds].sort(), ['chart', 'deb', 'executable', 'npm', 'sbom']);
  for (const { file, sha256 } of artefacts)
    assert.equal(
      sha256,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
      file,
    );
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const listed = artefacts.map(({ file }: { file: string }) => file);
  const others = files.map(({ name }) => name).filter((name) => !listed.includes(name));
  assert.deepEqual(
    others.filter((name) => name !== 'packed.json'), // of the tests' own cache
    ['manifest.json'],
  );
});

test("the bill of materials is valid by CycloneDX's own strict validator", async () => {
  const { artefacts } = read('manifest.json');
  const { file } = artefacts.find(({ kind }: { kind: string }) => kind === 'sbom');
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  assert.equal(await validator.validate(readFileSync(join(folder, file), 'utf8')), null);
  const bad = { ...read(file), components: [{ type: 'nonsense' }] };
  assert.notEqual(await validator.validate(JSON.stringify(bad)), null);
});

test('the bill of materials has every production dependency of the lock file, and none of development', () => {
  interface Locked {
    readonly dev?: boolean;
    readonly link?: boolean;
    readonly version?: string;
  }
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const shipped = Object.entries(packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
  interface Bom {
    readonly components: readonly { name: string; version: string; licenses?: unknown }[];
    readonly dependencies: readonly { ref: string; dependsOn: string[] }[];
  }
  const { components, dependencies } = makeSbom() as Bom;
  const named = components.map(({ name, version }) => `${name}@${version}`);
  const own = named.filter((each) => each.startsWith('@carillon/'));
  assert.ok(own.includes('@carillon/client@0.1.0') && !own.some((each) => each.includes('testing')));
  assert.deepEqual(new Set(named.filter((each) => !own.includes(each))), new Set(shipped));
  assert.ok(components.every(({ licenses }) => licenses));
  const hub = dependencies.find(({ ref }) => ref.startsWith('pkg:npm/carillon@'));
  assert.ok(hub?.dependsOn.some((each) => each.startsWith('pkg:npm/fastify@')));
  assert.deepEqual(makeSbom(), makeSbom());
});
