// ARCHITECTURE.md and CONTRIBUTING.md tell the truth about the tree: every path that they name exists, every folder of the
// hub stands in ARCHITECTURE.md, and its import ranks are those that tidy enforces.
import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { ranks } from '../tidy/ranks.ts';
import { readDocument, root } from './documents.ts';

const text = readDocument('ARCHITECTURE.md');
const contributing = readDocument('CONTRIBUTING.md');
const hubSource = join(root, 'packages', 'hub', 'src');
const places = [root, join(root, 'packages', 'hub'), hubSource, join(root, 'packages', 'client', 'src')];
const drawings = [...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, drawing]) => drawing as string);

/** `feed/commit` stands for a file or a folder, `push/channels/*` for what matches. */
function exists(path: string): boolean {
  return places.some((place) => {
    const target = join(place, path);
    if (path.includes('*')) return globSync(target).length > 0;
    return existsSync(target) || existsSync(`${target}.ts`);
  });
}

function missing(paths: readonly string[]): string[] {
  return paths.filter((path) => !exists(path.replace(/\/$/, '')));
}

/** Code spans that are paths from a folder, of this repository. */
function namedPaths(document: string): string[] {
  const spans = [...document.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span as string);
  const isPath = /^(?!(?:node_modules|dist)\/)[a-z][\w-]*\/(?:[\w*.-]+\/)*[\w*.-]*$/;
  return spans.filter((span) => isPath.test(span));
}

/** Words of the drawings that begin with a folder of the hub. */
function drawnPaths(): string[] {
  const folders = readdirSync(hubSource, { withFileTypes: true }).filter((each) => each.isDirectory());
  const drawn = new RegExp(`(?<![\\w./])(?:${folders.map(({ name }) => name).join('|')})/[\\w*/.-]+`, 'g');
  return drawings.flatMap((drawing) => drawing.match(drawn) ?? []);
}

test('every path that ARCHITECTURE.md names exists', () => {
  const named = [...new Set([...namedPaths(text), ...drawnPaths()])];
  assert.ok(named.length > 100, `only ${named.length} paths were found`);
  assert.deepEqual(missing(named), []);
});

test('every path that the recipes of CONTRIBUTING.md name exists', () => {
  const named = namedPaths(contributing);
  assert.ok(named.length > 30, `only ${named.length} paths were found`);
  assert.deepEqual(missing(named), []);
});

test('every folder of the hub stands in ARCHITECTURE.md', () => {
  const folders = globSync('**/', { cwd: hubSource }).filter((folder) => folder !== '.');
  const absent = folders
    .map((folder) => relative('.', folder).replaceAll('\\', '/'))
    .filter((folder) => !text.includes(`\`${folder}/\``));
  assert.deepEqual(absent, []);
});

test('the import ranks in ARCHITECTURE.md are those of tools/tidy/ranks.ts', () => {
  const expected = ranks.map((places) => `${places.join('  ')}\n`).join('');
  assert.ok(drawings.includes(expected), `ARCHITECTURE.md should show:\n${expected}`);
});
