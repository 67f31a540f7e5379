// What a package says of itself when it is published: the package.json of the repository names sources, since everything
// runs from them there; the published one names what tsc made of them, each entry with its types.

import { embedNames } from './embed.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Json;
  readonly imports?: Json;
  /** Entries that are published as a classic script too, each with its global; the published one lists them in `exports`. */
  readonly classicScripts?: Readonly<Record<string, string>>;
  /** Entries that are published for tools without `exports` too (plain.ts), each with its declarations. */
  readonly plainEntries?: Readonly<Record<string, string>>;
  /** It is published as one file for a page without a bundler too (embed.ts). */
  readonly embed?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean | readonly string[];
  readonly [name: string]: unknown;
}

/** Where a source's JavaScript lies in the published package; undefined for what is no compiled source. */
export function compiledPath(path: string): string | undefined {
  const source = /^(\.\/)?src\/(.+)\.tsx?$/.exec(path);
  return source ? `${source[1] ?? ''}dist/${source[2]}.js` : undefined;
}

/** Where the classic script of an entry lies in the published package. */
export function classicPath(entry: string): string {
  return `./dist/${entry.replace(/^\.\//, '')}.classic.js`;
}

/** Anything else of src/ (style sheets, pages) lies beside the compiled. */
function publishedPath(path: string): string {
  return compiledPath(path) ?? path.replace(/^(\.\/)?src\//, '$1dist/');
}

function published(entry: Json): Json {
  if (typeof entry === 'string') {
    const compiled = compiledPath(entry);
    if (compiled === undefined) return publishedPath(entry);
    return { types: compiled.replace(/\.js$/, '.d.ts'), default: compiled };
  }
  if (Array.isArray(entry)) return entry.map(published);
  if (entry === null || typeof entry !== 'object') return entry;
  return Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, published(value)]));
}

/** `repository`: the workspace's own, given to each package with its folder. */
export function publishedManifest(
  {
    scripts,
    devDependencies,
    private: _,
    exports,
    imports,
    classicScripts = {},
    plainEntries = {},
    embed,
    ...manifest
  }: Manifest,
  { folder, repository }: { readonly folder: string; readonly repository: Json | undefined },
): Manifest {
  const embeds = embed ? embedNames.map((name) => [`./${name}`, `./dist/${name}`] as const) : [];
  const entries = publishedExports(exports, Object.keys(classicScripts), Object.fromEntries(embeds));
  const main = mainOf(entries);
  const plainFolders = Object.keys(plainEntries).map((entry) => entry.replace('./', ''));
  return {
    ...manifest,
    ...(Array.isArray(manifest.sideEffects) && { sideEffects: manifest.sideEffects.map(publishedPath) }),
    ...(repository !== undefined && { repository: repositoryOf(repository, folder) }),
    ...(main && { main: main.default, types: main.types }),
    ...(entries !== undefined && { exports: entries }),
    ...(imports !== undefined && { imports: published(imports) }),
    files: manifest.files ?? ['dist', 'src', ...(manifest.bin ? ['bin'] : []), ...plainFolders],
  };
}

/** A bundler or a tool that reads a package's own package.json must be let in. */
function publishedExports(
  exports: Json | undefined,
  classic: readonly string[],
  embeds: Readonly<Record<string, string>>,
): Json | undefined {
  if (exports === undefined) return undefined;
  const entries = published(exports);
  const isTable =
    typeof entries === 'object' &&
    entries !== null &&
    Object.keys(entries).some((key) => key.startsWith('.'));
  const table = isTable ? (entries as Readonly<Record<string, Json>>) : { '.': entries };
  const scripts = Object.fromEntries(classic.map((entry) => [`${entry}.classic.js`, classicPath(entry)]));
  return { ...table, ...scripts, ...embeds, './package.json': './package.json' };
}

interface Main {
  readonly types: string;
  readonly default: string;
}

/** For tools that read neither `exports` nor its conditions. */
function mainOf(entries: Json | undefined): Main | undefined {
  const main = (entries as Readonly<Record<string, Json>> | undefined)?.['.'];
  return isMain(main) ? main : undefined;
}

function isMain(entry: unknown): entry is Main {
  return typeof entry === 'object' && entry !== null && 'types' in entry && 'default' in entry;
}

function repositoryOf(repository: Json, folder: string): Json {
  const known = typeof repository === 'string' ? { type: 'git', url: repository } : (repository as object);
  return { ...known, directory: `packages/${folder}` };
}
