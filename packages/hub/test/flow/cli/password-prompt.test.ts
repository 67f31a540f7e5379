// The prompt of `carillon user create` and `user password`, on a terminal of its own (script of util-linux): what is typed
// is asked for twice and never shown.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { verifyPassword } from '../../../src/auth/provider/sign-in/passwords.ts';

const alice = 'alice@contoso.example';

/** Answers each question when it is asked. */
async function type(context: TestContext, dataDir: string, args: readonly string[], ...answers: string[]) {
  const command = [process.execPath, launcher, ...args].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...process.env, CARILLON_DATA_DIR: dataDir },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let shown = '';
  let answered = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
    for (; answered < (shown.match(/(Password|Again|confirm): /g)?.length ?? 0); answered++)
      child.stdin.write(`${answers[answered] ?? ''}\r`);
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, shown };
}

test('a password is typed twice and not shown, for a new user and for a new password', async (context) => {
  const { path, look } = commandLine(context);
  for (const [command, typed] of [
    ['create', 'correct horse'],
    ['password', 'another battery'],
  ] as const) {
    const { status, shown } = await type(context, path, ['user', command, alice], typed, typed);
    assert.equal(status, 0, shown);
    assert.ok(!shown.includes(typed), shown);
    const user = await look(({ users }) => users.findByName(alice));
    assert.ok(await verifyPassword(typed, user?.passwordHash ?? null));
  }
});

test('two passwords that differ, and a weak one, change nothing', async (context) => {
  const { path, look } = commandLine(context);
  const differing = await type(context, path, ['user', 'create', alice], 'correct horse', 'correct house');
  assert.notEqual(differing.status, 0);
  assert.match(differing.shown, /the two passwords differ/);
  const weak = await type(context, path, ['user', 'create', alice], '1234567890', '1234567890');
  assert.notEqual(weak.status, 0);
  assert.match(weak.shown, /most common/);
  assert.equal(await look(({ users }) => users.findByName(alice)), null);
});

test('a user is deleted when the name is typed, and not for another word', async (context) => {
  const { path, run, look } = commandLine(context);
  assert.equal(run(['user', 'create', alice, '--password-stdin'], { input: 'correct horse' }).status, 0);
  const other = await type(context, path, ['user', 'delete', alice], 'yes');
  assert.notEqual(other.status, 0);
  assert.ok(await look(({ users }) => users.findByName(alice)));
  const { status, shown } = await type(context, path, ['user', 'delete', alice], alice);
  assert.equal(status, 0, shown);
  assert.equal(await look(({ users }) => users.findByName(alice)), null);
});

test('a link is printed instead of asking, with what it is good for as JSON', async (context) => {
  const { run, look } = commandLine(context);
  const made = run(['user', 'create', alice, '--link', '--public-url', 'http://127.0.0.1:4280']);
  assert.equal(made.status, 0, made.stderr);
  const { userId, passwordLink } = JSON.parse(made.stdout);
  assert.match(passwordLink.url, /^http:\/\/127\.0\.0\.1:4280\/identity\/set-password\?link=[\w-]+$/);
  assert.ok(Date.parse(passwordLink.expirationDateTime) > Date.now());
  const user = await look(({ users }) => users.findByName(alice));
  assert.equal(user?.id, userId);
  assert.equal(await verifyPassword('', user?.passwordHash ?? null), false);
  const again = run(['user', 'password', alice, '--link', '--public-url', 'http://127.0.0.1:4280']);
  assert.match(again.stdout, /^http:\/\/127\.0\.0\.1:4280\/identity\/set-password\?link=[\w-]+\n$/);
});
