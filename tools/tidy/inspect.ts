// Applies every rule to a set of files: each file is parsed once, and the findings come in the order of path and line.
// The files are handed in as text, so that the tests run it on fixtures that never touch the disk.
import { fileNames } from './rules/file-names.ts';
import { forbiddenWords } from './rules/forbidden-words.ts';
import { header } from './rules/header.ts';
import { homes } from './rules/homes.ts';
import { importRanks } from './rules/import-ranks.ts';
import { lockPlatforms } from './rules/lock-platforms.ts';
import { protocolImports } from './rules/protocol-imports.ts';
import { sizes } from './rules/sizes.ts';
import { sleeps } from './rules/sleeps.ts';
import { syntax } from './rules/syntax.ts';
import { type Finding, parseSource, type SourceRule, SyntaxFinding, type TextFile } from './source.ts';

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

export function inspect(files: readonly TextFile[]): Finding[] {
  const entries = new Set(files.flatMap(packageEntries));
  return files
    .flatMap((file) => [...forbiddenWords(file), ...lockPlatforms(file), ...inspectCode(file, entries)])
    .sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

function inspectCode(file: TextFile, entries: ReadonlySet<string>): Finding[] {
  if (!/\.[jt]s$/.test(file.path)) return [];
  return [...fileNames(file.path, entries), ...(file.path.endsWith('.ts') ? inspectSource(file) : [])];
}

function inspectSource(file: TextFile): Finding[] {
  try {
    const source = parseSource(file);
    return sourceRules.flatMap((rule) => rule(source));
  } catch (error) {
    if (error instanceof SyntaxFinding) return [error.finding];
    throw error;
  }
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
