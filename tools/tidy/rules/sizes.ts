// How long a file, a class and a function may be: what fits on a few screens is read, what doesn't is skimmed. The bound
// of a file is an upper one, no measure: a file of 350 lines on one thing is better than three crumbs. A function counts
// from its first line to its last with all that it holds; test files are bounded as a whole only.
import { isGenerated, isTest } from '../place.ts';
import { type Finding, type Source, visit } from '../source.ts';

const maxLines = { source: 400, test: 600, class: 200, function: 60 };

/** Classes longer than that today, until they are split. */
const longClasses = {
  maxLines: 225,
  paths: [
    'packages/client/src/feed/feed-view.ts',
    'packages/client/src/live-feed.ts',
    'packages/hub/src/live/stream.ts',
    'packages/hub/src/push/dispatch/dispatcher.ts',
  ],
};

type Node = { readonly start: number; readonly end: number };

export function sizes(source: Source): Finding[] {
  if (isGenerated(source)) return [];
  const test = isTest(source.path);
  const max = test ? maxLines.test : maxLines.source;
  const findings = test ? [] : longParts(source);
  if (source.lineCount > max) {
    const message = `has ${source.lineCount} lines, at most ${max} are allowed: split it by what its parts are for`;
    findings.unshift({ path: source.path, line: max + 1, message });
  }
  return findings;
}

function longParts(source: Source): Finding[] {
  const findings: Finding[] = [];
  const measure = (what: string, max: number, advice: string) => (node: Node) => {
    const line = source.lineAt(node.start);
    const length = source.lineAt(node.end) - line + 1;
    if (length <= max) return;
    const message = `${what} of ${length} lines, at most ${max} are allowed: ${advice}`;
    findings.push({ path: source.path, line, message });
  };
  const steps = measure('function', maxLines.function, 'name its steps and extract them');
  const maxClass = longClasses.paths.includes(source.path) ? longClasses.maxLines : maxLines.class;
  const parts = measure('class', maxClass, 'give what changes together a class of its own');
  visit(source, {
    FunctionDeclaration: steps,
    FunctionExpression: steps,
    ArrowFunctionExpression: steps,
    ClassDeclaration: parts,
    ClassExpression: parts,
  });
  return findings;
}
