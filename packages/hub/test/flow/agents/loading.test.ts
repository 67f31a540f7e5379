// What is not loaded: by a hub that nobody has asked for anything all that it needs later, the SDK of agents before the first
// request to /mcp, and a hub by a command that needs none. Loading is most of the time that a command takes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { registerHooks } from 'node:module';
import { type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';

function follow(context: TestContext): string[] {
  const loaded: string[] = [];
  const hooks = registerHooks({
    load(url, hookContext, next) {
      loaded.push(url);
      return next(url, hookContext);
    },
  });
  context.after(() => hooks.deregister());
  return loaded;
}

/** In the process of the hub: when it ends, it says what it has loaded and which threads it has begun. */
const probe = `
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';
const loaded = [], threads = [];
if (isMainThread) {
  process.on('worker', (worker) => threads.push(worker.threadName));
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  process.on('exit', () => console.log('PROBE' + JSON.stringify({ loaded, threads })));
}`;

interface Probed {
  readonly loaded: readonly string[];
  readonly threads: readonly string[];
}

/** Ends a hub as soon as it serves. */
async function probeHub(dataDir: string): Promise<Probed> {
  const node = ['--import', `data:text/javascript,${encodeURIComponent(probe)}`];
  const place = ['--data-dir', dataDir, '--port', '0', '--public-url', 'https://hub.example'];
  const args = ['serve', ...place, '--log-level', 'error'];
  const hub = spawn(process.execPath, [...node, launcher, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  hub.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (text.includes('is ready')) hub.kill('SIGTERM');
  });
  await once(hub, 'close');
  return JSON.parse(said.split('PROBE')[1] ?? 'null') as Probed;
}

function packageOf(url: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1];
}

/** Each costs every hub its time and memory. What only some requests or settings need is loaded by the first of them. */
const loadedAtIdle = [
  ...['fastify', 'ajv', 'commander', 'ipaddr.js', 'jose', 'pino', 'ws'],
  // Of Fastify.
  ...['@fastify/error', '@fastify/forwarded', '@fastify/proxy-addr', 'abstract-logging', 'avvio', 'fastq'],
  ...[
    'find-my-way',
    'fast-decode-uri-component',
    'fast-json-stringify',
    'fast-querystring',
    'process-warning',
  ],
  ...['ret', 'reusify', 'rfdc', 'safe-regex2', 'secure-json-parse', 'semver', 'toad-cache'],
  // Of Ajv.
  ...['fast-deep-equal', 'fast-uri', 'json-schema-traverse'],
  // Of Pino.
  ...['@pinojs/redact', 'atomic-sleep', 'on-exit-leak-free', 'pino-std-serializers'],
  ...['quick-format-unescaped', 'safe-stable-stringify', 'sonic-boom', 'thread-stream'],
];

test('a hub that nobody has asked for anything has loaded these packages and begun one thread', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  await probeHub(folder.path); // the first makes keys and says where it is
  const { loaded, threads } = await probeHub(folder.path);
  const packages = new Set(loaded.map(packageOf).filter((name) => name !== undefined));
  assert.deepEqual([...packages].toSorted(), loadedAtIdle.toSorted());
  assert.deepEqual(threads, ['carillon-writer']);
  for (const [part, why] of [
    ['/jose/dist/webapi/index.js', 'all of jose, of which the hub verifies and signs'],
    ['/@fastify/ajv-compiler/', 'no route has a schema'],
    ['/fast-json-stringify/index.js', 'no route has a schema'],
  ] as const)
    assert.ok(!loaded.some((url) => url.includes(part)), why);
});

test('commands load no server, database driver or SDK, and of TypeBox only the types', async (context) => {
  const loaded = follow(context);
  for (const name of ['send', 'token', 'user', 'listen'])
    await import(`../../../src/cli/commands/${name}.ts`);
  await import('../../../src/cli/mcp/command.ts');
  await import('../../../src/cli/program.ts');
  const packages = new Set(loaded.map(packageOf));
  assert.ok(packages.has('commander'));
  for (const each of ['fastify', 'typebox', 'oidc-provider', 'pg', '@modelcontextprotocol/server'])
    assert.ok(!packages.has(each), each);
});

test('the SDK is loaded with the first request of an agent, and not before', async (context) => {
  const loaded = follow(context);
  const sdk = (): number => loaded.filter((url) => url.includes('/@modelcontextprotocol/')).length;
  const { startHub } = await import('@carillon/testing/hub/hub.ts');
  const hub = await startHub();
  context.after(hub.close);
  assert.ok(loaded.some((url) => url.endsWith('/edge/mcp/route.ts')));
  assert.equal(sdk(), 0);
  assert.ok(!loaded.some((url) => url.includes('/node_modules/typebox/')));
  // Nothing says where traces go.
  assert.ok(!loaded.some((url) => url.includes('/@opentelemetry/')));
  const headers = { accept: 'application/json, text/event-stream' };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const answer = await hub.request('POST', '/mcp', { token: hub.token({ user: 'alice' }), body, headers });
  assert.equal(answer.status, 200);
  assert.ok(sdk() > 0);
});
