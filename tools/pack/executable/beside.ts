// In one file no module has a neighbour. What a module of the hub finds by its own address (`import.meta`) becomes an asset
// of the executable: files that it reads, threads that it starts, and pages of other packages. Any other use of the address
// fails the build.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '..', '..', '..');
const assetFiles = join(import.meta.dirname, 'asset-files.ts');

/** What the bundled modules ask for; each is added once. */
export interface Beside {
  /** Sources of threads, by absolute path. */
  readonly threads: Set<string>;
  /** Files, by path below the repository. */
  readonly files: Set<string>;
}

export function besidePlugin(beside: Beside): Plugin {
  return {
    name: 'beside',
    setup(build) {
      build.onLoad({ filter: /packages\/\w+\/src\/.*\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes('import.meta')) return null;
        return { contents: withoutAddress(source, { path, beside }), loader: 'ts' };
      });
    },
  };
}

/** The key of a thread's code among the assets. */
export function threadKey(path: string): string {
  return `threads/${relative(join(root, 'packages'), path).replace(/\.ts$/, '.js')}`;
}

interface Place {
  /** Of the module. */
  readonly path: string;
  readonly beside: Beside;
}

function withoutAddress(source: string, place: Place): string {
  const address = JSON.stringify(addressOf(place.path));
  const text = namedThreads(source, place)
    .replace(/from 'node:fs'/g, `from ${JSON.stringify(assetFiles)}`)
    .replace(/import\.meta\.resolve\('(@carillon\/\w+)\/package\.json'\)/g, (_, name: string) =>
      JSON.stringify(pagesOf(name, place)),
    )
    .replace(/new URL\('([^']+)', import\.meta\.url\)/g, (_, way: string) => {
      place.beside.files.add(relative(root, join(dirname(place.path), way)));
      return `new URL('${way}', ${address})`;
    });
  const loading = loadedLater(text);
  if (!loading.includes('import.meta')) return loading;
  throw new Error(`${place.path} uses import.meta in a way that the executable doesn't know.`);
}

/** `new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)` */
function namedThreads(source: string, { path, beside }: Place): string {
  const thread =
    /new URL\(\s*import\.meta\.url\.endsWith\('\.ts'\) \? '([^']+\.ts)' : '[^']+',\s*import\.meta\.url,?\s*\)/g;
  return source.replace(thread, (_, way: string) => {
    const module = join(dirname(path), way);
    beside.threads.add(module);
    return `new URL(globalThis.carillonThread(${JSON.stringify(threadKey(module))}))`;
  });
}

/** `const load = createRequire(import.meta.url)`: the bundler must see what is loaded. */
function loadedLater(source: string): string {
  const named = /const (\w+) = createRequire\(import\.meta\.url\);/.exec(source);
  if (!named) return source;
  return source.replace(named[0], '').replaceAll(`${named[1]}('`, `require('`);
}

/** The built pages of a package are assets as a whole. */
function pagesOf(name: string, { beside }: Place): string {
  const folder = join('packages', name.replace('@carillon/', ''));
  if (!existsSync(join(root, folder, 'dist'))) throw new Error(`${name} is not built.`);
  for (const built of ['dist/', 'reference/dist/', 'site/dist/'])
    if (existsSync(join(root, folder, built))) beside.files.add(join(folder, built));
  return `file:///$carillon/${folder}/package.json`;
}

function addressOf(path: string): string {
  return `file:///$carillon/${relative(root, path)}`;
}
