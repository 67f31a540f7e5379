// Keeps package-lock.json whole for every platform. npm leaves a platform's package out of the lock when the registry in
// use doesn't have it, and `npm ci` refuses such a lock on every machine. `node tools/lock-platforms.ts` adds what is
// missing, by the version its parent asks for and without a checksum; tidy fails while something is missing.
import { readFileSync, writeFileSync } from 'node:fs';

type Package = { readonly optionalDependencies?: Record<string, string>; readonly dev?: boolean };
export type Lock = { packages: Record<string, Package> };
type Missing = { readonly name: string; readonly version: string; readonly dev: boolean };

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries: Record<string, string> = {
  gnu: 'glibc',
  gnueabihf: 'glibc',
  musl: 'musl',
  musleabihf: 'musl',
};

/** The optional dependencies that have no entry where Node would look for them. */
export function missingPlatforms({ packages }: Lock): Missing[] {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !lookupPaths(parent, name).some((path) => path in packages))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** From `a/node_modules/b`: its own node_modules, then that of each folder above. */
function lookupPaths(parent: string, name: string): string[] {
  const folders = parent.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  return [
    ...folders.filter(Boolean).map((folder) => `${folder}/node_modules/${name}`),
    `node_modules/${name}`,
  ];
}

/** What npm would have written, but for the checksum; the platform is read from the name, as in `cli-linux-arm64-musl`. */
function platformEntry({ name, version, dev }: Missing) {
  const words = name.split(/[-/]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  const libc = words.flatMap((word) => libraries[word] ?? []);
  if (os.length !== 1 || cpu.length !== 1 || !/^\d/.test(version)) {
    throw new Error(`${name}@${version} names no platform: write its entry in package-lock.json by hand`);
  }
  return { version, cpu, ...(dev && { dev }), ...(libc.length > 0 && { libc }), optional: true, os };
}

function main(): void {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock;
  const missing = missingPlatforms(lock);
  for (const each of missing) lock.packages[`node_modules/${each.name}`] = platformEntry(each);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(
    missing.length === 0
      ? 'package-lock.json is whole'
      : `added ${missing.map(({ name }) => name).join(', ')}`,
  );
}

if (import.meta.main) main();
