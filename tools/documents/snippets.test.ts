// Every TypeScript snippet of every README compiles as strictly as the code, with nothing declared but the names that its reader
// brings; and those for a page or a program run: in Chromium, or in Node, at a real hub.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { post, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { startChromium, type TestChromium } from '@carillon/testing/machine/chromium.ts';
import { build } from 'esbuild';
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

const documents = globSync(['README.md', 'packages/*/README.md', 'docs/compat.md'], { cwd: root }).sort();
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
    hub = await startHub();
    token = hub.token({ user: 'alice' });
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await hub?.close();
  });
  const send = async (title: string): Promise<void> => {
    const body = post({ payload: { visualContent: { title } } });
    await hub.request('POST', '/v1.0/me/notifications', { token, body });
  };
  const snippetOf = (document: string, words: string): string => {
    const found = snippets.find((each) => each.document === document && each.text.includes(words));
    assert.ok(found, `${document} shows ${words}`);
    return found.text.replaceAll(/https:\/\/(bells\.contoso\.com|hub\.example)(?!\/inbox)/g, hub.baseUrl);
  };
  const bundle = async (contents: string, format: 'esm' | 'iife'): Promise<string> => {
    const stdin = { contents, resolveDir: join(root, 'packages', 'inbox'), loader: 'ts' } as const;
    const { outputFiles } = await build({ stdin, bundle: true, write: false, format, target: 'es2022' });
    return outputFiles[0]?.text ?? '';
  };
  const showsInBrowser = async (html: string, files: Readonly<Record<string, string>>, title: string) => {
    const server = createServer((request, response) => {
      const text = files[request.url ?? ''];
      response.writeHead(200, { 'content-type': text === undefined ? 'text/html' : 'text/javascript' });
      response.end(text ?? `<!doctype html><title>x</title>${html}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = await chromium.browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await page.locator('carillon-inbox').getByRole('button').first().click();
    await page.getByText(title).first().waitFor();
    await page.close();
    server.close();
    server.closeAllConnections();
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

  test('that of the whole, in a page', async () => {
    await send('In a page');
    const script = await bundle(`${own()} ${snippetOf('README.md', 'connectHub')}`, 'esm');
    await showsInBrowser(
      '<carillon-inbox></carillon-inbox><script type="module" src="/a.js"></script>',
      { '/a.js': script },
      'In a page',
    );
  });

  test("the inbox's, as a module of a bundler and as one file", async () => {
    await send('In both');
    const html = snippetOf('packages/inbox/README.md', '<script type="module">');
    const [, code = ''] = /<script type="module">(.*)<\/script>/s.exec(html) ?? [];
    const module = await bundle(`const urlOf = () => ''; ${own()} ${code}`, 'esm');
    const tag = '<script type="module" src="/a.js"></script>';
    await showsInBrowser(html.replace(/<script.*<\/script>/s, tag), { '/a.js': module }, 'In both');
    const [embed] = await buildEmbed();
    const one = snippetOf('packages/inbox/README.md', 'embed.js')
      .replace('https://hub.example/inbox/embed.js', '/embed.js')
      .replace('sha384-OF-embed.js', embed?.integrity ?? '');
    const files = { '/embed.js': embed?.text ?? '' };
    await showsInBrowser(`<script>${own()}</script>${one}`, files, 'In both');
  });
});
