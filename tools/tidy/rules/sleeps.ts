// Tests never sleep: a wait of fixed length is slow on a good day and too short on a bad one. A timeout that makes the
// test fail is no sleep; it says so in a comment `// bound: …`, in its line or the one above.
import { isTest } from '../place.ts';
import { type Finding, type Source, visit } from '../source.ts';

const advice = 'wait for a condition, or drive the clock; a timeout that fails the test says `// bound: why`';

export function sleeps(source: Source): Finding[] {
  if (!isTest(source.path)) return [];
  const bounds = new Set(
    source.comments.filter((each) => /^\s*bound:/.test(each.value)).map((each) => source.lineAt(each.start)),
  );
  const findings: Finding[] = [];
  const report = (what: string, line: number) => {
    if (bounds.has(line) || bounds.has(line - 1)) return;
    findings.push({ path: source.path, line, message: `${what} in a test: ${advice}` });
  };
  visit(source, {
    CallExpression({ callee }) {
      const isGlobal = callee.type === 'Identifier' && callee.name === 'setTimeout';
      const isMember =
        callee.type === 'MemberExpression' &&
        callee.property.type === 'Identifier' &&
        callee.property.name === 'setTimeout' &&
        callee.object.type === 'Identifier' &&
        callee.object.name === 'globalThis';
      if (isGlobal || isMember) report('setTimeout()', source.lineAt(callee.start));
    },
  });
  for (const { specifier, line } of source.imports) {
    if (/^(node:)?timers\/promises$/.test(specifier)) report(specifier, line);
  }
  return findings;
}
