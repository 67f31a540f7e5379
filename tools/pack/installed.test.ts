// The published packages, installed into an empty folder outside the repository: commands, imports, bundles and types.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Installed } from './installed.ts';
import { testOn } from './installed-commands.ts';
import type { Packed } from './pack.ts';
import { packOnce } from './pack-once.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const installed = new Installed();
let packed: Packed[];

const consumer = `
import { type Frame, limits, type Notification, type NotificationPost, statusOf } from '@carillon/protocol';
import { connectHub, type Feed, type FeedChange, type Hub } from '@carillon/client';
import { UserNotificationApiImpl, type UserNotificationsResult, UserNotificationUserActionState } from '@carillon/client/compat';
import { openFileStorage } from '@carillon/client/node';
import { enableWebPush, type WebPushState } from '@carillon/client/web-push';
import { CarillonInbox, type Feed as SameFeed, type InboxEventMap } from '@carillon/inbox';
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
const storage = openFileStorage({ folder: 'feeds' });
export const hub: Hub = connectHub({ baseUrl: 'https://hub.example', token: async () => 'token', storage });
// @ts-expect-error: a hub without a token is refused
connectHub({ baseUrl: 'https://hub.example' });
export async function turnOn(registration: ServiceWorkerRegistration): Promise<WebPushState['state']> {
  const options = { hub, registration, targetHostName: 'a.example', installationId: 'a' };
  const { state } = await enableWebPush(options);
  // @ts-expect-error: no such state
  if (state === 'perhaps') return state;
  return state;
}
export async function follow(feed: Feed): Promise<FeedChange | null> {
  for await (const change of feed.changes()) return change;
  return null;
}
export async function dismissAll(api: UserNotificationApiImpl): Promise<UserNotificationsResult['status']> {
  const { status, userNotifications } = await api.getAllNotificationsAsync();
  for (const { id } of userNotifications)
    await api.updateNotificationUserActionStateAsync(id, UserNotificationUserActionState.Dismissed);
  return status;
}
export function show(feed: Feed): CarillonInbox {
  const element = document.createElement('carillon-inbox');
  element.feed = feed;
  element.addEventListener('carillon-count', ({ detail }: InboxEventMap['carillon-count']) => detail);
  // @ts-expect-error: a theme that there isn't
  element.theme = 'sepia';
  return element;
}
`;

const workerConsumer = `
import { type Announced, type ServeOptions, serveNotifications, type Shown } from '@carillon/client/service-worker';

declare const self: ServiceWorkerGlobalScope;
const show = ({ title, body }: Announced): Shown => ({ title, options: body === null ? {} : { body } });
export const options: ServeOptions = {
  baseUrl: 'https://hub.example',
  token: async ({ refresh }) => (refresh ? 'new' : 'kept'),
  show,
};
serveNotifications(self, options);
// @ts-expect-error: a worker that nobody can be signed in at is refused
serveNotifications(self, { baseUrl: 'https://hub.example' });
`;

// A suite's own hook removes the folder: on a busy disk that takes longer than the end of a file may.
describe('installed into an empty folder', () => {
  before(async () => {
    packed = await packOnce();
    await installed.install(packed.map(({ tarball }) => tarball));
  });

  after(() => installed.remove());

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
    const entries = ['@carillon/protocol', '@carillon/client', '@carillon/inbox']
      .flatMap((name) => installed.entriesOf(name))
      .filter((entry) => entry !== '@carillon/client/node');
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

  for (const moduleResolution of ['nodenext', 'bundler']) {
    test(`a strict consumer compiles against the installed packages, resolved by ${moduleResolution}`, async () => {
      const folder = `consumer-${moduleResolution}`;
      installed.write(`${folder}/consumer.ts`, consumer);
      const imports = packed
        .filter(({ name }) => !['@carillon/web', '@carillon/console'].includes(name))
        .flatMap(({ name }) => installed.entriesOf(name))
        .filter((entry) => !/react|service-worker/.test(entry))
        .map((entry, index) => `export * as entry${index} from '${entry}';`);
      installed.write(`${folder}/entries.ts`, imports.join('\n'));
      await compile(folder, projectOf(moduleResolution));
    });
  }

  test('a strict service worker compiles against the installed packages, with the types of a worker alone', async () => {
    installed.write('consumer-worker/worker.ts', workerConsumer);
    const { compilerOptions, include } = projectOf('bundler');
    const lib = ['es2024', 'webworker', 'webworker.iterable'];
    await compile('consumer-worker', {
      compilerOptions: { ...compilerOptions, lib, types: [], skipLibCheck: false },
      include,
    });
  });
});

async function compile(folder: string, project: object): Promise<void> {
  const file = installed.write(`${folder}/tsconfig.json`, JSON.stringify(project));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', file]).catch(({ stdout }: { stdout: string }) =>
    assert.fail(stdout),
  );
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
