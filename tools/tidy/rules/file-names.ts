// How files and folders are called: kebab-case, after what they hold, and never a drawer that collects anything.
// index.ts is only the entry of a package, so that an import shows the file it means.
import type { Finding } from '../source.ts';

const drawers = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'types',
  'interfaces',
  'common',
  'misc',
  'manager',
  'info',
  'shared',
]);
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** `entries` are the files that the `exports` of the packages name, as paths in the repository. */
export function fileNames(path: string, entries: ReadonlySet<string>): Finding[] {
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  const [stem = '', ...suffixes] = file.split('.');
  const folders = parts.slice(0, -1).filter((folder) => !folder.startsWith('.'));
  const findings: string[] = [];
  for (const name of [...folders, stem, ...suffixes]) {
    if (!kebab.test(name)) findings.push(`'${name}' is not kebab-case: write ${toKebab(name)}`);
  }
  for (const name of [...folders, stem]) {
    if (drawers.has(name)) findings.push(`'${name}' is a drawer: name it after the one thing it holds`);
  }
  if (stem === 'index' && !isPackageEntry(path, entries)) {
    findings.push(
      "index.ts is only for a package's entry (src/index.ts, or named in its exports): import the file itself",
    );
  }
  return findings.map((message) => ({ path, line: 1, message }));
}

function isPackageEntry(path: string, entries: ReadonlySet<string>): boolean {
  if (/^packages\/[^/]+\/src\/index\.ts$/.test(path)) return true;
  return /^packages\/[^/]+\/src\/[^/]+\/index\.ts$/.test(path) && entries.has(path);
}

function toKebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}
