// A hub that no agent calls does not load the SDK: it comes with the first request to /mcp.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';

test('the SDK is loaded with the first request of an agent, and not before', async (context) => {
  const loaded: string[] = [];
  const hooks = registerHooks({
    load(url, hookContext, next) {
      loaded.push(url);
      return next(url, hookContext);
    },
  });
  context.after(() => hooks.deregister());
  const sdk = (): number => loaded.filter((url) => url.includes('/@modelcontextprotocol/')).length;
  const { startHub } = await import('@carillon/testing/hub/hub.ts');
  const hub = await startHub();
  context.after(hub.close);
  await import('../../../src/cli/program.ts');
  assert.ok(loaded.some((url) => url.endsWith('/edge/mcp/route.ts')));
  assert.equal(sdk(), 0);
  const headers = { accept: 'application/json, text/event-stream' };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const answer = await hub.request('POST', '/mcp', { token: hub.token({ user: 'alice' }), body, headers });
  assert.equal(answer.status, 200);
  assert.ok(sdk() > 0);
});
