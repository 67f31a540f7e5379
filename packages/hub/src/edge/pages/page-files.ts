// A built page, read whole: what is not in this map is not served, so no path leads out of its
// folder. Each file in the encodings that its build made, with the caching that its name allows.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Coding, chooseCoding } from '../answer/content-coding.ts';

type Encoding = Coding | 'identity';

export interface PageFile {
  readonly type: string;
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly immutable: boolean;
  readonly bodies: ReadonlyMap<Encoding, Buffer>;
}

/** By path below the page's, with forward slashes. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};
const suffixes: readonly (readonly [Encoding, string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

const places = {
  inbox: './dist/',
  console: './dist/',
  site: './site/dist/',
  reference: './reference/dist/',
};

/** The folder of a page's build, in this repository or as an installed package; null where the package is missing. */
export function findPage(name: keyof typeof places): string | null {
  try {
    const manifest =
      name === 'console'
        ? import.meta.resolve('@carillon/console/package.json')
        : import.meta.resolve('@carillon/web/package.json');
    return fileURLToPath(new URL(places[name], manifest));
  } catch {
    return null;
  }
}

/** Null without a built page. */
export function readPage(folder: string | null): PageFiles | null {
  if (folder === null || !existsSync(join(folder, 'index.html'))) return null;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && extname(entry.name) in types)
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path).split(sep).join('/'), readPageFile(path)]));
}

function readPageFile(path: string): PageFile {
  const bodies = new Map<Encoding, Buffer>([['identity', readFileSync(path)]]);
  for (const [encoding, suffix] of suffixes) {
    if (existsSync(path + suffix)) bodies.set(encoding, readFileSync(path + suffix));
  }
  const hash = createHash('sha256').update(bodies.get('identity') as Buffer);
  return {
    type: types[extname(path)] as string,
    etag: `W/"${hash.digest('base64url').slice(0, 22)}"`,
    immutable: path.split(sep).at(-2) === 'assets',
    bodies,
  };
}

/** The smallest body that the client takes. */
export function chooseEncoding({ bodies }: PageFile, accepted: string | undefined): Encoding {
  const offered = (['br', 'gzip'] as const).filter((each) => bodies.has(each));
  return chooseCoding(accepted, offered) ?? 'identity';
}
