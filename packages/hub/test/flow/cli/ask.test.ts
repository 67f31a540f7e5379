// `carillon ask` as a process beside a hub: what it prints and how it ends. The job of docs/asking.md runs as it stands.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { type Command, carillon, launcher } from '@carillon/testing/hub/command.ts';
import { startHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';

const hub = await startHub();
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const asked = (title: string) => ['ask', '--user', userNames.alice, '--title', title, '--app', 'app-a'];
const answers = ['--action', 'approve=Deploy', '--action', 'reject=No'];

/** The question of that title, once a command waits for its answer. */
async function question(title: string): Promise<{ id: string; responsePolicy: unknown }> {
  const found = await until(async () => {
    const { json } = await hub.request('GET', feed, { token });
    const titled = ({ payload }: Notification) => payload.visualContent?.title === title;
    return json.value.find(titled);
  }, 'the question');
  await until(() => hub.hub.waits.open > 0, 'the wait');
  return found;
}

const respond = async (id: string, body: unknown): Promise<void> => {
  const { status, text } = await hub.request('POST', `${feed}/${id}/respond`, { token, body });
  assert.equal(status, 200, text);
};

async function endOf({ ended, text }: Command) {
  return { code: await ended, out: text.out, error: text.error };
}

test('prints the action that was chosen, and with --json the whole answer', async (context) => {
  const plain = carillon(context, hub.dataDir, ...asked('One'), ...answers);
  const { id, responsePolicy } = await question('One');
  assert.equal(responsePolicy, null);
  await respond(id, { actionId: 'reject' });
  assert.deepEqual(await endOf(plain), { code: 0, out: 'reject\n', error: '' });
  const json = carillon(context, hub.dataDir, ...asked('Two'), ...answers, '--input', '--json');
  const two = await question('Two');
  await respond(two.id, { actionId: 'reject', text: 'not on Friday' });
  const { respondedDateTime, ...response } = JSON.parse((await endOf(json)).out);
  const expected = { actionId: 'reject', text: 'not on Friday', respondedBy: 'user' };
  assert.deepEqual(response, { id: two.id, ...expected });
  assert.ok(respondedDateTime);
});

test('prints the default when the time is over, and exits 3 without one', async (context) => {
  const set = carillon(
    context,
    hub.dataDir,
    ...asked('Set'),
    ...answers,
    '--timeout',
    '2s',
    '--default',
    'reject',
  );
  const unset = carillon(context, hub.dataDir, ...asked('Unset'), ...answers, '--timeout', '2');
  assert.deepEqual(await endOf(set), { code: 0, out: 'reject\n', error: '' });
  assert.deepEqual(await endOf(unset), { code: 3, out: '', error: 'nobody answered in time\n' });
});

test('waits on when the hub ends its connection, under what the body of a file says too', async (context) => {
  const folder = tempFolder();
  context.after(() => folder.remove());
  const body = join(folder.path, 'body.json');
  writeFileSync(body, JSON.stringify({ responsePolicy: { defaultActionId: 'reject' } }));
  const { server } = hub.hub.app;
  const cut = ({ url, socket }: IncomingMessage) => {
    if (!url?.includes('/response')) return;
    server.off('request', cut);
    socket.destroy();
  };
  server.prependListener('request', cut);
  const command = carillon(
    context,
    hub.dataDir,
    ...asked('Cut'),
    ...answers,
    '--timeout',
    '1h',
    '--json-body',
    body,
  );
  await until(() => command.text.error.includes('; asking again\n'), 'the end of its connection');
  const { id, responsePolicy } = await question('Cut');
  assert.equal(Reflect.get(Object(responsePolicy), 'defaultActionId'), 'reject');
  await respond(id, { actionId: 'approve' });
  const { code, out } = await endOf(command);
  assert.deepEqual([code, out], [0, 'approve\n']);
});

test('says what is wrong', async (context) => {
  const run = (...args: string[]) => endOf(carillon(context, hub.dataDir, ...asked('Wrong'), ...args));
  const without = await run('--action', 'log=Show=https://ci.example/1');
  assert.deepEqual([without.code, without.out], [1, '']);
  assert.match(without.error, /at least one --action/);
  assert.equal((await run(...answers, '--timeout', 'soon')).code, 2);
  const unknown = await run(...answers, '--default', 'later');
  assert.match(unknown.error, /defaultActionId/);
  const removed = carillon(context, hub.dataDir, ...asked('Removed'), ...answers);
  const { id } = await question('Removed');
  await hub.request('DELETE', `${feed}/${id}`, { token });
  const { code, error } = await endOf(removed);
  assert.deepEqual([code, error], [1, 'carillon: the question was removed before it was answered\n']);
});

test('send --watch tells the answer', async (context) => {
  const [, ...args] = asked('Watched');
  const sent = carillon(context, hub.dataDir, 'send', ...args, ...answers, '--watch');
  await until(() => / posted /.test(sent.text.out), 'the post');
  const id = sent.text.out.split('\n')[0] ?? '';
  await respond(id, { actionId: 'approve', text: 'go' });
  const { code, out } = await endOf(sent);
  assert.equal(code, 0);
  assert.match(out, / answered approve: go\n/);
});

test('the job of docs/asking.md deploys only what was approved', async () => {
  const folder = tempFolder();
  after(() => folder.remove());
  const page = readFileSync(join(import.meta.dirname, '../../../../../docs/asking.md'), 'utf8');
  const [, script = ''] = /^```bash\n(.*?)^```$/ms.exec(page) ?? [];
  assert.ok(script.trim().split('\n').length <= 20);
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder.path, name), text);
    chmodSync(join(folder.path, name), 0o755);
  };
  write('job', script);
  write('deploy', '#!/bin/sh\necho "deployed $1"\n');
  // In a checkout that depends on @carillon/hub.
  mkdirSync(join(folder.path, 'node_modules', '.bin'), { recursive: true });
  write('carillon', `#!/bin/sh\nexec ${process.execPath} ${launcher} "$@"\n`);
  symlinkSync(join(folder.path, 'carillon'), join(folder.path, 'node_modules', '.bin', 'carillon'));
  const run = (version: string): Promise<{ code: unknown; out: string }> => {
    const env = {
      ...process.env,
      CARILLON_DATA_DIR: hub.dataDir,
      APPROVER: userNames.alice,
      VERSION: version,
    };
    return new Promise((resolve) => {
      execFile('bash', ['job'], { cwd: folder.path, env }, (error, out) =>
        resolve({ code: error?.code ?? 0, out }),
      );
    });
  };
  const good = run('1.4');
  await respond((await question('Deploy 1.4?')).id, { actionId: 'approve' });
  assert.deepEqual(await good, { code: 0, out: 'deployed 1.4\n' });
  const bad = run('1.5');
  await respond((await question('Deploy 1.5?')).id, { actionId: 'reject' });
  assert.deepEqual(await bad, { code: 1, out: 'not deployed: reject\n' });
});
