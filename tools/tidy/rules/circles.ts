// No source of a package imports itself, by whatever way round, types included: files that need each other can only be
// read, moved and tested together. What both need goes into a third file below them.
import { posix } from 'node:path';
import { isTest } from '../place.ts';
import type { Finding, Source } from '../source.ts';

export function circles(sources: readonly Source[]): Finding[] {
  const imports = new Map<string, readonly string[]>();
  for (const source of sources) {
    if (!/^packages\/[^/]+\/src\//.test(source.path) || isTest(source.path)) continue;
    imports.set(
      source.path,
      source.imports.flatMap((each) => targetOf(source.path, each.specifier)),
    );
  }
  const findings: Finding[] = [];
  const done = new Set<string>();
  // Each file is entered once; a file that is met again while it is still open closes a circle.
  const enter = (path: string, open: readonly string[]): void => {
    const at = open.indexOf(path);
    if (at >= 0) findings.push(found(open.slice(at)));
    if (at >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) enter(target, [...open, path]);
    done.add(path);
  };
  for (const path of imports.keys()) enter(path, []);
  return findings;
}

function targetOf(path: string, specifier: string): string[] {
  return specifier.startsWith('.') ? [posix.join(posix.dirname(path), specifier)] : [];
}

function found(circle: readonly string[]): Finding {
  const [path = ''] = circle;
  const way = [...circle.slice(1), path].join(', which imports ');
  return { path, line: 1, message: `imports itself, types included: it imports ${way}` };
}
