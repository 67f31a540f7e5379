// Builds a page that the hub serves into the dist/ of its package: what Vite makes of it, then a compressed copy of each text
// file, so that the hub does not compress while it serves. A stamp has the hash of the sources.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { InlineConfig } from 'vite';

const root = resolve(import.meta.dirname, '..', '..');
const stampName = '.stamp';
const texts = /\.(html|js|mjs|css|json|svg|webmanifest)$/;

export interface BuildOptions {
  /** Even when the page is that of the sources. */
  readonly always: boolean;
  readonly onStart?: () => void;
}

export interface BuiltPage {
  /** Of its package. */
  readonly folder: string;
  /** Patterns from the top of the repository. */
  readonly sources: readonly string[];
  /** Puts everything into this folder. */
  make(building: string): Promise<void>;
}

/** Answers whether there was something to do. */
export async function buildInto(
  { folder, sources, make }: BuiltPage,
  { always, onStart }: BuildOptions,
): Promise<boolean> {
  const dist = join(folder, 'dist');
  // Built beside and renamed when it is complete: a hub may start meanwhile, and a test may build too.
  const building = join(folder, `dist.${process.pid}`);
  const stamp = stampOfSources(sources);
  if (!always && stampOfBuild(dist) === stamp) return false;
  onStart?.();
  try {
    await make(building);
    for (const file of listFiles(building).filter((each) => texts.test(each))) compress(join(building, file));
    writeFileSync(join(building, stampName), stamp);
    if (!always && stampOfBuild(dist) === stamp) return false;
    rmSync(dist, { recursive: true, force: true });
    renameSync(building, dist);
    return true;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** `name`: what its address begins with. The hub may be served below a path, so every address is relative, in files to themselves. */
export function pageConfig(folder: string, name: string, building: string): InlineConfig {
  return {
    configFile: false,
    root: folder,
    logLevel: 'warn',
    base: './',
    experimental: {
      renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `${name}/${file}` : { relative: true }),
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
}

/** By the way from that folder, in order. */
export function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function stampOfBuild(dist: string): string | null {
  const file = join(dist, stampName);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function stampOfSources(sources: readonly string[]): string {
  const hash = createHash('sha256');
  const isSource = (path: string): boolean => /\.[a-z]+$/.test(path) && !path.endsWith('.test.ts');
  for (const path of globSync(sources, { cwd: root }).filter(isSource).sort())
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function compress(path: string): void {
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
}
