import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';

const source = new URL('../src/', import.meta.url).pathname;
const coreMaxBytes = 12.5 * 1024;
/** Files that are loaded when a change of their kind is first sent. */
const laterMax = 3;
const folder = mkdtempSync(join(tmpdir(), 'carillon-bundle-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Bundle {
  readonly text: string;
  readonly gzipBytes: number;
  readonly inputs: Metafile['inputs'];
}

async function bundle(code: string, options: BuildOptions = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: source, loader: 'ts' },
    ...{ bundle: true, minify: true, write: false, metafile: true, treeShaking: true },
    ...{ format: 'esm', platform: 'browser', target: 'es2022', ...options },
  });
  // The first is the entry; with splitting, what it loads on first use follows.
  const text = outputFiles?.[0]?.text ?? '';
  return { text, gzipBytes: gzipSync(text, { level: 9 }).length, inputs: metafile?.inputs ?? {} };
}

test('the core is at most 12.5 KiB, minified and gzipped, and needs no other file before the first change', async (context) => {
  const { text, gzipBytes } = await bundle("export * from './index.ts';", {
    ...{ splitting: true, outdir: folder },
  });
  context.diagnostic(`${gzipBytes} bytes of ${coreMaxBytes}`);
  assert.ok(gzipBytes <= coreMaxBytes, `${gzipBytes} bytes`);
  assert.doesNotMatch(text, /\bfrom\s*"|\bimport\s*"/);
  const later = [...text.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, path]) => path);
  assert.ok(later.length > 0 && later.length <= laterMax, later.join());
});

test('it holds nothing but itself and the protocol', async () => {
  const { inputs } = await bundle("export * from './index.ts';");
  const foreign = Object.keys(inputs).filter(
    (path) => !/packages\/(client|protocol)\/src|<stdin>/.test(path),
  );
  assert.deepEqual(foreign, []);
});

test('who imports types alone gets nothing, and who imports one thing gets little', async () => {
  const types = await bundle("import type { Feed } from './index.ts'; export const feeds: Feed[] = [];");
  assert.ok(types.gzipBytes < 100, `${types.gzipBytes} bytes for types`);
  const error = await bundle("export { HubError } from './index.ts';");
  assert.ok(error.gzipBytes < 1024, `${error.gzipBytes} bytes for HubError`);
  const requests = await bundle("export { Requests } from './index.ts';");
  assert.ok(requests.gzipBytes < 3500, `${requests.gzipBytes} bytes for Requests`);
});

test('importing it needs no DOM, nor anything of Node', async () => {
  const { text } = await bundle("export * from './index.ts';", { format: 'iife', globalName: 'carillon' });
  const bare = runInNewContext(`${text}; typeof carillon.connectHub`, {});
  assert.equal(bare, 'function');
});

test('a worker imports it, and its hub can be made there', async () => {
  const { text } = await bundle("export * from './index.ts';");
  const file = join(folder, 'client.mjs');
  writeFileSync(file, text);
  const code = `
    import { parentPort } from 'node:worker_threads';
    const { connectHub } = await import(${JSON.stringify(pathToFileURL(file))});
    const hub = connectHub({ baseUrl: 'http://127.0.0.1:1', token: async () => { throw new Error('nobody'); } });
    const feed = hub.feed();
    feed.subscribe(() => parentPort.postMessage(feed.status.phase));
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once('message', resolve).once('error', reject);
  assert.equal(await promise, 'signedOut');
  await worker.terminate();
});
