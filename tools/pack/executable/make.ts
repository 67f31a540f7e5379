// `carillon` as one file: the Node of this repository with the hub, its threads and the built pages inside, for a machine
// that has neither Node nor npm. Nothing is unpacked when it runs.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { type Beside, besidePlugin, threadKey } from './beside.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');
const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
/** Node finds it in its own file, and the digit behind it says whether a program is inside. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Makes `target`; `work` is a folder for what it is made from. */
export async function makeExecutable(target: string, work: string): Promise<void> {
  mkdirSync(work, { recursive: true });
  const assets = await bundle(work);
  const blob = join(work, 'executable.blob');
  const config = join(work, 'executable.json');
  const settings = {
    main: join(work, 'main.cjs'),
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    assets,
  };
  writeFileSync(config, JSON.stringify(settings));
  run(['--experimental-sea-config', config]);
  copyFileSync(process.execPath, target);
  chmodSync(target, 0o755);
  run([postject, target, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse]);
}

/** What it prints is told when it fails. */
function run(args: readonly string[]): void {
  execFileSync(process.execPath, args, { stdio: 'pipe' });
}

/** The main program and the code of threads, in `work`; answers the assets: key to file. */
async function bundle(work: string): Promise<Readonly<Record<string, string>>> {
  const beside: Beside = { threads: new Set(), files: new Set() };
  await build({
    ...shared(beside),
    stdin: {
      contents: starter,
      resolveDir: join(root, 'packages', 'hub'),
      sourcefile: 'starter.ts',
      loader: 'ts',
    },
    format: 'cjs',
    outfile: join(work, 'main.cjs'),
    banner: { js: threadsByKey },
  });
  const assets: Record<string, string> = {};
  // A set that grows while it is walked: a thread may start another.
  for (const thread of beside.threads) {
    const outfile = join(work, threadKey(thread));
    mkdirSync(dirname(outfile), { recursive: true });
    await build({
      ...shared(beside),
      entryPoints: [thread],
      format: 'esm',
      outfile,
      banner: { js: requireInModule + threadsByKey },
    });
    assets[threadKey(thread)] = outfile;
  }
  for (const each of beside.files) {
    const files = each.endsWith('/') ? globSync(`${each}**/*`, { cwd: root }) : [each];
    for (const file of files) {
      if (statSync(join(root, file)).isFile()) assets[file] = join(root, file);
    }
  }
  return assets;
}

function shared(beside: Beside): BuildOptions {
  return {
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'error' },
    plugins: [besidePlugin(beside)],
  };
}

const starter = `
import { runProgram } from './src/cli/program.ts';
void runProgram(process.argv);
`;

/** A thread takes its code by a URL, and may import another's: only \`data:\` is an address without a file. */
const threadsByKey = `globalThis.carillonThread=(key)=>'data:text/javascript;base64,'+Buffer.from(process.getBuiltinModule('node:sea').getRawAsset(key)).toString('base64');`;
const requireInModule = `const require=process.getBuiltinModule('node:module').createRequire('file:///');`;
