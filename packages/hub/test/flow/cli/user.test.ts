// `carillon user`: what it makes of a user, and that a running hub follows at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { post, startHub } from '@carillon/testing/hub/hub.ts';
import { verifyPassword } from '../../../src/auth/provider/sign-in/passwords.ts';

const alice = 'alice@contoso.example';
const feed = '/v1.0/me/notifications';

test('a user is created with a password from standard input, shown, listed, and deleted', async (context) => {
  const { run, look } = commandLine(context);
  const create = (password: string) =>
    run(['user', 'create', alice, '--password-stdin'], { input: password });
  const made = create('correct horse\n');
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stderr, '');
  const user = await look(({ users }) => users.findByName(alice));
  assert.ok(await verifyPassword('correct horse', user?.passwordHash ?? null));
  const shown = { id: user?.id, name: alice, operator: false, operatorRead: false, disabled: false };
  assert.deepEqual(JSON.parse(run(['user', 'show', alice, '--json']).stdout), shown);
  assert.deepEqual(JSON.parse(run(['user', 'list', '--json']).stdout), { value: [shown] });
  assert.match(run(['user', 'sessions', '--name', alice]).stdout, /is signed in nowhere/);
  const reads = run(['user', 'create', 'rita', '--password-stdin', '--operator-read'], {
    input: 'correct horse\n',
  });
  assert.equal(reads.status, 0, reads.stderr);
  assert.match(run(['user', 'show', 'rita']).stdout, /operator-read/);
  const unasked = run(['user', 'delete', alice]);
  assert.equal(unasked.status, 1);
  assert.match(unasked.stderr, /say --yes/);
  assert.equal(run(['user', 'delete', alice, '--yes']).status, 0);
  assert.equal(await look(({ users }) => users.findByName(alice)), null);
  const audit = await look((registry) => registry.audit.list({ before: null, limit: 9 }));
  const ofAlice = audit.filter(({ on }) => on === `users/${user?.id}`);
  assert.deepEqual(
    ofAlice.map(({ who, from, what, on }) => ({ who, from, what, on })),
    ['userErased', 'userCreated'].map((what) => ({
      who: 'command line',
      from: 'command',
      what,
      on: `users/${user?.id}`,
    })),
  );
});

for (const weak of ['short', '1234567890', 'Password123'])
  test(`the password ${weak} is refused`, (context) => {
    const { run } = commandLine(context);
    const { status, stderr } = run(['user', 'create', alice, '--password-stdin'], { input: weak });
    assert.equal(status, 1);
    assert.match(stderr, /^carillon: The password [^\n]+\n$/);
    assert.doesNotMatch(stderr, new RegExp(weak));
  });

test('a user that is not there is said so', (context) => {
  const { run } = commandLine(context);
  const { status, stderr } = run(['user', 'show', alice]);
  assert.equal(status, 1);
  assert.match(stderr, /no user named alice@contoso.example; .*user list/);
});

test('without a terminal a password must come by standard input, and a name is needed', (context) => {
  const { run } = commandLine(context);
  assert.match(run(['user', 'create', alice]).stderr, /--password-stdin/);
  assert.equal(run(['user', 'disable']).status, 2);
});

test('another password, disabling and deleting end the tokens at a running hub, and enabling revives none', async (context) => {
  await using hub = await startHub({ store: 'sqlite' });
  const { run, runBeside } = commandLine(context, hub.dataDir);
  const status = async (token: string) => (await hub.request('GET', feed, { token })).status;
  const mint = () =>
    run(['token', '--app', 'app-a', '--user', alice, '--public-url', hub.baseUrl]).stdout.trim();
  const change = async (...args: string[]) => {
    const done = await runBeside(['user', ...args], { input: 'another good one' });
    assert.equal(done.status, 0, done.stderr);
  };
  const first = mint();
  assert.equal(await status(first), 200);
  await change('password', alice, '--password-stdin');
  assert.equal(await status(first), 401);
  const second = mint();
  assert.equal(await status(second), 200);
  await change('disable', alice);
  assert.equal(await status(second), 401);
  assert.match(run(['token', '--app', 'app-a', '--user', alice]).stderr, /is disabled/);
  await change('enable', alice);
  assert.equal(await status(second), 401);
  const third = mint();
  assert.equal(await status(third), 200);
  const body = post({ payload: { visualContent: { title: 'left by alice' } } });
  assert.equal((await hub.request('POST', feed, { token: third, body })).status, 201);
  await change('delete', alice, '--yes');
  assert.equal(await status(third), 401);
  const token = hub.token({ admin: true });
  assert.equal((await hub.request('GET', `/admin/users/${hub.userIds.alice}/export`, { token })).status, 404);
  const gone = await runBeside(['user', 'delete', alice, '--yes']);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /hub answered 404/);
});
