// Builds the page into dist/: the page, then the service worker with the list of the page's files, then a compressed copy of
// each text file, so that the hub does not compress while it serves. A stamp has the hash of the sources.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, type InlineConfig } from 'vite';
import { buildEmbed } from '../../tools/pack/embed.ts';

const folder = import.meta.dirname;
const root = join(folder, '..', '..');
const dist = join(folder, 'dist');
/** Built beside and renamed when it is complete: a hub may start meanwhile, and a test may build too. */
const building = join(folder, `dist.${process.pid}`);
const stampName = '.stamp';
const sources = [
  'package-lock.json',
  'tools/pack/embed.ts',
  'packages/web/{index.html,build.ts,package.json}',
  'packages/web/{src,public}/**',
  'packages/{protocol,client,inbox,words}/{package.json,src/**}',
];
const texts = /\.(html|js|mjs|css|svg|webmanifest)$/;

export interface BuildOptions {
  /** Even when the page is that of the sources. */
  readonly always: boolean;
  readonly onStart?: () => void;
}

/** Answers whether there was something to do. */
export async function buildPage({ always, onStart }: BuildOptions): Promise<boolean> {
  const stamp = stampOfSources();
  if (!always && stampOfBuild() === stamp) return false;
  onStart?.();
  try {
    await build(page);
    await build(serviceWorker(listFiles()));
    // After the worker: what other pages load is no part of what this one keeps for when it is offline.
    for (const { name, text } of await buildEmbed()) writeFileSync(join(building, name), text);
    for (const file of listFiles().filter((each) => texts.test(each))) compress(join(building, file));
    writeFileSync(join(building, stampName), stamp);
    if (!always && stampOfBuild() === stamp) return false;
    rmSync(dist, { recursive: true, force: true });
    renameSync(building, dist);
    return true;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function stampOfBuild(): string | null {
  const file = join(dist, stampName);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function stampOfSources(): string {
  const hash = createHash('sha256');
  const isSource = (path: string): boolean => /\.[a-z]+$/.test(path) && !path.endsWith('.test.ts');
  for (const path of globSync(sources, { cwd: root }).filter(isSource).sort())
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

const shared: InlineConfig = { configFile: false, root: folder, logLevel: 'warn' };

const page: InlineConfig = {
  ...shared,
  // The hub may be served below a path: every address is relative, in the page to /inbox, in files to themselves.
  base: './',
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `inbox/${file}` : { relative: true }),
  },
  build: {
    outDir: building,
    target: 'es2022',
    // What is loaded later needs nothing but what is there.
    modulePreload: false,
    assetsInlineLimit: 0,
    emptyOutDir: true,
  },
};

function serviceWorker(files: readonly string[]): InlineConfig {
  const version = createHash('sha256');
  for (const file of files) version.update(file).update(readFileSync(join(building, file)));
  const shell = {
    version: version.digest('hex').slice(0, 12),
    files: files.filter((file) => file !== 'index.html'),
  };
  return {
    ...shared,
    publicDir: false,
    define: { SHELL: JSON.stringify(shell) },
    build: {
      outDir: building,
      target: 'es2022',
      emptyOutDir: false,
      rollupOptions: {
        input: join(folder, 'src/service-worker/service-worker.ts'),
        output: { format: 'iife', entryFileNames: 'service-worker.js' },
      },
    },
  };
}

function listFiles(): string[] {
  const entries = readdirSync(building, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(building, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function compress(path: string): void {
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
}
