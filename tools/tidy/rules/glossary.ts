// A word that GLOSSARY.md defines is not the name of anything that the glossary says it never means. The list has what a
// program can see: names of files, and of what a file declares. Each of its words stands in GLOSSARY.md.
import { posix } from 'node:path';
import { isTest } from '../place.ts';
import { type Finding, type Source, type TextFile, visit } from '../source.ts';

interface Misnomer {
  readonly word: string;
  /** Where the word would mean something else. */
  readonly in: readonly string[];
  readonly except?: readonly string[];
  /** Of a file, in kebab-case, and of what it declares at its top. */
  readonly files: RegExp;
  readonly names: RegExp;
  readonly instead: string;
}

const hub = 'packages/hub/src/';

const misnomers: readonly Misnomer[] = [
  {
    word: 'head',
    in: [`${hub}edge/`, `${hub}operations/`],
    files: /(^|-)heads?(-|$)/,
    names: /(^h|H)eads?(?![a-z])/,
    instead: 'the newest position of a feed; a request has headers',
  },
  {
    word: 'lane',
    in: [hub],
    except: [`${hub}push/`, `${hub}telemetry/`],
    files: /(^|-)lanes?(-|$)/,
    names: /(^l|L)anes?(?![a-z])/,
    instead: 'the queue of one channel of one app; a group of users is a shard',
  },
  {
    word: 'plan',
    in: [`${hub}cli/`],
    files: /(^|-)plan(-|$)/,
    names: /(^p|P)lan(?![a-z])/,
    instead: 'the step that turns writes into rows; what a machine can carry is its capacity',
  },
  {
    word: 'notification',
    in: [hub],
    files: /^message$/,
    names: /^Message$/,
    instead: "what an app posted; say what is written here, such as a payload or a reply, not 'message'",
  },
];

export function glossary(sources: readonly Source[], files: readonly TextFile[]): Finding[] {
  const text = files.find(({ path }) => path === 'GLOSSARY.md')?.text;
  const undefinedWords = misnomers
    .filter(({ word }) => text !== undefined && !text.includes(`| **${word}**`))
    .map(({ word }) => ({
      path: 'GLOSSARY.md',
      line: 1,
      message: `does not define '${word}', which tools/tidy/rules/glossary.ts checks`,
    }));
  return [...undefinedWords, ...sources.flatMap(misnamed)];
}

function misnamed(source: Source): Finding[] {
  const { path } = source;
  const isIn = (folders: readonly string[]): boolean => folders.some((folder) => path.startsWith(folder));
  const rules = misnomers.filter((rule) => isIn(rule.in) && !isIn(rule.except ?? []));
  if (rules.length === 0 || isTest(path)) return [];
  const stem = posix.basename(path).replace(/\..*$/, '');
  const names = declaredNames(source);
  return rules.flatMap(({ word, files, names: pattern, instead }) => [
    ...(files.test(stem) ? [{ path, line: 1, message: `is called ${stem}: '${word}' is ${instead}` }] : []),
    ...names
      .filter(({ name }) => pattern.test(name))
      .map(({ name, line }) => ({ path, line, message: `declares ${name}: '${word}' is ${instead}` })),
  ]);
}

/** Types, classes, functions and constants that stand at the top of the file. */
function declaredNames(source: Source): { readonly name: string; readonly line: number }[] {
  const names: { name: string; line: number }[] = [];
  const add = (node: { start: number; id?: { type: string; name?: unknown } | null }): void => {
    if (node.id?.type !== 'Identifier' || typeof node.id.name !== 'string') return;
    names.push({ name: node.id.name, line: source.lineAt(node.start) });
  };
  let depth = 0;
  const enter = (): void => void depth++;
  const leave = (): void => void depth--;
  visit(source, {
    TSInterfaceDeclaration: add,
    TSTypeAliasDeclaration: add,
    ClassDeclaration: add,
    FunctionDeclaration(node) {
      if (depth === 0) add(node);
      enter();
    },
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    VariableDeclarator(node) {
      if (depth === 0) add(node);
    },
  });
  return names;
}
