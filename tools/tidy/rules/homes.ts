// Environment, clock, random and console have one home each, so that a simulation can drive them and a reader knows
// where they are touched. Elsewhere they are handed in.
import { isAtHome, isTest, isTestFile } from '../place.ts';
import { type Finding, type Source, visit } from '../source.ts';

const offline = ['tools/', 'bench/'];
const clockHomes = [
  'packages/hub/src/lib/',
  'packages/client/src/clock.ts',
  'packages/inbox/src/clock.ts',
  'packages/console/src/clock.ts',
  'packages/web/src/clock.ts',
  'packages/conform/src/',
  'packages/server/src/clock.ts',
  ...offline,
];
const clockAdvice = "take the clock of packages/hub/src/lib, or of the package's clock.ts, as an argument";
const randomAdvice =
  'take the random source of packages/hub/src/lib or packages/client/src/clock.ts as an argument';

type Home = {
  readonly homes: readonly string[];
  readonly tests: (path: string) => boolean;
  readonly advice: string;
};

const clock: Home = { homes: clockHomes, tests: isTest, advice: clockAdvice };
const random: Home = { homes: clockHomes, tests: isTest, advice: randomAdvice };
const environment: Home = {
  homes: ['packages/hub/src/config/', 'packages/hub/src/cli/', 'packages/hub/src/main.ts', ...offline],
  tests: isTest,
  advice: 'take what you need from Config',
};
const consoleOutput: Home = {
  homes: ['packages/hub/src/cli/', 'packages/hub/src/main.ts', 'packages/hub/bin/', ...offline],
  tests: isTestFile,
  advice: 'take the log of packages/hub/src/telemetry as an argument',
};

/** What a member expression, a call, a bare `new` or an import touches. */
const members = new Map([
  ['process.env', environment],
  ['Date.now', clock],
  ['Math.random', random],
]);
const calls = new Map([
  ['Date', clock],
  ['setTimeout', clock],
  ['setInterval', clock],
]);
const modules = new Map([['timers/promises', clock]]);
/** Named imports, as `module.name`; setImmediate is no clock. */
const names = new Map([
  ['process.env', environment],
  ['timers.setTimeout', clock],
  ['timers.setInterval', clock],
]);

export function homes(source: Source): Finding[] {
  // Whole programs, as their readers would write them.
  if (source.path.startsWith('examples/')) return [];
  const findings: Finding[] = [];
  const report = (what: string, home: Home | undefined, line: number) => {
    if (!home || isAtHome(source.path, home.homes) || home.tests(source.path)) return;
    findings.push({ path: source.path, line, message: `${what} is away from its home: ${home.advice}` });
  };
  visitUses(source, report);
  for (const { specifier, line } of source.imports) {
    report(specifier, modules.get(specifier.replace(/^node:/, '')), line);
  }
  return findings;
}

function visitUses(
  source: Source,
  report: (what: string, home: Home | undefined, line: number) => void,
): void {
  const at = (node: { start: number }) => source.lineAt(node.start);
  visit(source, {
    MemberExpression(node) {
      const name = memberName(node);
      if (name?.startsWith('console.')) report(name, consoleOutput, at(node));
      else if (name) report(name, members.get(name), at(node));
    },
    CallExpression(node) {
      const name = node.callee.type === 'Identifier' ? node.callee.name : memberName(node.callee);
      const global = name?.replace(/^globalThis\./, '');
      if (global) report(`${global}()`, calls.get(global), at(node));
    },
    NewExpression(node) {
      const isNow =
        node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0;
      if (isNow) report('new Date()', clock, at(node));
    },
    ImportDeclaration(node) {
      const module = node.source.value.replace(/^node:/, '');
      for (const each of node.specifiers) {
        if (each.type !== 'ImportSpecifier' || each.imported.type !== 'Identifier') continue;
        const { name } = each.imported;
        report(`${name} of ${node.source.value}`, names.get(`${module}.${name}`), at(each));
      }
    },
    VariableDeclarator({ id, init }) {
      if (id.type !== 'ObjectPattern' || init?.type !== 'Identifier' || init.name !== 'process') return;
      const env = id.properties.some(
        (each) => each.type === 'Property' && each.key.type === 'Identifier' && each.key.name === 'env',
      );
      if (env) report('process.env', environment, at(id));
    },
  });
}

/** `a.b` and `a['b']` of plain names, as `a.b`. */
function memberName(node: {
  readonly type: string;
  readonly object?: { readonly type: string; readonly name?: unknown };
  readonly property?: { readonly type: string; readonly name?: unknown; readonly value?: unknown };
  readonly computed?: boolean;
}): string | undefined {
  if (node.type !== 'MemberExpression' || node.object?.type !== 'Identifier') return undefined;
  const property = node.computed ? node.property?.value : node.property?.name;
  return typeof property === 'string' ? `${node.object.name}.${property}` : undefined;
}
