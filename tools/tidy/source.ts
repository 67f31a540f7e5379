// What a rule sees: a file of the repository as text, and a TypeScript file also as a syntax tree (oxc-parser, for the
// TypeScript 7 compiler has no stable API). A rule is a pure function from one of them to its findings.
import { type Comment, type Program, parseSync, Visitor, type VisitorObject } from 'oxc-parser';

export type Finding = { readonly path: string; readonly line: number; readonly message: string };

export type TextFile = { readonly path: string; readonly text: string };

export type Import = { readonly specifier: string; readonly line: number };

export type Source = TextFile & {
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** Everything the file names as another module: import and export … from, with or without `type`, import(). */
  readonly imports: readonly Import[];
  readonly lineCount: number;
  readonly lineAt: (offset: number) => number;
};

export type SourceRule = (source: Source) => Finding[];

/** A rule that needs all files at once. */
export type TreeRule = (sources: readonly Source[], files: readonly TextFile[]) => Finding[];

/** Parses a .ts file; a syntax error is thrown as a finding. */
export function parseSource({ path, text }: TextFile): Source {
  const { program, comments, errors } = parseSync(path, text);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineAt = (offset: number) => countUpTo(lineStarts, offset);
  const [error] = errors;
  if (error) throw new SyntaxFinding(path, lineAt(error.labels[0]?.start ?? 0), error.message);
  const lineCount = lineStarts.length - (text.endsWith('\n') ? 1 : 0);
  return { path, text, program, comments, imports: readImports(program, lineAt), lineCount, lineAt };
}

export class SyntaxFinding extends Error {
  readonly finding: Finding;

  constructor(path: string, line: number, reason: string) {
    super(reason);
    this.finding = { path, line, message: `can't be parsed: ${reason}` };
  }
}

/** Walks the tree; `visitor` has one method for each kind of node it wants, as in ESTree. */
export function visit(source: Source, visitor: VisitorObject): void {
  new Visitor(visitor).visit(source.program);
}

function readImports(program: Program, lineAt: (offset: number) => number): Import[] {
  const imports: Import[] = [];
  const add = (from: { value: string; start: number } | null) => {
    if (from) imports.push({ specifier: from.value, line: lineAt(from.start) });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    ImportExpression({ source }) {
      if (source.type === 'Literal' && typeof source.value === 'string')
        add(source as { value: string; start: number });
    },
  }).visit(program);
  return imports.sort((a, b) => a.line - b.line);
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
