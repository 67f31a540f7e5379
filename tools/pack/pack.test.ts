// What is published, judged without installing it: what the tarballs hold, and what two linters of packages say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { buildEmbed } from './embed.ts';
import { type Manifest, publishedManifest } from './manifest.ts';
import type { Packed } from './pack.ts';
import { packOnce } from './pack-once.ts';

const run = promisify(execFile);
const attw = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')),
);
let packed: Packed[];

before(async () => {
  packed = await packOnce();
});

const manifestOf = ({ folder }: Packed) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const compiled = () => packed.filter(({ files }) => files.some((path) => path.startsWith('src/')));

test('every package is packed, with licence and readme, and without tests or what only the repository needs', () => {
  assert.ok(
    packed.some(({ name }) => name === 'carillon') && packed.some(({ name }) => name === '@carillon/client'),
  );
  assert.ok(!packed.some(({ name }) => name === '@carillon/testing'));
  for (const each of packed) {
    assert.ok(existsSync(each.tarball));
    for (const path of ['LICENSE', 'README.md', 'package.json']) assert.ok(each.files.includes(path), path);
    assert.deepEqual(
      each.files.filter((path) => /\.test\.|(^|\/)test\//.test(path)),
      [],
    );
    const { scripts, devDependencies, private: kept } = manifestOf(each);
    assert.deepEqual([scripts, devDependencies, kept], [undefined, undefined, undefined]);
  }
});

test('each source has its JavaScript and its declarations, and nothing published imports a source', () => {
  for (const each of compiled()) {
    const sources = each.files.filter((path) => /^src\/.*(?<!\.d)\.tsx?$/.test(path));
    assert.ok(sources.length > 0);
    for (const source of sources) {
      const stem = source.replace(/^src/, 'dist').replace(/\.tsx?$/, '');
      for (const extension of ['js', 'js.map', 'd.ts', 'd.ts.map']) {
        assert.ok(each.files.includes(`${stem}.${extension}`), `${each.name} lacks ${stem}.${extension}`);
      }
    }
    const code = each.files.filter((path) => /^(dist|bin)\/.*\.(js|d\.ts)$/.test(path));
    const importing = code.filter((path) =>
      /(from|import|import\()\s*["']\.[^"']*\.tsx?["']/.test(readFileSync(join(each.folder, path), 'utf8')),
    );
    assert.deepEqual(importing, []);
  }
});

test('a source map leads to the sources that are packed, beside it or in another package', () => {
  for (const each of compiled()) {
    for (const path of each.files.filter((file) => file.endsWith('.map'))) {
      const map = JSON.parse(readFileSync(join(each.folder, path), 'utf8')) as { sources: string[] };
      assert.ok(map.sources.length > 0);
      for (const source of map.sources) {
        const isPacked = existsSync(join(each.folder, dirname(path), source));
        assert.ok(isPacked, `${each.name}: ${path} names ${source}`);
      }
    }
  }
});

test('entries become compiled ones with types, whatever their conditions, and other files move along', () => {
  const manifest: Manifest = {
    name: 'a',
    version: '1.0.0',
    description: '',
    private: true,
    scripts: { build: 'x' },
    sideEffects: ['./src/define.ts', '*.css'],
    exports: {
      '.': { browser: './src/page.ts', default: './src/index.ts' },
      './style.css': './src/style.css',
      './all/*': './src/all/*.ts',
    },
    classicScripts: { './style': 'style' },
  };
  const published = publishedManifest(manifest, { folder: 'a', repository: 'https://forge.example/a' });
  assert.deepEqual(published.exports, {
    '.': {
      browser: { types: './dist/page.d.ts', default: './dist/page.js' },
      default: { types: './dist/index.d.ts', default: './dist/index.js' },
    },
    './style.css': './dist/style.css',
    './all/*': { types: './dist/all/*.d.ts', default: './dist/all/*.js' },
    './style.classic.js': './dist/style.classic.js',
    './package.json': './package.json',
  });
  assert.deepEqual(published.sideEffects, ['./dist/define.js', '*.css']);
  assert.deepEqual(published.repository, {
    type: 'git',
    url: 'https://forge.example/a',
    directory: 'packages/a',
  });
  assert.equal(published.scripts ?? published.private ?? published.classicScripts, undefined);
});

test('publint finds nothing', async () => {
  for (const each of packed) {
    const { messages, pkg } = await publint({ pkgDir: each.folder, pack: false, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
      each.name,
    );
  }
});

describe('the types resolve as they should for ESM, says attw', () => {
  test('of every package that has some', async () => {
    await Promise.all(
      compiled().map(async ({ name, tarball }) => {
        // Style sheets and classic scripts are files for a page or a server: no module that has types.
        const files = Object.keys((manifestOfTarball(name).exports ?? {}) as object).filter((entry) =>
          /\.css$|\.classic\.js$|\/embed\.m?js$/.test(entry),
        );
        const excluded = files.length > 0 ? ['--exclude-entrypoints', ...files] : [];
        await run(process.execPath, [
          attw,
          tarball,
          '--profile',
          'esm-only',
          '--format',
          'ascii',
          ...excluded,
        ]).catch(({ stdout }: { stdout: string }) => assert.fail(`${name}:\n${stdout}`));
      }),
    );
  });
});

function manifestOfTarball(name: string): Manifest {
  return manifestOf(packed.find((each) => each.name === name) as Packed);
}

test('the inbox is one file too, whose integrity its README tells', async () => {
  const { folder } = packed.find(({ name }) => name === '@carillon/inbox') as Packed;
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const { name, text, integrity } of await buildEmbed()) {
    assert.equal(readFileSync(join(folder, 'dist', name), 'utf8'), text);
    assert.ok(readme.includes(integrity), `${name}: ${integrity}`);
    const { exports } = manifestOfTarball('@carillon/inbox');
    assert.equal((exports as Readonly<Record<string, string>>)[`./${name}`], `./dist/${name}`);
  }
  assert.doesNotMatch(readme, /sha384-OF-/);
});

test('of the protocol only what is used is bundled', async () => {
  const { folder } = packed.find(({ name }) => name === '@carillon/protocol') as Packed;
  const bundle = async (names: string) => {
    const { outputFiles } = await build({
      stdin: { contents: `export { ${names} } from './dist/index.js';`, resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    });
    return outputFiles[0]?.text ?? '';
  };
  const one = await bundle('readStates');
  assert.match(one, /"unread"/);
  assert.ok(one.length < 100, one);
  assert.doesNotMatch(await bundle('limits'), /itemNotFound|noInteraction|\/me\/notifications/);
  assert.match(await bundle('limits, errorTable'), /itemNotFound/);
});

const classicScripts = [
  { entry: 'service-worker', global: 'carillon', exported: ['HubClock', 'serveNotifications'] },
  {
    entry: 'compat',
    global: 'userNotificationsClient',
    exported: [
      'UserNotificationApiImpl',
      'UserNotificationApiResultStatus',
      'UserNotificationStatus',
      'UserNotificationUserActionState',
    ],
  },
] as const;
const classicMaxBytes = 12 * 1024;

describe('as one classic script', () => {
  for (const { entry, global, exported } of classicScripts) {
    test(`${entry} defines ${global}, and nothing else, in a scope that has nothing but itself`, (context) => {
      const text = readClassic(entry);
      const scope = createContext(withSelf());
      new Script(text, { filename: `${entry}.classic.js` }).runInContext(scope);
      assert.deepEqual(Object.keys(scope), ['self', global]);
      assert.deepEqual(Object.keys(scope[global] as object).sort(), exported);
      const gzipBytes = gzipSync(text, { level: 9 }).length;
      context.diagnostic(`${gzipBytes} bytes of ${classicMaxBytes}`);
      assert.ok(gzipBytes < classicMaxBytes, `${gzipBytes} bytes`);
    });
  }

  test('service-worker listens while the script runs that calls it', () => {
    const listening: string[] = [];
    const addEventListener = (type: string) => listening.push(type);
    const scope = createContext(withSelf({ addEventListener, indexedDB: {} }));
    const call =
      "carillon.serveNotifications(self, { baseUrl: 'https://hub.example', token: async () => '' })";
    new Script(`${readClassic('service-worker')};${call}`).runInContext(scope);
    assert.deepEqual(listening.sort(), [
      'message',
      'notificationclick',
      'notificationclose',
      'push',
      'pushsubscriptionchange',
      'sync',
    ]);
  });
});

/** The global object of a worker without modules names itself. */
function withSelf(scope: Record<string, unknown> = {}): Record<string, unknown> {
  scope.self = scope;
  return scope;
}

/** By the name that a bundler or a server resolves. */
function readClassic(entry: string): string {
  const client = packed.find(({ name }) => name === '@carillon/client') as Packed;
  const { exports } = manifestOf(client);
  const path = (exports as Readonly<Record<string, string>>)[`./${entry}.classic.js`] ?? '';
  return readFileSync(join(client.folder, path), 'utf8');
}
