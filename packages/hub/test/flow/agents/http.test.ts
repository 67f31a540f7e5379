// POST /mcp, called by the official SDK's client in the revisions of the protocol with and without `initialize`, and by
// requests that no client sends.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type Agent, agentOverHttp, eras } from '@carillon/testing/hub/agent.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import {
  allScope,
  post,
  type RequestOptions,
  startHub,
  subscribe,
  type TestHub,
  type TokenOptions,
} from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const feed = '/v1.0/me/notifications';

async function start(context: TestContext, overrides?: Parameters<typeof startHub>[0]): Promise<TestHub> {
  const hub = await startHub(overrides);
  context.after(hub.close);
  return hub;
}

async function agentOf(
  context: TestContext,
  hub: TestHub,
  options: TokenOptions = { user: 'alice' },
): Promise<Agent> {
  const agent = await agentOverHttp({ baseUrl: hub.baseUrl, token: hub.token(options) });
  context.after(() => agent.client.close());
  return agent;
}

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

function ask(hub: TestHub, options: RequestOptions = {}) {
  const { headers = {}, body = list, ...rest } = options;
  const accept = 'application/json, text/event-stream';
  return hub.request('POST', '/mcp', { ...rest, body, headers: { accept, ...headers } });
}

for (const era of eras) {
  describe(`an agent of the ${era} protocol`, () => {
    test('sends, lists, explains, follows and cancels a notification', async (context) => {
      const hub = await start(context);
      const token = hub.token({ user: 'alice' });
      await subscribe(hub);
      await using agent = await agentOverHttp({ baseUrl: hub.baseUrl, token, era });
      const sent = await agent.call('send_notification', {
        ...{
          title: 'Lunch',
          body: 'Soup',
          url: 'https://lunch.example/',
          groupName: 'kitchen',
          priority: 'low',
        },
        appNotificationId: 'lunch',
      });
      const { id } = sent.value;
      const { json } = await hub.request('GET', `${feed}/${id}`, { token });
      assert.deepEqual(json.payload.visualContent, {
        title: 'Lunch',
        body: 'Soup',
        url: 'https://lunch.example/',
      });
      assert.deepEqual([json.groupName, json.priority, json.appNotificationId], ['kitchen', 'Low', 'lunch']);
      assert.equal(json.targetHostName, 'a.example');
      const again = await agent.call('send_notification', {
        title: 'Lunch is over',
        appNotificationId: 'lunch',
      });
      assert.deepEqual([again.value.id, again.value.contentVersion], [id, 2]);
      await agent.call('send_notification', { title: 'Dinner' });
      const listed = await agent.call('list_notifications', { top: 2 });
      assert.deepEqual(
        listed.value.value.map((each: typeof json) => each.payload.visualContent.title),
        ['Dinner', 'Lunch is over'],
      );
      assert.deepEqual(JSON.parse(listed.text), listed.value);
      const explained = await agent.call('explain_delivery', { id });
      assert.deepEqual(
        explained.value.value.map(({ platform, decision }: Record<string, string>) => [platform, decision]),
        [['windows', 'skip']],
      );
      const timeline = await agent.call('delivery_timeline', { id });
      assert.equal(timeline.value.value[0].status, 'skipped');
      const cancelled = await agent.call('cancel_notification', { id });
      assert.deepEqual(cancelled.value, { id, cancelled: true });
      assert.equal((await hub.request('GET', `${feed}/${id}`, { token })).status, 404);
    });

    test('reads what is wrong and what would be right', async (context) => {
      const hub = await start(context);
      await using agent = await agentOverHttp({
        baseUrl: hub.baseUrl,
        token: hub.token({ user: 'alice' }),
        era,
      });
      const says = async (tool: string, given: Record<string, unknown>, what: RegExp): Promise<void> => {
        const { isError, text } = await agent.call(tool, given);
        assert.ok(isError);
        assert.match(text, what);
      };
      await says(
        'send_notification',
        { titel: 'x' },
        /^invalidRequest: "titel" is not a member.*known are title, body/,
      );
      await says('send_notification', {}, /"title" is required/);
      await says('send_notification', { title: 'x', url: 'javascript:alert(1)' }, /^invalidRequest: .*url/);
      await says('send_notification', { title: 'x'.repeat(1025) }, /"title"/);
      await says('list_notifications', { top: 101 }, /"top"/);
      await says('list_notifications', { filter: 'nothing is' }, /^invalidRequest: .*position 1: "nothing"/);
      for (const tool of ['explain_delivery', 'delivery_timeline', 'cancel_notification'])
        for (const id of ['none', '../../admin/apps', hub.userIds.alice])
          await says(tool, { id }, /^itemNotFound: /);
      await assert.rejects(agent.call('sing'), /There is no tool sing: there are send_notification/);
    });
  });
}

test('the tools are listed with schemas of plain JSON, those of the operations', async (context) => {
  const hub = await start(context);
  const agent = await agentOf(context, hub);
  const { tools } = await agent.client.listTools();
  assert.doesNotMatch(JSON.stringify(tools), /odataType|aliases|maxBytes|"ignored"|~/);
  const { inputSchema, outputSchema } = tools.find(({ name }) => name === 'send_notification') ?? {};
  assert.deepEqual(inputSchema?.required, ['title']);
  assert.deepEqual(inputSchema?.properties?.title, { type: 'string', minLength: 1, maxLength: 1024 });
  assert.deepEqual(inputSchema?.properties?.priority, { type: 'string', enum: ['None', 'High', 'Low'] });
  assert.ok(Object.keys(outputSchema?.properties ?? {}).includes('readState'));
});

test('only what the own app sent is visible, whatever the token may see', async (context) => {
  const hub = await start(context);
  const other = hub.token({ user: 'alice', app: 'app-b' });
  const body = post({ targetHostName: 'b.example' });
  const { json } = await hub.request('POST', feed, { token: other, body });
  const bobs = await hub.request('POST', feed, { token: hub.token({ user: 'bob' }), body: post() });
  for (const scopes of [undefined, [allScope]]) {
    const agent = await agentOf(context, hub, { user: 'alice', scopes });
    assert.deepEqual((await agent.call('list_notifications')).value, { value: [] });
    for (const tool of ['explain_delivery', 'delivery_timeline', 'cancel_notification'])
      for (const { id } of [json, bobs.json])
        assert.match((await agent.call(tool, { id })).text, /^itemNotFound: /);
  }
  assert.equal((await hub.request('GET', `${feed}/${json.id}`, { token: other })).status, 200);
});

describe('who may call', () => {
  test('without a token it is 401, which leads to the metadata of the resource (RFC 9728)', async (context) => {
    const hub = await start(context);
    const answer = await ask(hub);
    assertError(answer, { status: 401, code: 'InvalidAuthenticationToken' });
    const metadata = `${hub.baseUrl}/.well-known/oauth-protected-resource/mcp`;
    assert.equal(
      answer.headers['www-authenticate'],
      `Bearer realm="carillon", scope="Notifications.ReadWrite.CreatedByApp", resource_metadata="${metadata}"`,
    );
    const { json } = await hub.request('GET', new URL(metadata).pathname);
    assert.equal(json.resource, `${hub.baseUrl}/mcp`);
    assert.deepEqual(json.authorization_servers, [`${hub.baseUrl}/identity`]);
    assert.deepEqual(json.scopes_supported, ['Notifications.ReadWrite.CreatedByApp']);
    const whole = await hub.request('GET', '/.well-known/oauth-protected-resource');
    assert.equal(whole.json.resource, hub.baseUrl);
    const bad = await ask(hub, { token: 'eyJ' });
    assert.equal(bad.status, 401);
    assert.match(bad.headers['www-authenticate'] ?? '', /error="invalid_token".*resource_metadata=/);
  });

  test('a token without the scope, or of no user, is 403', async (context) => {
    const hub = await start(context);
    const scopeless = await ask(hub, { token: hub.token({ user: 'alice', scopes: ['User.Read'] }) });
    assertError(scopeless, { status: 403, code: 'accessDenied' });
    assert.match(
      scopeless.headers['www-authenticate'] ?? '',
      /error="insufficient_scope", scope="Notifications.ReadWrite.CreatedByApp", resource_metadata=/,
    );
    assertError(await ask(hub, { token: hub.token() }), { status: 403 });
    assertError(await ask(hub, { token: hub.token({ user: 'alice', admin: true }) }), { status: 403 });
  });

  test('a page of another origin is refused, one of the hub is not', async (context) => {
    const hub = await start(context);
    const token = hub.token({ user: 'alice' });
    for (const origin of ['https://evil.example', 'null', hub.baseUrl.replace('127.0.0.1', 'localhost')])
      assertError(await ask(hub, { token, headers: { origin } }), { status: 403, target: 'Origin' });
    assert.equal((await ask(hub, { token, headers: { origin: hub.baseUrl } })).status, 200);
  });

  test('a caller is throttled as everywhere, and told so by the tool or the request', async (context) => {
    const clock = new ManualClock(Date.now());
    const hub = await start(context, { clock, settings: { throttle: '60' } });
    const agent = await agentOf(context, hub);
    for (let call = 0; call < 20; call++) await agent.call('list_notifications');
    const refused = async (): Promise<string> => {
      for (;;) {
        const { isError, text } = await agent.call('list_notifications').catch((error: unknown) => ({
          ...{ isError: true, text: String(error) },
        }));
        if (isError) return text;
      }
    };
    assert.match(await refused(), /TooManyRequests/);
    const answer = await ask(hub, { token: hub.token({ user: 'alice' }) });
    assertError(answer, { status: 429, code: 'TooManyRequests' });
  });
});

describe('bounds', () => {
  test('a body that is too large, of another type, no JSON or no single message is refused in the hub’s shape', async (context) => {
    const hub = await start(context);
    const token = hub.token({ user: 'alice' });
    const large = { ...list, params: { _meta: { text: 'x'.repeat(65_536) } } };
    assertError(await ask(hub, { token, body: large }), { status: 413, code: 'requestTooLarge' });
    assertError(await ask(hub, { token, headers: { 'content-type': 'text/plain' } }), { status: 415 });
    for (const body of ['{', '[]', JSON.stringify([list]), '"x"', 'null', ''])
      assertError(await ask(hub, { token, body }), { status: 400, code: 'invalidRequest' });
  });

  test('there is no stream to open, and no session to end', async (context) => {
    const hub = await start(context);
    const token = hub.token({ user: 'alice' });
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await hub.request(method, '/mcp', { token, headers: { accept: 'text/event-stream' } });
      assertError(answer, { status: 405, code: 'methodNotAllowed' });
      assert.equal(answer.headers.allow, 'POST');
    }
  });

  test('a subscription to changes of the server, which has none, is refused', async (context) => {
    const hub = await start(context);
    await using agent = await agentOverHttp({
      baseUrl: hub.baseUrl,
      token: hub.token({ user: 'alice' }),
      era: 'modern',
    });
    await assert.rejects(agent.client.listen({ toolsListChanged: true }), /limit reached|not/i);
  });

  test('hundreds of clients at once are served, each under a name of its own', async (context) => {
    const hub = await start(context);
    const token = hub.token({ user: 'alice' });
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    const clients = await Promise.all(
      Array.from({ length: 300 }, () => ask(hub, { token, body: { ...list, method: 'initialize', params } })),
    );
    const names = new Set(clients.map(({ headers }) => String(headers['mcp-session-id'])));
    assert.equal(names.size, 300);
    const lists = await Promise.all(
      [...names].map((name) => ask(hub, { token, headers: { 'mcp-session-id': name } })),
    );
    for (const { status, text } of lists) {
      assert.equal(status, 200);
      assert.match(text, /cancel_notification/);
    }
  });
});
