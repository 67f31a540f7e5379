// The packages as they are published, for tests: the first test file packs them, the others of the same sources find
// them, also when they start at the same moment or in a later run. What is kept is read, never written to.
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeOnce } from './make-once.ts';
import { buildPages, type Packed, packAll } from './pack.ts';

const root = resolve(import.meta.dirname, '..', '..');
const home = join(root, 'node_modules', '.cache', 'carillon-pack');
const listName = 'packed.json';
const sources = [
  'LICENSE',
  'package.json',
  'package-lock.json',
  'tsconfig*.json',
  'tools/pack/**/*.ts',
  'deploy/{debian,helm,systemd}/**/*.*',
  'deploy/debian/*',
  'packages/*/{package.json,README.md}',
  'packages/*/{bin,src}/**/*.*',
  // Of the pages what was built from its sources, so that a failed build is not kept.
  'packages/{web,web/reference,web/site,console}/dist/.stamp',
];

export async function packOnce(): Promise<Packed[]> {
  const folder = await makeOnce({
    home,
    stamp: () => {
      buildPages('ifChanged');
      return stampOfSources();
    },
    make: async (target) => {
      const packed = await packAll(target, 'ifChanged');
      writeFileSync(join(target, listName), JSON.stringify(packed));
    },
  });
  return JSON.parse(readFileSync(join(folder, listName), 'utf8')) as Packed[];
}

/** The list names files by absolute paths, so a clone that was moved is another one. */
function stampOfSources(): string {
  const hash = createHash('sha256').update(`${root}\0${process.version}\0`);
  const paths = globSync(sources, { cwd: root }).filter((path) => !/\.test\.tsx?$/.test(path));
  for (const path of paths.sort()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}
