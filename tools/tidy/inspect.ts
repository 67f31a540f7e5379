// Applies every rule to a set of files: each file is parsed once, and the findings come in the order of path and line.
// The files are handed in as text, so that the tests run it on fixtures that never touch the disk.
import { casts } from './rules/casts.ts';
import { channelNames } from './rules/channel-names.ts';
import { circles } from './rules/circles.ts';
import { fileNames } from './rules/file-names.ts';
import { folderSizes } from './rules/folder-sizes.ts';
import { forbiddenWords } from './rules/forbidden-words.ts';
import { glossary } from './rules/glossary.ts';
import { header } from './rules/header.ts';
import { homes } from './rules/homes.ts';
import { importRanks } from './rules/import-ranks.ts';
import { lockPlatforms } from './rules/lock-platforms.ts';
import { protocolImports } from './rules/protocol-imports.ts';
import { sizes } from './rules/sizes.ts';
import { sleeps } from './rules/sleeps.ts';
import { syntax } from './rules/syntax.ts';
import {
  type Finding,
  parseSource,
  type Source,
  type SourceRule,
  SyntaxFinding,
  type TextFile,
  type TreeRule,
} from './source.ts';

/** The rules for TypeScript; file names, forbidden words and the lock file are rules of other files too. */
const sourceRules: readonly SourceRule[] = [
  header,
  importRanks,
  protocolImports,
  sizes,
  syntax,
  homes,
  sleeps,
];

/** What only all files together show. */
const treeRules: readonly TreeRule[] = [folderSizes, circles, casts, glossary, channelNames];

export function inspect(files: readonly TextFile[]): Finding[] {
  const entries = new Set(files.flatMap(packageEntries));
  const code = files.filter(({ path }) => /\.[jt]s$/.test(path));
  const { sources, unparsed } = parseAll(code.filter(({ path }) => path.endsWith('.ts')));
  return [
    ...files.flatMap((file) => [...forbiddenWords(file), ...lockPlatforms(file)]),
    ...code.flatMap(({ path }) => fileNames(path, entries)),
    ...unparsed,
    ...sources.flatMap((source) => sourceRules.flatMap((rule) => rule(source))),
    ...treeRules.flatMap((rule) => rule(sources, files)),
  ].sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

function parseAll(files: readonly TextFile[]): { sources: Source[]; unparsed: Finding[] } {
  const sources: Source[] = [];
  const unparsed: Finding[] = [];
  for (const file of files) {
    try {
      sources.push(parseSource(file));
    } catch (error) {
      if (!(error instanceof SyntaxFinding)) throw error;
      unparsed.push(error.finding);
    }
  }
  return { sources, unparsed };
}

/** The files that a package.json names in its `exports`, as paths in the repository. */
function packageEntries({ path, text }: TextFile): string[] {
  const folder = /^(packages\/[^/]+)\/package\.json$/.exec(path)?.[1];
  if (folder === undefined) return [];
  const { exports = {} } = JSON.parse(text) as { exports?: Record<string, unknown> };
  return Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [`${folder}/${target.slice(2)}`] : [],
  );
}
