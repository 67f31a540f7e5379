// Keeps package-lock.json whole for every platform. npm leaves a platform's package out of the lock when the registry in
// use doesn't have it, and `npm ci` refuses such a lock on every machine; without a checksum it installs whatever comes.
// `node tools/lock-platforms.ts` asks the registry for what is missing; tidy fails while something is.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** By path: `''` is the repository, `packages/…` a workspace, `node_modules/…` what is installed. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

interface Missing {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

const root = 'node_modules/';

/** The optional dependencies that have no entry where Node would look for them. */
export function missingPlatforms(packages: LockedPackages): Missing[] {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !lookupPaths(parent, name).some((path) => path in packages))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** The paths of what is downloaded and could not be verified. */
export function unverified(packages: LockedPackages): string[] {
  return Object.entries(packages)
    .filter(([path, { link = false }]) => path.includes(root) && !link)
    .filter(([, { integrity }]) => !isChecksum(integrity))
    .map(([path]) => path);
}

function isChecksum(integrity: string | undefined): boolean {
  return /^sha512-[\w+/]{86}==$/.test(integrity ?? '');
}

/** From `a/node_modules/b`: its own node_modules, then that of each folder above. */
function lookupPaths(parent: string, name: string): string[] {
  const folders = parent.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  return [...folders.filter(Boolean).map((folder) => `${folder}/${root}${name}`), `${root}${name}`];
}

function nameAt(path: string): string {
  return path.slice(path.lastIndexOf(root) + root.length);
}

/** What npm itself writes of a platform's package. */
function readRegistry(name: string, version: string): LockedPackage {
  const fields = ['dist.integrity', 'cpu', 'libc', 'os', 'license', 'engines'];
  const windows = process.platform === 'win32';
  const npm = spawnSync('npm', ['view', `${name}@${version}`, ...fields, '--json'], {
    encoding: 'utf8',
    shell: windows,
  });
  if (npm.status !== 0) throw new Error(`npm view ${name}@${version} failed: ${npm.stderr}`);
  const found: LockedPackage & { 'dist.integrity': string } = JSON.parse(npm.stdout);
  const { 'dist.integrity': integrity, ...rest } = found;
  return { version, integrity, ...rest };
}

function verifiedEntry(path: string, { version = '', ...entry }: LockedPackage): LockedPackage {
  const { integrity } = readRegistry(nameAt(path), version);
  if (integrity === undefined) throw new Error(`the registry has no checksum of ${path}`);
  return { version, integrity, ...entry };
}

function platformEntry({ name, version, dev }: Missing): LockedPackage {
  return { ...readRegistry(name, version), ...(dev && { dev }), optional: true };
}

function main(): void {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock: { packages: LockedPackages } = JSON.parse(readFileSync(file, 'utf8'));
  const whole: Record<string, LockedPackage> = { ...lock.packages };
  for (const missing of missingPlatforms(whole)) whole[root + missing.name] ??= platformEntry(missing);
  for (const path of unverified(whole)) whole[path] = verifiedEntry(path, whole[path] ?? {});
  const changed = Object.keys(whole).filter((path) => !isDeepStrictEqual(whole[path], lock.packages[path]));
  const sorted = Object.entries(whole).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.log(changed.length === 0 ? 'package-lock.json is whole' : `mended ${changed.join(', ')}`);
}

if (import.meta.main) main();
