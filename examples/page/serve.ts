// Serves the page on http://localhost:4001, bundled, with a token of Alice's for the hub that `npm start` runs here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';

const { PORT = '4001', HUB = 'http://127.0.0.1:4280' } = process.env;
const folder = import.meta.dirname;
const carillon = join(folder, '..', '..', 'packages', 'hub', 'bin', 'carillon.js');
const tokenArgs = [carillon, 'token', '--app', 'demo', '--user', 'alice@demo.example'];
const page = readFileSync(join(folder, 'index.html'), 'utf8');
const { outputFiles } = await build({
  entryPoints: [join(folder, 'page.ts')],
  bundle: true,
  format: 'esm',
  target: 'es2024',
  write: false,
});

const answers: Record<string, () => readonly [string, string | Uint8Array]> = {
  '/': () => ['text/html', page.replace('http://127.0.0.1:4280', HUB)],
  '/page.js': () => ['text/javascript', outputFiles[0]?.contents ?? ''],
  '/token': () => ['text/plain', execFileSync(process.execPath, tokenArgs, { encoding: 'utf8' }).trim()],
};

createServer((request, response) => {
  const [type, content] = answers[request.url ?? '']?.() ?? ['text/plain', 'there is no such page'];
  response.writeHead(request.url && request.url in answers ? 200 : 404, { 'Content-Type': type });
  response.end(content);
}).listen(Number(PORT), 'localhost', () => console.log(`the shop's page: http://localhost:${PORT}`));
