// The bill of materials of what ships (CycloneDX 1.6, JSON): the published packages and every production dependency with
// version, licence and checksum as the lock file pins them, and who depends on whom. The same sources give the same bytes, so
// it holds no time. `npm sbom` refuses a workspace without a version.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readPackages } from './stage.ts';

const root = resolve(import.meta.dirname, '..', '..');

interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  /** Of a link in node_modules: the folder of the workspace package. */
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, Locked>>;

interface Component {
  readonly type: 'application' | 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly [member: string]: unknown;
}

/** The product is the hub; what it and the other packages need are its components. */
export function makeSbom(): object {
  const lock = readLock();
  const published = readPackages().map(({ folder }) => `packages/${folder}`);
  const shipped = closure(lock, published);
  const paths = [...shipped.keys()].sort();
  const product = componentOf('packages/hub', lock, 'application');
  const components = paths
    .filter((path) => path !== 'packages/hub')
    .map((path) => componentOf(path, lock, 'library'));
  const dependencies = paths.map((path) => ({
    ref: refOf(path, lock),
    dependsOn: [...new Set(shipped.get(path)?.map((each) => refOf(each, lock)))].sort(),
  }));
  const contents = {
    metadata: {
      tools: { components: [{ type: 'application', name: 'npm run pack' }] },
      component: product,
    },
    components: distinct(components, (each) => each['bom-ref']),
    dependencies: distinct(dependencies, ({ ref }) => ref),
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(contents))}`,
    version: 1,
    ...contents,
  };
}

function readLock(): Lock {
  const { packages }: { packages: Lock } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return packages;
}

/** What ships, each with what it depends on, by the paths of the lock file. */
function closure(lock: Lock, published: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const open = [...published];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const needed = neededBy(path, lock, new Set(published));
    found.set(path, needed);
    open.push(...needed);
  }
  return found;
}

function neededBy(path: string, lock: Lock, published: ReadonlySet<string>): string[] {
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = lock[path] ?? {};
  const isOwn = published.has(path);
  const named = { ...dependencies, ...optionalDependencies, ...(isOwn ? {} : peerDependencies) };
  const needed = Object.keys(named).map((name) => find(name, path, lock));
  // What the inbox page is built from is in its bundle, so it ships as well.
  const bundled = Object.keys(devDependencies ?? {})
    .map((name) => find(name, path, lock))
    .filter((each) => each !== null && published.has(each));
  return [...needed, ...(isOwn ? bundled : [])].filter((each) => each !== null);
}

/** As Node resolves it: from the package's own folder upwards. Null for an optional one that is not there. */
function find(name: string, from: string, lock: Lock): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = folder === '.' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const locked = lock[path];
    if (locked) return locked.link ? (locked.resolved ?? null) : path;
    if (folder === '.') return null;
  }
}

function componentOf(path: string, lock: Lock, type: Component['type']): Component {
  const { version = '', license, integrity, optional } = lock[path] ?? {};
  const ref = refOf(path, lock);
  return {
    type,
    'bom-ref': ref,
    name: nameOf(path, lock),
    version,
    purl: ref,
    ...(optional ? { scope: 'optional' } : {}),
    ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }),
    ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
  };
}

function refOf(path: string, lock: Lock): string {
  return `pkg:npm/${nameOf(path, lock).replace('@', '%40')}@${lock[path]?.version}`;
}

function nameOf(path: string, lock: Lock): string {
  return lock[path]?.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function hashOf(integrity: string) {
  const [, content = ''] = /^sha512-(\S+)$/.exec(integrity) ?? [];
  return { alg: 'SHA-512', content: Buffer.from(content, 'base64').toString('hex') };
}

function distinct<T>(all: readonly T[], keyOf: (each: T) => string): T[] {
  return [...new Map(all.map((each) => [keyOf(each), each])).values()];
}

/** RFC 9562, version 8: of the contents, so that another bill has another one. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
