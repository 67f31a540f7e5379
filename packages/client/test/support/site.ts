// A folder of pages on an origin of its own that browsers trust (http://localhost): HTML as it is, and `name.js` bundled
// by esbuild from `name.ts` on request, `name.js?classic` as one script for a worker without modules (`&global=x` names what it exports). The hub is another origin,
// and is called across origins as it allows.
//   await using site = await serveSite(join(import.meta.dirname, 'pages'));
//   await page.goto(`${site.origin}/index.html`);
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'esbuild';

export interface TestSite extends AsyncDisposable {
  /** `http://localhost:PORT`: a secure context. */
  readonly origin: string;
  /** The paths that were asked for, in order. */
  readonly requests: readonly string[];
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export async function serveSite(folder: string): Promise<TestSite> {
  const requests: string[] = [];
  const bundles = new Map<string, Promise<string>>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(url.pathname);
    const read = bundles.get(url.href) ?? readPage(folder, url);
    bundles.set(url.href, read);
    answer(response, url, read);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, { pathname }: URL, read: Promise<string>): void {
  const type = contentTypes[extname(pathname)] ?? 'text/html; charset=utf-8';
  read.then(
    (text) => response.writeHead(200, { 'content-type': type, 'service-worker-allowed': '/' }).end(text),
    (error: Error) => response.writeHead(404, { 'content-type': 'text/plain' }).end(error.message),
  );
}

async function readPage(folder: string, { pathname, searchParams }: URL): Promise<string> {
  const path = join(folder, pathname === '/' ? 'index.html' : pathname);
  const source = path.replace(/\.js$/, '.ts');
  if (!existsSync(path) && existsSync(source)) return bundle(source, searchParams);
  return readFileSync(path, 'utf8');
}

async function bundle(entry: string, asked: URLSearchParams): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: asked.has('classic') ? 'iife' : 'esm',
    globalName: asked.get('global') ?? '',
    platform: 'browser',
    target: 'es2022',
    sourcemap: 'inline',
  });
  return outputFiles[0]?.text ?? '';
}
