// The documents of the repository, and the shell blocks in them, for the tests that keep documents true.
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..', '..');

export interface ShellBlock {
  readonly document: string;
  readonly text: string;
  /** How a test and the table of exceptions name it. */
  readonly firstLine: string;
}

/** Paths from the root, sorted. */
export function documentPaths(): string[] {
  const paths = globSync(['*.md', '{bench,deploy,docs,examples,packages,tools}/**/*.md'], {
    cwd: root,
    exclude: (path) => path.endsWith('node_modules'),
  });
  return paths.map((path) => path.replaceAll('\\', '/')).sort();
}

export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every fenced block marked `sh`, also one inside a list. */
export function shellBlocksOf(document: string): ShellBlock[] {
  const fences = readDocument(document).matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm);
  return [...fences].map(([, indent = '', block = '']) => {
    const text = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trim();
    return { document, text, firstLine: text.split('\n', 1)[0] ?? '' };
  });
}
