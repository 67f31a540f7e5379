// Writes a package as it is published into a folder of its own: compiled sources, the sources for their maps, whatever
// else src/ and bin/ hold, and LICENSE, README and package.json. A package that names its own `files` (the inbox page)
// has been built by tools/build.ts instead, and is copied.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Compiled } from './compile.ts';
import { buildEmbed } from './embed.ts';
import { compiledPath, type Json, type Manifest, publishedManifest } from './manifest.ts';

const root = resolve(import.meta.dirname, '..', '..');

export interface Package {
  /** Its folder's name below packages/. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
}

/** Those that are published: a private one is for this repository alone. */
export function readPackages(): Package[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((path) => {
      const folder = path.split(/[\\/]/).at(-2) as string;
      return { folder, path: join(root, dirname(path)), manifest: readJson(join(root, path)) as Manifest };
    })
    .filter(({ manifest }) => manifest.private !== true);
}

/** Whether tsc makes what it publishes. */
export function isCompiled({ manifest }: Package): boolean {
  return manifest.files === undefined;
}

export interface StageOptions {
  readonly target: string;
  readonly compiled: readonly Compiled[];
}

export function stagePackage(each: Package, { target, compiled }: StageOptions): void {
  mkdirSync(target, { recursive: true });
  if (isCompiled(each)) {
    stageSources(each, target, compiled);
    stageAssets(each, target);
    stageCommands(each, target);
  } else {
    stageBuilt(each, target);
  }
  const { repository } = readJson(join(root, 'package.json')) as { repository?: Json };
  const manifest = publishedManifest(each.manifest, { folder: each.folder, repository });
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  writeFileSync(join(target, 'README.md'), readme(each));
}

/** The README of the repository leaves out the integrity, which each change would make another one. */
export async function stageEmbed(each: Package, target: string): Promise<void> {
  if (!each.manifest.embed) return;
  let text = readme(each);
  for (const { name, text: script, integrity } of await buildEmbed()) {
    writeFileSync(join(target, 'dist', name), script);
    text = text.replaceAll(`sha384-OF-${name}`, integrity);
  }
  writeFileSync(join(target, 'README.md'), text);
}

function stageSources(each: Package, target: string, compiled: readonly Compiled[]): void {
  for (const { source, folder } of compiled) {
    if (!source.startsWith(`${each.folder}/`) || source.endsWith('.d.ts')) continue;
    const own = source.slice(each.folder.length + 1);
    copy(join(each.path, own), join(target, own));
    const stem = source.replace(/\.tsx?$/, '');
    const out = join(target, compiledPath(own) as string).replace(/\.js$/, '');
    copy(join(folder, `${stem}.js`), `${out}.js`);
    copyDeclarations(join(folder, `${stem}.d.ts`), `${out}.d.ts`);
    for (const extension of ['js.map', 'd.ts.map']) {
      copyMap(join(folder, `${stem}.${extension}`), `${out}.${extension}`, join(target, own));
    }
  }
}

/** tsc rewrites the extensions of imports in JavaScript, not in declarations. */
function copyDeclarations(from: string, to: string): void {
  const text = readFileSync(from, 'utf8');
  const specifier = /((?:\bfrom|\bimport|\bmodule)\s*\(?\s*)(["'])(\.{1,2}\/[^"']+?)\.tsx?\2/g;
  writeFileSync(to, text.replace(specifier, '$1$2$3.js$2'));
}

/** A map names its source by the way from the map, which is another one in the published package. */
function copyMap(from: string, to: string, source: string): void {
  const map = readJson(from) as { sources: string[] };
  const way = relative(dirname(to), source).replaceAll('\\', '/');
  writeFileSync(to, JSON.stringify({ ...map, sourceRoot: undefined, sources: [way] }));
}

function stageAssets(each: Package, target: string): void {
  for (const asset of globSync('src/**/*.*', { cwd: each.path })) {
    if (/(?<!\.d)\.tsx?$/.test(asset)) continue;
    copy(join(each.path, asset), join(target, asset.replace(/^src/, 'dist')));
  }
}

/** Commands name the source that they start; published, they start what became of it. */
function stageCommands(each: Package, target: string): void {
  for (const command of globSync('bin/*', { cwd: each.path })) {
    const text = readFileSync(join(each.path, command), 'utf8');
    const startsCompiled = text.replace(
      /'\.\.\/(src\/[^']+\.ts)'/g,
      (_, path) => `'../${compiledPath(path)}'`,
    );
    copy(join(each.path, command), join(target, command));
    writeFileSync(join(target, command), startsCompiled);
  }
}

function stageBuilt(each: Package, target: string): void {
  for (const path of each.manifest.files ?? []) {
    const from = join(each.path, path);
    const filter = (file: string): boolean => !basename(file).startsWith('.');
    if (existsSync(from)) cpSync(from, join(target, path), { recursive: true, filter });
  }
}

function readme({ path, manifest }: Package): string {
  const own = join(path, 'README.md');
  if (existsSync(own)) return readFileSync(own, 'utf8');
  return `# ${manifest.name}\n\n${manifest.description}\n\nA part of Carillon. Apache-2.0.\n`;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
