// Compiles the sources of all packages by the configurations that `npm run check` judges them by, so that a new file or
// package needs no list here: JavaScript, declarations and their maps, in the layout of packages/.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const configurations = ['tsconfig.json', 'tsconfig.browser.json', 'tsconfig.worker.json'];

export interface Compiled {
  /** Path below packages/, as in `hub/src/main.ts`. */
  readonly source: string;
  /** The folder that holds what became of it, in the layout of packages/. */
  readonly folder: string;
}

/** Sources of `packages` (folder names), each with where its output lies below `outFolder`. */
export async function compile(packages: readonly string[], outFolder: string): Promise<Compiled[]> {
  mkdirSync(outFolder, { recursive: true });
  const compiled = await Promise.all(
    configurations.map((configuration) => compileBy(configuration, packages, outFolder)),
  );
  return compiled.flat();
}

async function compileBy(
  configuration: string,
  packages: readonly string[],
  outFolder: string,
): Promise<Compiled[]> {
  const sources = await listSources(configuration, packages);
  if (sources.length === 0) return [];
  const name = configuration.replace(/\.json$/, '');
  const folder = join(outFolder, name);
  const project = join(outFolder, configuration);
  writeFileSync(project, JSON.stringify(projectOf({ configuration, sources, folder }), null, 2));
  await runCompiler(['-p', project]);
  return sources.map((source) => ({ source, folder }));
}

function projectOf({
  configuration,
  sources,
  folder,
}: {
  readonly configuration: string;
  readonly sources: readonly string[];
  readonly folder: string;
}) {
  return {
    extends: join(root, configuration),
    compilerOptions: {
      noEmit: false,
      outDir: folder,
      rootDir: join(root, 'packages'),
      rewriteRelativeImportExtensions: true,
      declaration: true,
      declarationMap: true,
      sourceMap: true,
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    files: sources.map((source) => join(root, 'packages', source)),
    include: [],
  };
}

async function listSources(configuration: string, packages: readonly string[]): Promise<string[]> {
  const { stdout } = await runCompiler(['--showConfig', '-p', join(root, configuration)]);
  const { files = [] } = JSON.parse(stdout) as { files?: string[] };
  return files
    .map((file) => /^\.\/packages\/(([^/]+)\/src\/.+)$/.exec(file))
    .flatMap((match) => (match && packages.includes(match[2] as string) ? [match[1] as string] : []))
    .filter((path) => !/\.test\.tsx?$/.test(path));
}

/** The compiler writes what is wrong to standard output, which execFile's own error leaves out. */
async function runCompiler(args: readonly string[]): Promise<{ stdout: string }> {
  try {
    return await run(process.execPath, [tsc, ...args], { cwd: root, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string };
    throw new Error(`tsc ${args.join(' ')} failed:\n${stdout || String(error)}`);
  }
}
