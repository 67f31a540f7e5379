// `npm run pack` writes every package as it is published into dist/, as a tarball that `npm publish` takes. In the
// repository everything runs from its TypeScript sources without a build; Node refuses that inside node_modules, so what
// is published is JavaScript with declarations. `--image` makes images of containers too, for amd64 and arm64.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { whyNoImage } from '@carillon/testing/machine/containers/buildah.ts';
import { type Artefact, writeManifest } from './artefacts.ts';
import { stageClassicScripts } from './classic.ts';
import { compile } from './compile.ts';
import { makeExecutable } from './executable/make.ts';
import type { Architecture } from './image/base.ts';
import { makeImages } from './image/make.ts';
import { makeChart } from './installers/chart.ts';
import { makeDeb } from './installers/deb.ts';
import { stagePlainEntries } from './plain.ts';
import { makeSbom } from './sbom.ts';
import { isCompiled, readPackages, stageEmbed, stagePackage } from './stage.ts';

const root = resolve(import.meta.dirname, '..', '..');

export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  /** The folder that was packed. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Tarballs, bill of materials and manifest lie in `outFolder`, which is emptied first; what they are made from below it, in `staging`. */
export async function packAll(
  outFolder: string,
  build: 'always' | 'ifChanged',
  architectures: readonly Architecture[] = [],
): Promise<Packed[]> {
  const packages = readPackages();
  buildPages(build);
  const work = join(outFolder, '.work');
  const staging = join(outFolder, 'staging');
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const folders = packages.filter(isCompiled).map(({ folder }) => folder);
  const compiled = await compile(folders, work);
  for (const each of packages) {
    const target = join(staging, each.folder);
    stagePackage(each, { target, compiled });
    await stageClassicScripts(each, target);
    await stageEmbed(each, target);
    await stagePlainEntries(each, target);
  }
  const packed = packFolders(
    packages.map(({ folder }) => join(staging, folder)),
    outFolder,
  );
  await writeRelease(outFolder, { packed, work, architectures });
  rmSync(work, { recursive: true });
  return packed;
}

interface Release {
  readonly packed: readonly Packed[];
  readonly work: string;
  /** Of images. */
  readonly architectures: readonly Architecture[];
}

/** What goes with the tarballs. */
async function writeRelease(outFolder: string, { packed, work, architectures }: Release): Promise<void> {
  const version = packed.find(({ name }) => name === 'carillon')?.version;
  if (version === undefined) throw new Error('the hub is not among what was packed');
  const sbom = `carillon-${version}.cdx.json`;
  writeFileSync(join(outFolder, sbom), `${JSON.stringify(makeSbom(), null, 2)}\n`);
  const tarballs = packed.map(({ tarball }) => ({ kind: 'npm', file: basename(tarball) }) as const);
  const programs = await makePrograms(outFolder, { version, work });
  const chart = { kind: 'chart', file: makeChart(version, outFolder) } as const;
  const archives = architectures.length
    ? makeImages({ version, architectures, outFolder, work: join(work, 'image') })
    : [];
  const images = archives.map((file) => ({ kind: 'image', file }) as const);
  writeManifest(outFolder, version, [
    ...tarballs,
    ...programs,
    chart,
    ...images,
    { kind: 'sbom', file: sbom },
  ]);
}

/** For machines without Node: of Linux alone, with the architecture of the machine that makes them. */
async function makePrograms(
  outFolder: string,
  { version, work }: { readonly version: string; readonly work: string },
): Promise<Artefact[]> {
  if (process.platform !== 'linux') return [];
  const file = `carillon-${version}-linux-${process.arch}`;
  const executable = join(outFolder, file);
  await makeExecutable(executable, join(work, 'executable'));
  const deb = makeDeb({ version, executable, work: join(work, 'deb'), outFolder });
  return [{ kind: 'executable', file }, ...(deb ? [{ kind: 'deb', file: deb } as const] : [])];
}

/** What is not compiled but built: the inbox page and the console. */
export function buildPages(build: 'always' | 'ifChanged'): void {
  const program = join(root, 'tools', 'build.ts');
  if (!existsSync(program)) return;
  const options = build === 'ifChanged' ? ['--if-changed'] : [];
  execFileSync(process.execPath, [program, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

interface NpmPacked {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
  readonly size: number;
}

/** npm answers in the order of its arguments. */
function packFolders(folders: readonly string[], outFolder: string): Packed[] {
  const output = execFileSync(
    'npm',
    ['pack', ...folders, '--pack-destination', outFolder, '--json', '--ignore-scripts'],
    { encoding: 'utf8', shell: process.platform === 'win32', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return (JSON.parse(output) as NpmPacked[]).map(({ name, version, filename, files, size }, index) => ({
    name,
    version,
    tarball: join(outFolder, filename),
    folder: folders[index] as string,
    files: files.map(({ path }) => path),
    bytes: size,
  }));
}

async function main(): Promise<void> {
  const architectures: readonly Architecture[] = process.argv.includes('--image') ? ['x64', 'arm64'] : [];
  const why = architectures.length ? await whyNoImage() : null;
  if (why !== null) throw new Error(`--image: ${why}`);
  for (const { tarball, files, bytes } of await packAll(join(root, 'dist'), 'always', architectures)) {
    console.log(`${relative(root, tarball)}  ${files.length} files, ${Math.ceil(bytes / 1024)} KiB`);
  }
}

if (import.meta.main) await main();
