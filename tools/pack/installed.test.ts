// The published packages, installed into an empty folder outside the repository: commands, imports, bundles and types.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Installed } from './installed.ts';
import { testOn } from './installed-commands.ts';
import { type Packed, packAll } from './pack.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const outFolder = mkdtempSync(join(tmpdir(), 'carillon-tarballs-'));
const installed = new Installed();
let packed: Packed[];

before(async () => {
  packed = await packAll(outFolder, 'ifChanged');
  await installed.install(packed.map(({ tarball }) => tarball));
});

after(() => {
  installed.remove();
  rmSync(outFolder, { recursive: true, force: true });
});

testOn({ installed, node: () => process.execPath });

test('every module that a thread is started with is published', () => {
  const started = packed.flatMap(({ folder, files }) =>
    files
      .filter((path) => /^dist\/.*\.js$/.test(path))
      .flatMap((path) => {
        const text = readFileSync(join(folder, path), 'utf8');
        const modules = text.matchAll(/'(\.\/[a-z/-]+\.js)',\s*import\.meta\.url/g);
        return [...modules].map(([, module = '']) => ({ module: join(path, '..', module), files }));
      }),
  );
  const missing = started.filter(({ module, files }) => !files.includes(module));
  assert.deepEqual(missing, []);
  // The writer of SQLite, its planner, the registry of PostgreSQL and the encryption of Web Push.
  assert.ok(started.length >= 4, `${started.length} found`);
});

test('each entry for devices is bundled for the browser, and asks for no module of Node', async () => {
  const entries = ['@carillon/protocol', '@carillon/client', '@carillon/inbox'].flatMap((name) =>
    installed.entriesOf(name),
  );
  for (const entry of entries) {
    const { outputFiles, errors } = await build({
      stdin: { contents: `export * from '${entry}';`, resolveDir: installed.folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      external: ['react', 'react-dom'],
      write: false,
    });
    assert.deepEqual(errors, []);
    assert.doesNotMatch(outputFiles[0]?.text ?? '', /\b(from|import|require)\s*\(?\s*["']node:/, entry);
  }
});

const consumer = `
import { type Frame, limits, type Notification, type NotificationPost, statusOf } from '@carillon/protocol';
import type { Feed } from '@carillon/client';
import type { Feed as SameFeed } from '@carillon/inbox';
import { type Config, openHub, readConfig } from 'carillon';

export const post: NotificationPost = { targetHostName: 'a.example', payload: { visualContent: { title: 'a' } } };
// @ts-expect-error: a post without a payload is refused
export const wrong: NotificationPost = { targetHostName: 'a.example' };
export const status: number = statusOf('notFound', 'v1.0');
export const top: number = limits.bodyBytes;
export const config: Config = readConfig({ port: '0' }, {}, null);
export const opened = openHub;
export function unread(feed: Feed): number {
  const same: SameFeed = feed;
  // @ts-expect-error: the count is read, not written
  feed.unreadCount = 1;
  const first: Notification | undefined = same.items[0];
  return first?.readState === 'unread' ? 1 : feed.unreadCount;
}
export function cursorOf(frame: Frame): string | null {
  return frame.type === 'change' ? frame.cursor : null;
}
`;

for (const moduleResolution of ['nodenext', 'bundler']) {
  test(`a strict consumer compiles against the installed packages, resolved by ${moduleResolution}`, async () => {
    const folder = `consumer-${moduleResolution}`;
    installed.write(`${folder}/consumer.ts`, consumer);
    const imports = packed
      .filter(({ name }) => name !== '@carillon/web')
      .flatMap(({ name }) => installed.entriesOf(name))
      .filter((entry) => !/react|service-worker/.test(entry))
      .map((entry, index) => `export * as entry${index} from '${entry}';`);
    installed.write(`${folder}/entries.ts`, imports.join('\n'));
    const project = installed.write(`${folder}/tsconfig.json`, JSON.stringify(projectOf(moduleResolution)));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', project]).catch(({ stdout }: { stdout: string }) =>
      assert.fail(stdout),
    );
  });
}

function projectOf(moduleResolution: string) {
  return {
    compilerOptions: {
      target: 'es2024',
      lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable', 'esnext.collection'],
      module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      noEmit: true,
      // Once is enough: the declarations are the same, and reading all of them takes longest.
      skipLibCheck: moduleResolution === 'bundler',
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    include: ['*.ts'],
  };
}
