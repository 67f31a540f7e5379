// How long a file and a function may be: what fits on a few screens is read, what doesn't is skimmed. A function counts
// from its first line to its last with all that it holds; test files are bounded as a whole only.
import { isGenerated, isTest } from '../place.ts';
import { type Finding, type Source, visit } from '../source.ts';

const maxLines = { source: 300, test: 600, function: 60 };

export function sizes(source: Source): Finding[] {
  if (isGenerated(source)) return [];
  const test = isTest(source.path);
  const max = test ? maxLines.test : maxLines.source;
  const findings = test ? [] : longFunctions(source);
  if (source.lineCount > max) {
    const message = `has ${source.lineCount} lines, at most ${max} are allowed: split it by what its parts are for`;
    findings.unshift({ path: source.path, line: max + 1, message });
  }
  return findings;
}

function longFunctions(source: Source): Finding[] {
  const findings: Finding[] = [];
  const measure = (node: { start: number; end: number }) => {
    const line = source.lineAt(node.start);
    const length = source.lineAt(node.end) - line + 1;
    if (length <= maxLines.function) return;
    const message = `function of ${length} lines, at most ${maxLines.function} are allowed: name its steps and extract them`;
    findings.push({ path: source.path, line, message });
  };
  visit(source, {
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  });
  return findings;
}
