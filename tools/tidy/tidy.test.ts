import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from './inspect.ts';
import { backEndCeiling, backEnds, compositionRoot, ranks } from './ranks.ts';
import { maxCastsPerThousandLines } from './rules/casts.ts';

const header = '// What this file promises.\n// Where it sits in the line.\n';

/** The findings of one file, as `line: message`; other files can stand beside it. */
function tidy(path: string, text: string, others: Record<string, string> = {}): string[] {
  const files = Object.entries({ [path]: text, ...others }).map(([each, content]) => ({
    path: each,
    text: content,
  }));
  return inspect(files)
    .filter((finding) => finding.path === path)
    .map(({ line, message }) => `${line}: ${message}`);
}

/** One import, in a file of the hub. */
function hubImport(file: string, specifier: string): string[] {
  return tidy(`packages/hub/src/${file}`, `${header}import '${specifier}';\n`);
}

function assertClean(findings: string[]): void {
  assert.deepEqual(findings, []);
}

function assertOne(findings: string[], expected: RegExp): void {
  assert.equal(findings.length, 1, `one finding, got: ${findings.join('\n')}`);
  assert.match(findings[0] ?? '', expected);
}

describe('import ranks', () => {
  const lower: [file: string, specifier: string][] = [
    ['feed/commit.ts', '../store/store.ts'],
    ['feed/commit.ts', './publish.ts'],
    ['edge/http/server.ts', '../sse.ts'],
    ['live/stream.ts', '../feed/read.ts'],
    ['cli/serve.ts', '../hub/open-hub.ts'],
    ['cli/serve.ts', '../config/config.ts'],
    ['main.ts', './cli/serve.ts'],
    ['config/config.ts', '../edge/http.ts'],
    ['hub/open-hub.ts', '../config/config.ts'],
    ['lib/ids.ts', '@carillon/protocol'],
    ['lib/ids.ts', 'node:crypto'],
  ];
  for (const [file, specifier] of lower) {
    test(`${file} may import ${specifier}`, () => assertClean(hubImport(file, specifier)));
  }

  const higher: [file: string, specifier: string, expected: RegExp][] = [
    [
      'lib/ids.ts',
      '../model/feed.ts',
      /^3: imports model\/feed\.ts: model\/ ranks above; lib\/ may import only nothing/,
    ],
    ['model/feed.ts', '../feed/commit.ts', /feed\/ ranks above; model\/ may import only lib\/, telemetry\/;/],
    ['feed/commit.ts', '../auth/authorize.ts', /auth\/ is of the same rank/],
    ['live/stream.ts', '../push/plan.ts', /push\/ is of the same rank/],
    ['lib/ids.ts', '../telemetry/log.ts', /telemetry\/ ranks above/],
    ['feed/read.ts', '../auth/tickets.ts', /auth\/ is of the same rank/],
    ['edge/http.ts', '../config/config.ts', /config\/ ranks above/],
    ['hub/open-hub.ts', '../cli/serve.ts', /cli\/ ranks above/],
    ['feed/commit.ts', '../surprise/x.ts', /imports surprise\/x\.ts, which has no rank/],
    ['feed/commit.ts', '../../../protocol/src/index.ts', /import another package by its name/],
  ];
  for (const [file, specifier, expected] of higher) {
    test(`${file} may not import ${specifier}`, () => assertOne(hubImport(file, specifier), expected));
  }

  test('a file whose folder has no rank is found', () => {
    assertOne(tidy('packages/hub/src/surprise/x.ts', header), /^1: has no rank/);
  });

  const forms = [
    "import type { A } from '../edge/http.ts';",
    "export * from '../edge/http.ts';",
    "export { a } from '../edge/http.ts';",
    "export const a = () => import('../edge/http.ts');",
    "export type A = import('../edge/http.ts').A;",
  ];
  for (const form of forms) {
    test(`counts as an import: ${form}`, () => {
      assertOne(tidy('packages/hub/src/feed/read.ts', `${header}${form}\n`), /^3: imports edge\/http\.ts/);
    });
  }

  test('tests import what they test, of any rank', () => {
    assertClean(tidy('packages/hub/src/lib/ids.test.ts', "import '../store/sqlite/sqlite-store.ts';\n"));
    assertClean(tidy('packages/hub/test/flow/post.ts', "import '../../src/store/sqlite/sqlite-store.ts';\n"));
  });

  test('the table is whole: the ceiling of back ends and the composition root have a rank', () => {
    const places = ranks.flat();
    assert.ok(places.includes(backEndCeiling) && places.some((place) => place.startsWith(compositionRoot)));
    assert.equal(new Set(places).size, places.length);
    assert.ok(backEnds.every(({ folder }) => !places.includes(folder)));
  });
});

describe('push channels', () => {
  const others = { 'packages/hub/src/push/channels/pager/channel.ts': header };
  const planned = (text: string) => tidy('packages/hub/src/push/plan.ts', `${header}${text}\n`, others);

  for (const named of [
    "if (type === 'pager') skip();",
    'open(pagerRate);',
    'openPagerChannel();',
    '// PAGER is slow',
  ])
    test(`are not named elsewhere: ${named}`, () =>
      assertOne(planned(named), /names the push channel pager/));

  test('are named by nothing that only looks alike', () => {
    assertClean(planned("open(pagers, shownPagerless, 'pager=5');"));
  });

  test('are named in their own folder, in the list of channels and in tests', () => {
    const text = `${header}open('pager');\n`;
    for (const path of ['push/channels/pager/token.ts', 'hub/channels.ts', 'push/plan.test.ts'])
      assertClean(tidy(`packages/hub/src/${path}`, text, others));
  });
});

describe('concrete back ends', () => {
  const allowed: [file: string, specifier: string][] = [
    ['hub/open-data.ts', '../store/sqlite/sqlite-store.ts'],
    ['hub/maintenance/backup.ts', '../../store/sqlite/backup.ts'],
    ['store/sqlite/feed-rows.ts', './connection/open.ts'],
    ['store/sqlite/feed-rows.ts', '../store.ts'],
    ['store/sqlite/feed-rows.ts', '../../model/feed.ts'],
    ['bus/nats/nats-bus.ts', './subject.ts'],
    ['push/channels/webpush/send.ts', '../contract.ts'],
  ];
  for (const [file, specifier] of allowed) {
    test(`${file} may import ${specifier}`, () => assertClean(hubImport(file, specifier)));
  }

  const refused: [file: string, specifier: string, expected: RegExp][] = [
    ['feed/commit.ts', '../store/sqlite/sqlite-store.ts', /only hub\/ may import a concrete back end/],
    ['store/store.ts', './sqlite/sqlite-store.ts', /only hub\/ may import a concrete back end/],
    ['cli/backup.ts', '../store/sqlite/backup.ts', /only hub\/ may import a concrete back end/],
    ['main.ts', './bus/nats/nats-bus.ts', /only hub\/ may import a concrete back end/],
    ['push/dispatch/send.ts', '../channels/fcm/send.ts', /only hub\/ may import a concrete back end/],
    ['store/postgres/feed-rows.ts', '../sqlite/feed-rows.ts', /only hub\/ may import a concrete back end/],
    ['push/channels/fcm/send.ts', '../apns/send.ts', /only hub\/ may import a concrete back end/],
    [
      'store/sqlite/feed-rows.ts',
      '../../feed/read.ts',
      /store\/sqlite\/ may import only lib\/, .*, store\/sql-registry\/$/,
    ],
    ['push/channels/fcm/send.ts', '../../plan/plan.ts', /may import only .*, push\/channels\/\*\.ts$/],
  ];
  for (const [file, specifier, expected] of refused) {
    test(`${file} may not import ${specifier}`, () => assertOne(hubImport(file, specifier), expected));
  }
});

describe('protocol imports', () => {
  const from = (file: string, specifier: string) =>
    tidy(`packages/protocol/src/${file}`, `${header}import '${specifier}';\n`);

  test('the main entry has no dependency', () => {
    assertClean(from('index.ts', './errors.ts'));
    assertOne(
      from('index.ts', 'typebox'),
      /^3: imports typebox: the main entry of the protocol has no dependency/,
    );
    assertOne(from('cursor.ts', 'node:crypto'), /imports node:crypto/);
    assertOne(from('index.ts', './schemas/frames.ts'), /the schemas bring typebox into the main entry/);
  });

  test('the schemas import typebox and the protocol, nothing else', () => {
    assertClean(from('schemas/frames.ts', 'typebox'));
    assertClean(from('schemas/frames.ts', 'typebox/value'));
    assertClean(from('schemas/frames.ts', '../frames.ts'));
    assertOne(from('schemas/frames.ts', 'ajv'), /imports ajv/);
  });
});

describe('sizes', () => {
  const lines = (count: number) => 'export {};\n'.repeat(count);
  const functionOf = (count: number, open: string, close: string) =>
    `${open}\n${'  1;\n'.repeat(count - 2)}${close}\n`;

  test('a source file has at most 400 lines, a test file 600', () => {
    assertClean(tidy('tools/a.ts', lines(400)));
    assertOne(tidy('tools/a.ts', lines(401)), /^401: has 401 lines, at most 400/);
    assertClean(tidy('tools/a.test.ts', lines(600)));
    assertClean(tidy('packages/hub/test/support/a.ts', lines(600)));
    assertOne(tidy('tools/a.test.ts', lines(601)), /^601: has 601 lines, at most 600/);
  });

  const functions = [
    ['export function a() {', '}'],
    ['export const a = () => {', '};'],
    ['[].map(() => {', '});'],
    ['export const a = function () {', '};'],
    ['export const a = () => ({ b: [', ']});'],
  ] as const;
  for (const [open, close] of functions) {
    test(`a function has at most 60 lines: ${open}`, () => {
      const body = (count: number) =>
        functionOf(count, open, close).replaceAll(
          '  1;',
          open.includes('[') && open.includes('b:') ? '1,' : '1;',
        );
      assertClean(tidy('tools/a.ts', body(60)));
      assertOne(tidy('tools/a.ts', body(61)), /^1: function of 61 lines, at most 60/);
    });
  }

  test('methods count as functions, and functions of tests are free', () => {
    const method = `class A {\n${functionOf(61, 'b() {', '}')}}\n`;
    assertOne(tidy('tools/a.ts', method), /^2: function of 61 lines/);
    assertClean(tidy('tools/a.test.ts', method));
  });

  test('tables and generated files may be long', () => {
    assertClean(tidy('tools/a.ts', `export const table = [\n${'  1,\n'.repeat(200)}];\n`));
    assertClean(tidy('tools/a.ts', `// Generated by tools/docs.ts\n${lines(500)}`));
  });

  test('a class has at most 200 lines', () => {
    const classOf = (count: number) => `class A {\n${'  a = 1;\n'.repeat(count - 2)}}\n`;
    assertClean(tidy('tools/a.ts', classOf(200)));
    assertOne(tidy('tools/a.ts', classOf(201)), /^1: class of 201 lines, at most 200/);
    assertOne(tidy('tools/a.ts', `export const A = ${classOf(201)}`), /^1: class of 201 lines/);
    assertClean(tidy('tools/a.test.ts', classOf(201)));
  });

  test('a folder holds at most 15 sources, and its tests beside them', () => {
    const filesOf = (count: number, suffix: string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`tools/a/f${index}${suffix}`, 'export {};\n']),
      );
    const inFolder = (files: Record<string, string>) => tidy('tools/a', '', files);
    assertClean(
      inFolder({ ...filesOf(15, '.ts'), ...filesOf(15, '.test.ts'), 'tools/a/b/c.ts': 'export {};\n' }),
    );
    assertOne(inFolder(filesOf(16, '.ts')), /^1: holds 16 sources, at most 15/);
  });
});

describe('circles', () => {
  const file = (imports: string) => `${header}${imports}\nexport {};\n`;
  const a = 'packages/inbox/src/a.ts';

  test('files import each other one way only, types included', () => {
    assertClean(tidy(a, file("import './b/c.ts';"), { 'packages/inbox/src/b/c.ts': file("import 'lit';") }));
    const back = tidy(a, file("import './b/c.ts';"), {
      'packages/inbox/src/b/c.ts': file("import type { A } from '../a.ts';"),
    });
    assertOne(back, /^1: imports itself, .*: it imports .*src\/b\/c\.ts, which imports .*src\/a\.ts$/);
  });

  test('a circle is found once, however long it is and from wherever it is reached', () => {
    const others = {
      'packages/inbox/src/b.ts': file("import './c.ts';"),
      'packages/inbox/src/c.ts': file("import './a.ts';"),
      'packages/inbox/src/z.ts': file("import './c.ts';"),
    };
    assertOne(tidy(a, file("import './b.ts';"), others), /a\.ts$/);
  });
});

describe('casts', () => {
  const inHub = (count: number, line: string) =>
    tidy('packages/hub/src/', '', {
      'packages/hub/src/lib/a.ts': `${header}${'export {};\n'.repeat(1000)}${`${line}\n`.repeat(count)}`,
    });

  test('the hub has at most so many a thousand lines', () => {
    const few = Math.floor(maxCastsPerThousandLines);
    assertClean(inHub(few, 'a as B;'));
    assertOne(
      inHub(few + 4, 'a as B;'),
      /casts in \d+ lines are .* a thousand, at most .*: decode .* lib\/a\.ts/,
    );
    assertOne(inHub(few + 4, 'a as unknown as B;'), /casts/);
  });

  test('a constant, and another name of an import, are none', () => {
    assertClean(inHub(100, 'x = [1] as const;'));
    assertClean(inHub(100, "import { a as b } from 'c';"));
  });
});

describe('glossary', () => {
  const inHub = (path: string, code: string) => tidy(`packages/hub/src/${path}`, `${header}${code}\n`);

  test('a word does not name what the glossary says it never means', () => {
    assertOne(
      inHub('edge/a.ts', 'export interface RequestHead {}'),
      /^3: declares RequestHead: 'head' is the newest/,
    );
    assertOne(inHub('edge/request-head.ts', ''), /^1: is called request-head/);
    assertOne(inHub('bus/nats/a.ts', 'function laneOf() {}'), /declares laneOf: 'lane'/);
    assertOne(inHub('cli/commands/plan.ts', ''), /is called plan/);
    assertOne(inHub('live/message.ts', ''), /is called message/);
  });

  test('where it means that, and as a part of another word, it is fine', () => {
    assertClean(inHub('live/a.ts', 'export interface FeedHead {}'));
    assertClean(inHub('edge/a.ts', 'export function readHeaders() { const head = 1; return head; }'));
    assertClean(inHub('push/dispatch/lane.ts', 'export class Lane {}'));
    assertClean(inHub('cli/a.ts', 'export const planner = 1;'));
  });

  test('each word that is checked stands in the glossary', () => {
    const findings = tidy('GLOSSARY.md', '| **head** | … |\n| **lane** | … |\n| **notification** | … |\n');
    assertOne(findings, /does not define 'plan'/);
  });
});

describe('file names', () => {
  test('files and folders are kebab-case', () => {
    assertClean(tidy('tools/group-commit.bench.ts', ''));
    assertOne(tidy('tools/groupCommit.ts', ''), /^1: 'groupCommit' is not kebab-case: write group-commit$/);
    assertOne(tidy('tools/group_commit/a.js', ''), /'group_commit' is not kebab-case/);
  });

  test('a drawer is refused, as file or folder', () => {
    assertOne(tidy('tools/utils.ts', ''), /'utils' is a drawer/);
    assertOne(tidy('tools/helpers/a.ts', ''), /'helpers' is a drawer/);
    assertOne(tidy('tools/types.test.ts', ''), /'types' is a drawer/);
    assertClean(tidy('tools/media-types.ts', ''));
  });

  test("index.ts is only a package's entry", () => {
    const named = {
      'packages/protocol/package.json': '{ "exports": { "./schemas": "./src/schemas/index.ts" } }',
    };
    assertClean(tidy('packages/protocol/src/index.ts', header));
    assertClean(tidy('packages/protocol/src/schemas/index.ts', header, named));
    assertOne(
      tidy('packages/protocol/src/schemas/index.ts', header),
      /index\.ts is only for a package's entry/,
    );
    assertOne(tidy('tools/index.ts', ''), /index\.ts is only for a package's entry/);
  });
});

describe('syntax', () => {
  test('no default export, enum or namespace', () => {
    assertOne(tidy('tools/a.ts', 'const a = 1;\nexport default a;\n'), /^2: default export/);
    assertOne(tidy('tools/a.ts', 'enum A { b }\n'), /^1: enum: use a union/);
    assertOne(tidy('tools/a.ts', 'namespace A { export const b = 1; }\n'), /^1: namespace/);
    assertClean(tidy('tools/a.ts', "declare module 'x' { namespace A { interface B {} } }\n"));
  });

  test('tools that ask for a default export get it, and declarations of other modules are fine', () => {
    assertClean(tidy('tools/some.config.ts', 'export default {};\n'));
    assertClean(
      tidy(
        'tools/a.ts',
        "declare module 'x' { export const a: 1; }\ndeclare global { var b: 1; }\nexport {};\n",
      ),
    );
  });

  test('a file that does not parse is a finding, not a crash', () => {
    assertOne(tidy('tools/a.ts', '\nconst = 1;\n'), /^2: can't be parsed/);
  });
});

describe('homes', () => {
  const inFeed = (code: string) => tidy('packages/hub/src/feed/expire.ts', `${header}${code}\n`);
  const uses: [code: string, expected: RegExp][] = [
    ['process.env.PORT;', /^3: process\.env is away from its home: take what you need from Config$/],
    ["process['env'];", /process\.env/],
    ['const { env } = process;', /process\.env/],
    ["import { env } from 'node:process';", /env of node:process/],
    ['Date.now();', /Date\.now is away from its home: take the clock/],
    ['const now = Date.now;', /Date\.now/],
    ['new Date();', /new Date\(\)/],
    ['Math.random();', /Math\.random is away from its home: take the random source/],
    ['setTimeout(() => {}, 1);', /setTimeout\(\)/],
    ['globalThis.setInterval(() => {}, 1);', /setInterval\(\)/],
    ["import { setTimeout as wait } from 'node:timers/promises';", /node:timers\/promises/],
    ["import { setInterval } from 'node:timers';", /setInterval of node:timers/],
    ["console.log('x');", /console\.log is away from its home: take the log/],
  ];
  for (const [code, expected] of uses) {
    test(`outside its home: ${code}`, () => assertOne(inFeed(code), expected));
  }

  test('a time that is handed in, and words in strings and comments, are fine', () => {
    assertClean(inFeed("import { setImmediate } from 'node:timers';"));
    assertClean(inFeed("new Date(now); clock.now(); clock.setTimeout(f, 1); 'Date.now()'; // process.env"));
  });

  test('each is free at home', () => {
    assertClean(
      tidy('packages/hub/src/lib/clock.ts', `${header}Date.now(); setTimeout(f, 1); Math.random();\n`),
    );
    assertClean(tidy('packages/hub/src/config/config.ts', `${header}process.env;\n`));
    assertClean(tidy('packages/hub/src/main.ts', `${header}process.env; console.log(1);\n`));
    assertClean(tidy('bench/run.ts', 'process.env; console.log(Date.now());\n'));
    assertClean(tidy('packages/hub/test/support/hub.ts', 'process.env; Date.now();\n'));
    assertOne(tidy('packages/hub/src/lib/clock.ts', `${header}console.log(1);\n`), /console\.log/);
  });
});

describe('sleeps', () => {
  test('a test does not sleep', () => {
    assertOne(
      tidy('tools/a.test.ts', '\nsetTimeout(resolve, 100);\n'),
      /^2: setTimeout\(\) in a test: wait for a condition/,
    );
    assertOne(tidy('packages/hub/test/support/a.ts', 'globalThis.setTimeout(f, 1);\n'), /^1: setTimeout\(\)/);
    assertOne(tidy('tools/a.test.ts', "import 'timers/promises';\n"), /^1: timers\/promises/);
  });

  test('a timeout that fails the test says so, in its line or the one above', () => {
    assertClean(tidy('tools/a.test.ts', 'setTimeout(fail, 100); // bound: the child never starts\n'));
    assertClean(tidy('tools/a.test.ts', '// bound: the child never starts\nsetTimeout(fail, 100);\n'));
    assertOne(
      tidy('tools/a.test.ts', "const bound = '// bound:';\nsetTimeout(fail, 100);\n"),
      /^2: setTimeout/,
    );
  });
});

describe('header', () => {
  const file = 'packages/client/src/feed/feed-view.ts';

  test('two to six lines at the top, in either form', () => {
    assertClean(tidy(file, header));
    assertClean(tidy(file, '/**\n * One.\n * Two.\n */\nexport {};\n'));
    assertClean(tidy(file, '// A line.\n'.repeat(6)));
  });

  test('none, one or seven lines are found', () => {
    assertOne(tidy(file, 'export {};\n'), /^1: no header comment: begin with 2 to 6 lines/);
    assertOne(tidy(file, '\n// Late.\n// Late.\n'), /no header comment/);
    assertOne(tidy(file, '// Short.\nexport {};\n'), /header comment of 1 line:/);
    assertOne(tidy(file, '// A line.\n'.repeat(7)), /header comment of 7 lines/);
  });

  test('tests, tools and generated files need none', () => {
    assertClean(tidy('packages/client/src/feed/feed-view.test.ts', 'export {};\n'));
    assertClean(tidy('tools/a.ts', 'export {};\n'));
    assertClean(tidy(file, '// Generated by tools/docs.ts\n'));
  });
});

describe('forbidden words', () => {
  const words = [
    ['/wo', 'rk/'],
    ['/ro', 'ot/'],
    ['/ho', 'me/'],
    ['registry.npm', 'js.org'],
    ['pypi', '.org'],
    ['crates', '.io'],
    ['../sha', 'red'],
  ].map((parts) => parts.join(''));

  for (const word of words) {
    test(`${word} is found in a file of any kind`, () => {
      assertOne(tidy('docs/a.md', `\nsee ${word}x\n`), /^2: .* is a path|^2: .* is the host/);
      assertOne(tidy('package-lock.json', `{ "packages": {},\n"x": "${word}x" }`), /^2: /);
    });
  }

  test('relative paths and addresses with the same folder are fine', () => {
    for (const word of words.filter((each) => each.startsWith('/'))) {
      assertClean(tidy('docs/a.md', `src${word}x .${word}x https://example.com${word}x`));
    }
  });
});

describe('lock platforms', () => {
  const checked = { integrity: `sha512-${'A'.repeat(86)}==` };
  const parent = { ...checked, optionalDependencies: { '@b/cli-linux-x64': '1.0.0' } };
  const lock = (packages: object) => tidy('package-lock.json', JSON.stringify({ packages }));

  test('every optional dependency has an entry, beside its parent or inside it', () => {
    assertClean(lock({ 'node_modules/@b/a': parent, 'node_modules/@b/cli-linux-x64': checked }));
    assertClean(
      lock({ 'node_modules/@b/a': parent, 'node_modules/@b/a/node_modules/@b/cli-linux-x64': checked }),
    );
    assertOne(lock({ 'node_modules/@b/a': parent }), /^1: @b\/cli-linux-x64 is missing, so npm ci fails/);
  });

  test('everything that is downloaded has a checksum; the workspaces and links to them need none', () => {
    assertClean(
      lock({ '': {}, 'packages/a': {}, 'node_modules/a': { link: true }, 'node_modules/b': checked }),
    );
    for (const integrity of [undefined, '', 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=']) {
      assertOne(lock({ 'node_modules/b': { integrity } }), /^1: node_modules\/b has no checksum/);
      assertOne(lock({ 'packages/a/node_modules/b': { integrity } }), /a\/node_modules\/b has no checksum/);
    }
  });
});
