// Every TypeScript snippet of every README and guide compiles as strictly as the code, with nothing declared but the names that its reader
// brings; and those for a page or a program run: in Chromium, or in Node, at a real hub.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { webPushKeys } from '@carillon/testing/feed/web-push-keys.ts';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { startChromium, type TestChromium } from '@carillon/testing/machine/chromium.ts';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { buildEmbed } from '../pack/embed.ts';
import { root } from './documents.ts';

const run = promisify(execFile);
/** Inside the repository, so that its packages resolve. */
const folder = join(root, 'node_modules', '.cache', `carillon-snippets-${process.pid}`);

interface Snippet {
  readonly document: string;
  readonly language: string;
  readonly text: string;
}

const documents = globSync(['README.md', 'packages/*/README.md', 'docs/compat.md', 'docs/guides/*.md'], {
  cwd: root,
}).sort();
const snippets: readonly Snippet[] = documents.flatMap((document) => {
  const blocks = readFileSync(join(root, document), 'utf8').matchAll(/^```(ts|tsx|html)\n(.*?)^```$/gms);
  return [...blocks].map(([, language = '', text = '']) => ({ document, language, text }));
});

/** What the reader has: the first declaration whose words a snippet holds, and only what the snippet lacks. */
const brought: readonly (readonly [name: string, declaration: string])[] = [
  ['myAccessToken', 'declare function myAccessToken(how: { force: boolean }): Promise<string>;'],
  ['myToken', 'declare function myToken(refresh: boolean): Promise<string>;'],
  ['myStableId', 'declare const myStableId: string;'],
  ['tokenFromStorage', 'declare const tokenFromStorage: () => Promise<string>;'],
  ['setCount', 'declare function setCount(count: number): void;'],
  ['open(', "declare function open(notification: import('@carillon/protocol').Notification): void;"],
  ['hub,', "declare const hub: import('@carillon/client').Hub;"],
  ['(feed', "declare const feed: import('@carillon/client').Feed;"],
  ['{feed', "declare const feed: import('@carillon/client').Feed;"],
  ['(self', 'declare const self: ServiceWorkerGlobalScope;'],
];

function withBrought(text: string): string {
  const lacking = brought.filter(([name]) => text.includes(name));
  const declarations = new Set(lacking.map(([, declaration]) => declaration));
  for (const each of declarations) {
    const [, name = ''] = /declare (?:const|function) (\w+)/.exec(each) ?? [];
    if (text.includes(`const ${name} `)) declarations.delete(each);
  }
  return [...declarations, text, 'export {};', ''].join('\n');
}

async function compile(name: string, lib: string, files: readonly string[]): Promise<void> {
  const project = join(folder, `${name}.json`);
  const compilerOptions = { lib: ['es2024', lib], jsx: 'react-jsx', noEmit: true, types: ['node', 'react'] };
  writeFileSync(
    project,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', project], { cwd: root }).catch(({ stdout }: { stdout: string }) =>
    assert.fail(stdout),
  );
}

before(() => mkdirSync(folder, { recursive: true }));
after(() => rmSync(folder, { recursive: true, force: true }));

test('every TypeScript snippet compiles', async () => {
  const [pages, workers]: [string[], string[]] = [[], []];
  for (const [index, { language, text }] of snippets.entries()) {
    if (language === 'html') continue;
    const file = `${index}.${language}`;
    writeFileSync(join(folder, file), withBrought(text));
    (text.includes('(self') ? workers : pages).push(file);
  }
  assert.ok(pages.length > 5 && workers.length > 0, `${pages.length} of pages, ${workers.length} of workers`);
  await compile('pages', 'dom', pages);
  await compile('workers', 'webworker', workers);
});

describe('what a README shows runs', () => {
  let hub: TestHub;
  let chromium: TestChromium;
  let token: string;
  before(async () => {
    hub = await startHub({ settings: { 'allow-private-push': true } });
    token = hub.token({ user: 'alice' });
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await hub?.close();
  });
  const feedPath = '/v1.0/me/notifications';
  const send = async (title: string): Promise<string> => {
    const body = post({ payload: { visualContent: { title } } });
    return (await hub.request('POST', feedPath, { token, body })).json.id;
  };
  const snippetOf = (document: string, words: string): string => {
    const found = snippets.find((each) => each.document === document && each.text.includes(words));
    assert.ok(found, `${document} shows ${words}`);
    return found.text.replaceAll(/https:\/\/(bells\.contoso\.com|hub\.example)(?!\/inbox)/g, hub.baseUrl);
  };
  const bundle = async (contents: string, format: 'esm' | 'iife'): Promise<string> => {
    const stdin = { contents, resolveDir: join(root, 'packages', 'inbox'), loader: 'tsx' } as const;
    const output = { bundle: true, write: false, format, target: 'es2022', jsx: 'automatic' } as const;
    const { outputFiles } = await build({ stdin, ...output });
    return outputFiles[0]?.text ?? '';
  };
  /** A page of its own origin, with the permission to notify. Leaves with the test. */
  const openInBrowser = async (
    context: TestContext,
    html: string,
    files: Readonly<Record<string, string>>,
  ): Promise<Page> => {
    const server = createServer((request, response) => {
      const text = files[request.url ?? ''];
      response.writeHead(200, { 'content-type': text === undefined ? 'text/html' : 'text/javascript' });
      response.end(text ?? `<!doctype html><title>x</title>${html}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const profile = await chromium.openProfile({ notificationsFor: origin });
    context.after(async () => {
      await profile.close();
      server.close();
      server.closeAllConnections();
    });
    await profile.addInitScript(pushStub);
    const page = await profile.newPage();
    await page.goto(`${origin}/`);
    return page;
  };
  const showsInBrowser = async (
    context: TestContext,
    html: string,
    files: Readonly<Record<string, string>>,
    title: string,
  ): Promise<Page> => {
    const page = await openInBrowser(context, html, files);
    await page.locator('carillon-inbox').getByRole('button').first().click();
    await page.getByText(title).first().waitFor();
    return page;
  };
  const own = () => `const myToken = async () => ${JSON.stringify(token)}; const fetchToken = myToken;`;

  test("the client's, in Node", async () => {
    await send('In Node');
    const text = snippetOf('packages/client/README.md', 'connectHub').replace(/\bimport .*?;\n/, '');
    const program = `import { connectHub } from '@carillon/client';
      const { parentPort } = process.getBuiltinModule('node:worker_threads');
      const console = { log: (...words) => parentPort.postMessage(words) };
      const myAccessToken = async () => ${JSON.stringify(token)};
      ${text}`;
    const file = join(folder, 'client.mjs');
    writeFileSync(file, await bundle(program, 'esm'));
    const worker = new Worker(file);
    const [words] = await once(worker, 'message');
    await worker.terminate();
    assert.deepEqual(words, [1, ['In Node']]);
  });

  test('that of the whole, in a page', async (context) => {
    await send('In a page');
    const script = await bundle(`${own()} ${snippetOf('README.md', 'connectHub')}`, 'esm');
    await showsInBrowser(
      context,
      '<carillon-inbox></carillon-inbox><script type="module" src="/a.js"></script>',
      { '/a.js': script },
      'In a page',
    );
  });

  test("the inbox's, as a module of a bundler and as one file", async (context) => {
    await send('In both');
    const html = snippetOf('packages/inbox/README.md', '<script type="module">');
    const [, code = ''] = /<script type="module">(.*)<\/script>/s.exec(html) ?? [];
    const module = await bundle(`const urlOf = () => ''; ${own()} ${code}`, 'esm');
    const tag = '<script type="module" src="/a.js"></script>';
    await showsInBrowser(context, html.replace(/<script.*<\/script>/s, tag), { '/a.js': module }, 'In both');
    const [embed] = await buildEmbed();
    const one = snippetOf('packages/inbox/README.md', 'embed.js')
      .replace('https://hub.example/inbox/embed.js', '/embed.js')
      .replace('sha384-OF-embed.js', embed?.integrity ?? '');
    const files = { '/embed.js': embed?.text ?? '' };
    await showsInBrowser(context, `<script>${own()}</script>${one}`, files, 'In both');
  });

  test("React's, in a page", async (context) => {
    await send('In React');
    const [imports = '', element = ''] = snippetOf('packages/inbox/README.md', 'inbox/react').split('\n\n');
    const program = `import { createRoot } from 'react-dom/client';
      import { useState } from 'react';
      import { connectHub } from '@carillon/client';
      ${imports} ${own()}
      const feed = connectHub({ baseUrl: ${JSON.stringify(hub.baseUrl)}, token: myToken }).feed();
      const open = ({ payload }) => { document.title = payload.visualContent.title; };
      function App() {
        const [count, setCount] = useState(0);
        return <><b>{count}</b>${element.trim()}</>;
      }
      createRoot(document.querySelector('main')).render(<App />);`;
    const page = await showsInBrowser(
      context,
      '<main></main><script type="module" src="/a.js"></script>',
      { '/a.js': await bundle(program, 'esm') },
      'In React',
    );
    const unread = async () => Number(await page.locator('b').textContent());
    const { json } = await hub.request('GET', `${feedPath}/delta?$deltatoken=latest`, { token });
    await until(async () => (await unread()) === json.unreadCount, 'the count');
    await page.getByRole('listitem').filter({ hasText: 'In React' }).getByRole('button').first().click();
    await until(async () => (await page.title()) === 'In React', 'what was opened');
  });

  test("the push's and the worker's: turned on, shown by the worker, and closed when handled elsewhere", async (context) => {
    const readme = 'packages/client/README.md';
    const page = await openInBrowser(context, '<script type="module" src="/a.js"></script>', {
      '/a.js': await bundle(
        `import { connectHub } from '@carillon/client';
        ${own()} const myStableId = 'this browser';
        const hub = connectHub({ baseUrl: ${JSON.stringify(hub.baseUrl)}, token: myToken });
        const feed = hub.feed();
        ${snippetOf(readme, 'client/web-push').replace('shop.example', 'a.example')}
        document.title = state;`,
        'esm',
      ),
      '/worker.js': await bundle(
        `${own()} const tokenFromStorage = myToken; ${snippetOf(readme, 'serveNotifications')}`,
        'esm',
      ),
    });
    await until(async () => (await page.title()) === 'on', 'push is on');
    const id = await send('On the screen');
    const { json } = await hub.request('GET', '/v1.0/me/notificationSubscriptions', { token });
    assert.deepEqual(
      json.value.map(({ displayName }: { displayName: string }) => displayName),
      ['Laptop'],
    );
    await deliverPush(page, { v: 1, kind: 'tap', notificationId: id, unreadCount: 1 });
    const shown = () => page.evaluate<string>(titlesShown);
    await until(async () => (await shown()) === 'On the screen', 'it is shown');
    await hub.request('PATCH', `${feedPath}/${id}`, { token, body: { userActionState: 'dismissed' } });
    await until(async () => (await shown()) === '', 'it is closed');
  });
});

/** What a browser answers that reached its push service; tests reach none. */
const pushStub = `
  const subscription = { toJSON: () => (${JSON.stringify({ endpoint: 'https://127.0.0.1:1/push', keys: webPushKeys })}), options: {} };
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async () => subscription;`;

const titlesShown = `navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((shown) => shown.map(({ title }) => title).join())`;

/** As the browser's push service would, by the DevTools protocol. */
async function deliverPush(page: Page, content: unknown): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  const { promise, resolve } = Promise.withResolvers<string>();
  protocol.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
    if (first) resolve(first.registrationId);
  });
  await protocol.send('ServiceWorker.enable');
  const { origin } = new URL(page.url());
  const data = JSON.stringify(content);
  await protocol.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await promise, data });
}
