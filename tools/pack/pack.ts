// `npm run pack` writes every package as it is published into dist/, as a tarball that `npm publish` takes. In the
// repository everything runs from its TypeScript sources without a build; Node refuses that inside node_modules, so what
// is published is JavaScript with declarations.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { stageClassicScripts } from './classic.ts';
import { compile } from './compile.ts';
import { isCompiled, readPackages, stagePackage } from './stage.ts';

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

/** Tarballs lie in `outFolder`, which is emptied first; what they are made from below it, in `staging`. */
export async function packAll(outFolder: string, build: 'always' | 'ifChanged'): Promise<Packed[]> {
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
  }
  rmSync(work, { recursive: true });
  return packFolders(
    packages.map(({ folder }) => join(staging, folder)),
    outFolder,
  );
}

/** What is not compiled but built: the inbox page. */
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
  for (const { tarball, files, bytes } of await packAll(join(root, 'dist'), 'always')) {
    console.log(`${relative(root, tarball)}  ${files.length} files, ${Math.ceil(bytes / 1024)} KiB`);
  }
}

if (import.meta.main) await main();
