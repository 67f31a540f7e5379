// `carillon mcp`, started by the official SDK's client as an agent program starts it: beside a hub that serves, without one,
// and how it ends.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Agent, agentOverStdio, eras, type StdioAgent } from '@carillon/testing/hub/agent.ts';
import { carillon } from '@carillon/testing/hub/command.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, type TestHub, userNames } from '@carillon/testing/hub/hub.ts';
import { seedData, serve } from '@carillon/testing/hub/served.ts';

const feed = '/v1.0/me/notifications';
const args = ['--user', userNames.alice, '--app', 'app-a'];

async function start(context: TestContext): Promise<TestHub> {
  const hub = await startHub();
  context.after(hub.close);
  return hub;
}

async function agentOf(context: TestContext, options: StdioAgent): Promise<Agent> {
  const agent = await agentOverStdio(options);
  context.after(() => agent.client.close());
  return agent;
}

for (const era of eras) {
  test(`beside a hub, an agent of the ${era} protocol sends, lists, explains, follows and cancels`, async (context) => {
    const hub = await start(context);
    const token = hub.token({ user: 'alice' });
    const foreign = {
      token: hub.token({ user: 'alice', app: 'app-b' }),
      body: post({ targetHostName: 'b.example' }),
    };
    await hub.request('POST', feed, foreign);
    const agent = await agentOf(context, { dataDir: hub.dataDir, args, era });
    const { id } = (await agent.call('send_notification', { title: 'Lunch' })).value;
    const { json } = await hub.request('GET', `${feed}/${id}`, { token });
    assert.equal(json.payload.visualContent.title, 'Lunch');
    const listed = await agent.call('list_notifications', { top: 5 });
    assert.deepEqual(
      listed.value.value.map((each: { id: string }) => each.id),
      [id],
    );
    assert.deepEqual((await agent.call('explain_delivery', { id })).value, { value: [] });
    assert.deepEqual((await agent.call('delivery_timeline', { id })).value, { value: [] });
    assert.deepEqual((await agent.call('cancel_notification', { id })).value, { id, cancelled: true });
    const gone = await agent.call('cancel_notification', { id });
    assert.match(gone.text, /^itemNotFound: /);
    assert.match((await agent.call('list_notifications', { filter: 'x' })).text, /^invalidRequest: /);
    assert.match((await agent.call('send_notification', { titel: 'x' })).text, /^invalidRequest: "titel"/);
  });
}

test('without a hub it sends into the data, and finds the hub that serves later', async (context) => {
  const { path: dataDir } = commandLine(context);
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const token = await seedData(dataDir, publicUrl);
  const agent = await agentOf(context, { dataDir, args: [...args, '--public-url', publicUrl] });
  const sent = await Promise.all([1, 2].map((each) => agent.call('send_notification', { title: `${each}` })));
  assert.deepEqual(
    sent.map(({ isError }) => isError),
    [false, false],
  );
  const served = serve(dataDir, ['--port', String(port)]);
  context.after(async () => {
    served.process.kill('SIGKILL');
    await served.ended;
  });
  await served.ready;
  assert.equal((await agent.call('list_notifications')).value.value.length, 2);
  const { id } = sent[0]?.value ?? {};
  const answer = await fetch(`${publicUrl}${feed}/${id}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
});

test('a name that does not exist ends it with one line that names those that do', async (context) => {
  const hub = await start(context);
  const command = carillon(context, hub.dataDir, 'mcp', '--user', 'nobody@contoso.example', '--app', 'app-a');
  assert.equal(await command.ended, 1);
  assert.match(
    command.text.error,
    /^carillon: There is no user named nobody@contoso.example; there are: .*alice/,
  );
  assert.equal(command.text.out, '');
});

test('it ends with its input, in order', async (context) => {
  const hub = await start(context);
  const { runBeside } = commandLine(context, hub.dataDir);
  const { status, stdout, stderr } = await runBeside(['mcp', ...args]);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});
