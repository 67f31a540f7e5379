// What is not loaded: the SDK of agents before the first request to /mcp, and a hub by a command that needs none. Loading
// is most of the time that a command takes.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { type TestContext, test } from 'node:test';

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

test('commands load no server, database driver or SDK, and of TypeBox only the types', async (context) => {
  const loaded = follow(context);
  for (const name of ['send', 'token', 'user', 'listen'])
    await import(`../../../src/cli/commands/${name}.ts`);
  await import('../../../src/cli/mcp/command.ts');
  await import('../../../src/cli/program.ts');
  const packages = new Set(
    loaded.map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1]),
  );
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
