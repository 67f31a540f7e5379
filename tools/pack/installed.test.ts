// The published packages, installed into an empty folder outside the repository: commands, imports, bundles and types.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Installed, installNode } from './installed.ts';
import { type Packed, packAll } from './pack.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const outFolder = mkdtempSync(join(tmpdir(), 'carillon-tarballs-'));
const installed = new Installed();
const nodes: Record<string, string> = { 24: process.execPath };
let packed: Packed[];

before(async () => {
  const next = installNode(26, join(outFolder, '..', `${outFolder}-node`));
  next.catch(() => {}); // told where it is awaited
  packed = await packAll(outFolder, 'ifChanged');
  await installed.install(packed.map(({ tarball }) => tarball));
  nodes[26] = await next;
});

after(() => {
  installed.remove();
  for (const folder of [outFolder, `${outFolder}-node`]) rmSync(folder, { recursive: true, force: true });
});

/** Entries that are code, as an importer writes them. */
function entriesOf(name: string): string[] {
  const manifest = readFileSync(join(installed.folder, 'node_modules', name, 'package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: Record<string, unknown> };
  return Object.entries(exports)
    .filter(([entry, target]) => typeof target === 'object' && !entry.includes('*'))
    .map(([entry]) => entry.replace(/^\./, name));
}

for (const major of [24, 26]) {
  describe(`on Node ${major}`, () => {
    const node = () => nodes[major] as string;
    const data = ['--data-dir', `data-${major}`];

    test('carillon serves, and its commands work beside it', async () => {
      assert.match(await installed.npx(node(), ['--version']), /^\d+\.\d+\.\d+$/);
      const hub = installed.start(node(), ['serve', '--dev', '--port', '0', ...data]);
      const [, url] = await hub.until(/^carillon is ready at (\S+)$/m);
      assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: 'ok' });
      const inbox = await fetch(`${url}/inbox`);
      assert.equal(inbox.status, 200);
      const page = await inbox.text();
      const built = globSync('dist/**/*.html', { cwd: join(installed.folder, 'node_modules/@carillon/web') });
      if (built.length === 0) assert.match(page, /not built/);
      else assert.match(page, /<script/);
      const user = ['--user', 'alice@demo.example', ...data];
      const token = await installed.carillon(node(), ['token', '--app', 'demo', ...user]);
      const id = await installed.carillon(node(), ['send', '--title', 'Lunch is ready', ...user]);
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/v1.0/me/notifications/${id}`, { headers });
      const notification = (await answer.json()) as { payload: unknown };
      assert.deepEqual(notification.payload, { visualContent: { title: 'Lunch is ready' } });
      assert.equal(await hub.stop(), 0);
    });

    test('carillon simulates push services, over TLS', async () => {
      const simulator = installed.start(node(), ['simulate', '--port', '0', ...data]);
      await simulator.until(/https:\/\/\S+:\d+/);
      assert.equal(await simulator.stop(), 0);
    });

    test('protocol, client and hub are imported, in a thread without a document too', async () => {
      const entries = ['@carillon/protocol', '@carillon/client', 'carillon'].flatMap((name) =>
        entriesOf(name),
      );
      const imports = entries.filter((entry) => !entry.includes('service-worker'));
      const program = `
        import { Worker } from 'node:worker_threads';
        const program = ${JSON.stringify(importing(imports))};
        const thread = new Worker(program, { eval: true });
        thread.on('error', (error) => { throw error; });
        ${importing(imports)}
      `;
      const lines = (await installed.node(node(), program)).split('\n');
      assert.deepEqual(lines, [`imported ${imports.length}`, `imported ${imports.length}`]);
    });
  });
}

function importing(entries: readonly string[]): string {
  const list = entries.map((entry) => `import(${JSON.stringify(entry)})`).join(', ');
  return `Promise.all([${list}]).then((all) => console.log('imported ' + all.length));`;
}

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
    entriesOf(name),
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
      .flatMap(({ name }) => entriesOf(name))
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
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    include: ['*.ts'],
  };
}
