// Syntax the project does without: a default export has no name to search for, and an enum or namespace is code that
// type stripping can't remove.
import { type Finding, type Source, visit } from '../source.ts';

export function syntax(source: Source): Finding[] {
  const findings: Finding[] = [];
  const report = (message: string) => (node: { start: number }) => {
    findings.push({ path: source.path, line: source.lineAt(node.start), message });
  };
  const defaultExport = report('default export: export it by its name');
  // What stands in `declare module 'x'` describes code that is elsewhere, and that may have namespaces.
  const described = new Set<unknown>();
  visit(source, {
    ExportDefaultDeclaration: source.path.endsWith('.config.ts') ? () => {} : defaultExport,
    TSEnumDeclaration: report('enum: use a union of strings'),
    TSModuleDeclaration(node) {
      if (node.id.type === 'Literal' || node.global) {
        for (const each of node.body?.body ?? []) described.add(each);
        return;
      }
      if (described.has(node)) return;
      if (node.id.type === 'Identifier') report('namespace: a file is the namespace')(node);
    },
  });
  return findings;
}
