// An agent asks, a device of the user answers, and the agent has the answer; and what ends a wait.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { type TestContext, test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { type Agent, agentOverHttp, agentOverStdio, type Era, eras } from '@carillon/testing/hub/agent.ts';
import { startHub, type TestHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const feed = '/v1.0/me/notifications';
const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No' },
];
const question = { title: 'Deploy?', actions, waitSeconds: 60 };

async function start(context: TestContext, overrides?: Parameters<typeof startHub>[0]): Promise<TestHub> {
  const hub = await startHub(overrides);
  context.after(hub.close);
  return hub;
}

const transports = {
  http: ({ baseUrl, token }: TestHub, era: Era) =>
    agentOverHttp({ baseUrl, token: token({ user: 'alice' }), era }),
  stdio: ({ dataDir }: TestHub, era: Era) =>
    agentOverStdio({ dataDir, args: ['--user', userNames.alice, '--app', 'app-a'], era }),
};

async function agentOf(context: TestContext, open: Promise<Agent>): Promise<Agent> {
  const agent = await open;
  context.after(() => agent.client.close());
  return agent;
}

/** Of the only notification, once it is there. */
async function idOf(hub: TestHub): Promise<string> {
  const token = hub.token({ user: 'alice' });
  return until(
    async () => (await hub.request('GET', feed, { token })).json.value[0]?.id,
    'the question is there',
  );
}

async function answer(hub: TestHub, id: string, actionId: string): Promise<void> {
  const token = hub.token({ user: 'alice' });
  const { status, text } = await hub.request('POST', `${feed}/${id}/respond`, { token, body: { actionId } });
  assert.equal(status, 200, text);
}

for (const [name, open] of Object.entries(transports)) {
  for (const era of eras) {
    test(`over ${name}, ${era}: a question reaches the stream of a device, whose answer comes back`, async (context) => {
      const hub = await start(context);
      const agent = await agentOf(context, open(hub, era));
      const device = await openSseReader({ baseUrl: hub.baseUrl, token: hub.token({ user: 'alice' }) });
      context.after(() => device.leave());
      await device.next('ready');
      const asked = agent.call('ask_user', {
        ...question,
        body: 'Version 7',
        timeoutSeconds: 600,
        defaultActionId: 'reject',
      });
      const { value } = await device.next('change');
      assert.ok(!('@removed' in value));
      assert.deepEqual(value.payload.visualContent, { title: 'Deploy?', body: 'Version 7', actions });
      assert.equal(value.responsePolicy?.defaultActionId, 'reject');
      await answer(hub, value.id, 'approve');
      const { value: got } = await asked;
      assert.deepEqual([got.id, got.isOpen], [value.id, false]);
      assert.deepEqual([got.response.actionId, got.response.respondedBy], ['approve', 'user']);
      const later = await agent.call('get_response', { id: value.id });
      assert.deepEqual(later.value, got);
      assert.equal(hub.hub.waits.open, 0);
    });

    test(`over ${name}, ${era}: a call that is cancelled waits no longer`, async (context) => {
      const hub = await start(context);
      const agent = await agentOf(context, open(hub, era));
      const controller = new AbortController();
      const asked = agent.call('ask_user', question, { signal: controller.signal });
      await until(() => hub.hub.waits.open === 1, 'it waits');
      controller.abort();
      await assert.rejects(asked);
      await until(() => hub.hub.waits.open === 0, 'nobody waits');
      // It can still be answered.
      const id = await idOf(hub);
      await answer(hub, id, 'reject');
      assert.equal((await agent.call('get_response', { id })).value.response.actionId, 'reject');
    });
  }
}

test('a wait that ends without an answer gives the id, and get_response waits on', async (context) => {
  const hub = await start(context);
  const agent = await agentOf(context, transports.http(hub, 'modern'));
  const { value } = await agent.call('ask_user', { ...question, waitSeconds: 0 });
  assert.deepEqual(value, { id: await idOf(hub), isOpen: true, response: null });
  const waiting = agent.call('get_response', { id: value.id, waitSeconds: 60 });
  await until(() => hub.hub.waits.open === 1, 'it waits');
  await answer(hub, value.id, 'approve');
  assert.equal((await waiting).value.response.actionId, 'approve');
});

test('nobody answered in time: the default counts, or that there was none', async (context) => {
  const clock = new ManualClock(Date.now());
  const hub = await start(context, { clock });
  const agent = await agentOf(context, transports.http(hub, 'legacy'));
  const ask = async (more: object) =>
    (await agent.call('ask_user', { ...question, waitSeconds: 0, timeoutSeconds: 10, ...more })).value
      .id as string;
  const ids = [await ask({ defaultActionId: 'reject' }), await ask({})];
  const read = async (id: string) => (await agent.call('get_response', { id })).value;
  clock.advance(10_000);
  const [byDefault, byNone] = await Promise.all(
    ids.map((id) =>
      until(async () => {
        const value = await read(id);
        if (value.isOpen) clock.advance(1000);
        return value.isOpen ? null : value;
      }, 'the deadline is over'),
    ),
  );
  assert.deepEqual([byDefault.response.actionId, byDefault.response.respondedBy], ['reject', 'deadline']);
  assert.deepEqual([byNone.response.actionId, byNone.response.respondedBy], [null, 'deadline']);
  // What is over does not keep it from being explained.
  assert.ok(!(await agent.call('explain_delivery', { id: ids[0] })).isError);
});

test('what is no question, not there or another app’s has no answer, and a bad question is refused', async (context) => {
  const hub = await start(context);
  const agent = await agentOf(context, transports.http(hub, 'legacy'));
  const { id } = (await agent.call('send_notification', { title: 'Hello' })).value;
  const baseUrl = hub.baseUrl;
  const other = await agentOf(
    context,
    agentOverHttp({ baseUrl, token: hub.token({ user: 'alice', app: 'app-b' }) }),
  );
  const foreign = (await other.call('ask_user', { ...question, waitSeconds: 0 })).value.id;
  for (const each of [id, foreign, 'none'])
    assert.match((await agent.call('get_response', { id: each })).text, /^itemNotFound: /);
  const refused: [object, RegExp][] = [
    [{ actions: [] }, /"actions"/],
    [{ actions: Array.from({ length: 5 }, (_, index) => ({ id: `a${index}`, title: 'x' })) }, /"actions"/],
    [{ actions: [actions[0], actions[0]] }, /actions/],
    [{ actions: [{ id: 'go', title: 'Go', url: 'https://x.example' }] }, /url/],
    [{ defaultActionId: 'later' }, /defaultActionId/],
    [{ waitSeconds: 61 }, /"waitSeconds"/],
    [{ timeoutSeconds: 2_592_001 }, /"timeoutSeconds"/],
  ];
  for (const [more, what] of refused) {
    const { isError, text } = await agent.call('ask_user', { ...question, ...more });
    assert.ok(isError);
    assert.match(text, /^invalidRequest: /);
    assert.match(text, what);
  }
  const long = await agent.call('ask_user', { ...question, waitSeconds: 0, timeoutSeconds: 2_592_000 });
  assert.equal(long.value.isOpen, true, long.text);
});

test('cancelling a question ends the wait for its answer', async (context) => {
  const hub = await start(context);
  const agent = await agentOf(context, transports.http(hub, 'modern'));
  const asked = agent.call('ask_user', question);
  await until(() => hub.hub.waits.open === 1, 'it waits');
  await agent.call('cancel_notification', { id: await idOf(hub) });
  assert.match((await asked).text, /^itemNotFound: /);
});

test('a wait ends with the connection of its caller', async (context) => {
  const hub = await start(context);
  const { hostname, port } = new URL(hub.baseUrl);
  const headers = {
    ...{ authorization: `Bearer ${hub.token({ user: 'alice' })}`, 'content-type': 'application/json' },
    accept: 'application/json, text/event-stream',
  };
  const call = httpRequest({ hostname, port, path: '/mcp', method: 'POST', headers });
  call.on('error', () => {});
  const params = { name: 'ask_user', arguments: question };
  call.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  await until(() => hub.hub.waits.open === 1, 'it waits');
  call.destroy();
  await until(() => hub.hub.waits.open === 0, 'nobody waits');
});

test('a wait ends with the process that a killed agent program started', async (context) => {
  const hub = await start(context);
  const agent = await agentOf(context, transports.stdio(hub, 'legacy'));
  const asked = agent.call('ask_user', question);
  asked.catch(() => {});
  await until(() => hub.hub.waits.open === 1, 'it waits');
  assert.ok(agent.pid !== null);
  process.kill(agent.pid, 'SIGKILL');
  await assert.rejects(asked);
  await until(() => hub.hub.waits.open === 0, 'nobody waits');
});

test('a hub that stops lets its waits go', async (context) => {
  const hub = await start(context);
  const agent = await agentOf(context, transports.http(hub, 'modern'));
  const asked = agent.call('ask_user', question);
  asked.catch(() => {});
  await until(() => hub.hub.waits.open === 1, 'it waits');
  await hub.close();
  assert.equal(hub.hub.waits.open, 0);
});
