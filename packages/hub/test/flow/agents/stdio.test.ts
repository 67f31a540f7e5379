// `carillon mcp`, started by the official SDK's client as an agent program starts it: beside a hub that serves, without one,
// and how it ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Agent, agentOverStdio, eras, type StdioAgent } from '@carillon/testing/hub/agent.ts';
import { carillon } from '@carillon/testing/hub/command.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, type TestHub, until, userNames } from '@carillon/testing/hub/hub.ts';
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
    const listed = await agent.call('list_notifications', { top: 5, filter: "readState eq 'unread'" });
    assert.deepEqual(
      listed.value.value.map((each: { id: string }) => each.id),
      [id],
    );
    const read = await agent.call('list_notifications', { filter: "readState eq 'read'" });
    assert.deepEqual(read.value.value, []);
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

test('the example asks, and deploys once a device has said so', async (context) => {
  const hub = await start(context);
  const token = hub.token({ user: 'alice' });
  const root = join(import.meta.dirname, '../../../../..');
  const path = join(root, 'examples', 'agent', 'ask.ts');
  assert.ok(readFileSync(path, 'utf8').trim().split('\n').length <= 20);
  const child = spawn(process.execPath, [path, userNames.alice, 'app-a', hub.dataDir], { cwd: root });
  context.after(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const ended = once(child, 'close');
  const id = await until(
    async () => (await hub.request('GET', feed, { token })).json.value[0]?.id,
    'the question is there',
    60_000, // bound: npx and two processes on a busy machine
  );
  const answer = await hub.request('POST', `${feed}/${id}/respond`, { token, body: { actionId: 'approve' } });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await ended, [0, null]);
  assert.equal(out, 'Deploying.\n');
});
