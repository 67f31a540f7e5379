import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { claimsOf, tempFolder } from '@carillon/testing/hub/identity.ts';
import { hashSecret } from '../../../src/auth/provider/clients.ts';
import { verifyPassword } from '../../../src/auth/provider/sign-in/passwords.ts';
import type { Registry } from '../../../src/store/registry.ts';
import { openRegistry } from '../../../src/store/sqlite/registry/registry.ts';

const launcher = join(import.meta.dirname, '..', '..', '..', 'bin', 'carillon.js');

/** A data folder, and the command run on it. */
function commandLine(context: TestContext) {
  const folder = tempFolder();
  context.after(folder.remove);
  const { CARILLON_PUBLIC_URL: _, CARILLON_DATA_DIR: __, ...env } = process.env;
  const run = (...args: string[]) => {
    const options = { encoding: 'utf8', env: { ...env, CARILLON_DATA_DIR: folder.path } } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], options);
    return { status, stdout, stderr };
  };
  const look = async <T>(read: (registry: Registry) => T | Promise<T>): Promise<T> => {
    const registry = await openRegistry(join(folder.path, 'registry.db'));
    try {
      return await read(registry);
    } finally {
      await registry.close();
    }
  };
  return { run, look };
}

test('app create registers the app with its hosts and clients, and prints its secret once', async (context) => {
  const { run, look } = commandLine(context);
  const args = ['app', 'create', '--id', 'service', '--host', 'App.Contoso.Example', '--host', 'b.example'];
  const clients = [
    '--client',
    'phone',
    '--public',
    '--scope',
    'notifications.readwrite',
    '--client',
    'worker',
    '--redirect-uri',
    'http://localhost/in',
    '--issuer',
    'https://login.contoso.example',
  ];
  const usual = ['Notifications.ReadWrite.CreatedByApp', 'UserActivity.ReadWrite.CreatedByApp'];
  const { status, stdout, stderr } = run(...args, ...clients);
  assert.equal(status, 0, stderr);
  const printed = JSON.parse(stdout) as { clientSecret: string; clients: { clientSecret: string }[] };
  assert.deepEqual(await look(({ apps }) => apps.findById('service')), {
    id: 'service',
    hosts: ['app.contoso.example', 'b.example'],
    blocked: false,
    issuers: ['https://login.contoso.example'],
    clients: [
      {
        clientId: 'service',
        public: false,
        secretHash: hashSecret(printed.clientSecret),
        redirectUris: [],
        scopes: usual,
      },
      {
        clientId: 'phone',
        public: true,
        secretHash: null,
        redirectUris: ['http://localhost/in'],
        scopes: [...usual, 'Notifications.ReadWrite'],
      },
      {
        clientId: 'worker',
        public: false,
        secretHash: hashSecret(printed.clients[0]?.clientSecret ?? ''),
        redirectUris: [],
        scopes: usual,
      },
    ],
  });
  const listed = run('app', 'list').stdout;
  assert.match(listed, /; Notifications\.ReadWrite for phone; issuers https:\/\/login\.contoso\.example;/);
  const refused = run(...args, '--client', 'page', '--scope', 'Carillon.Admin');
  assert.match(refused.stderr, /can't be given to a client.*console's alone/);
  const again = JSON.parse(run('app', 'create', '--id', 'service', '--host', 'c.example').stdout);
  assert.deepEqual(again, { appId: 'service', clientSecret: null });
  const kept = await look(({ apps }) => apps.findById('service'));
  assert.deepEqual(kept?.hosts, ['c.example']);
  assert.equal(kept?.clients[0]?.secretHash, hashSecret(printed.clientSecret));
  const renewed = JSON.parse(
    run('app', 'create', '--id', 'service', '--host', 'c.example', '--new-secret').stdout,
  );
  assert.notEqual(renewed.clientSecret, null);
  const replaced = await look(({ apps }) => apps.findById('service'));
  assert.deepEqual(
    replaced?.clients[0]?.oldSecrets?.map(({ hash }) => hash),
    [hashSecret(printed.clientSecret)],
  );
});

test('app new-secret renews the secrets of an app or one client, and nothing else of it', async (context) => {
  const { run, look } = commandLine(context);
  const create = ['app', 'create', '--id', 'service', '--host', 'a.example', '--client', 'worker'];
  const made = JSON.parse(run(...create).stdout);
  const renewed = JSON.parse(run('app', 'new-secret', '--id', 'service', '--overlap', '2').stdout);
  assert.deepEqual(Object.keys(renewed), ['appId', 'clientSecret', 'clients']);
  const own = async () => (await look(({ apps }) => apps.findById('service')))?.clients ?? [];
  const [service] = await own();
  assert.equal(service?.secretHash, hashSecret(renewed.clientSecret));
  assert.deepEqual(
    service?.oldSecrets?.map(({ hash }) => hash),
    [hashSecret(made.clientSecret)],
  );
  const only = JSON.parse(run('app', 'new-secret', '--id', 'service', '--client', 'worker', '--now').stdout);
  assert.equal(only.clientSecret, null);
  const [kept, worker] = await own();
  assert.deepEqual(kept, service);
  assert.equal(worker?.oldSecrets, undefined);
  assert.equal(worker?.secretHash, hashSecret(only.clients[0].clientSecret));
  assert.deepEqual((await look(({ apps }) => apps.findById('service')))?.hosts, ['a.example']);
  const audit = await look((registry) => registry.audit.list({ before: null, limit: 10 }));
  assert.deepEqual(
    audit.map(({ what, on }) => `${what} ${on}`),
    ['updateApp apps/service/secrets', 'updateApp apps/service/secrets', 'putApp apps/service'],
  );
  assert.match(run('app', 'new-secret', '--id', 'none').stderr, /no app none/);
  assert.match(run('app', 'new-secret', '--id', 'service', '--overlap', '-1').stderr, /hours from 0 to 720/);
  assert.match(
    run('app', 'new-secret', '--id', 'service', '--now', '--overlap', '1').stderr,
    /cannot be used/,
  );
});

test('without a public client the redirect URIs are the service’s own', async (context) => {
  const { run, look } = commandLine(context);
  run('app', 'create', '--id', 'web', '--host', 'a.example', '--redirect-uri', 'https://a.example/in');
  const [client] = (await look(({ apps }) => apps.findById('web')))?.clients ?? [];
  assert.deepEqual(client?.redirectUris, ['https://a.example/in']);
});

test('user create makes a user who can sign in; a second one of the name is an error', async (context) => {
  const { run, look } = commandLine(context);
  const args = [
    'user',
    'create',
    '--name',
    'alice@contoso.example',
    '--password',
    'correct horse',
    '--operator',
  ];
  const { status, stdout, stderr } = run(...args);
  assert.equal(status, 0, stderr);
  const user = await look(({ users }) => users.findByName('alice@contoso.example'));
  assert.deepEqual(JSON.parse(stdout), { userId: user?.id, name: 'alice@contoso.example' });
  assert.equal(user?.operator, true);
  assert.ok(await verifyPassword('correct horse', user?.passwordHash ?? null));
  const second = run(...args);
  assert.equal(second.status, 1);
  assert.match(
    second.stderr,
    /^warning: --password [^\n]+\ncarillon: There is already a user named alice@contoso\.example; .*\n$/,
  );
});

test('token prints the token and nothing else, for the recorded public URL', async (context) => {
  const { run, look } = commandLine(context);
  run('app', 'create', '--id', 'service', '--host', 'a.example', '--client', 'phone', '--public');
  run('user', 'create', '--name', 'alice', '--password', 'correct horse');
  const claims = (...args: string[]) => {
    const { stdout } = run('token', '--app', 'service', ...args);
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    return claimsOf(stdout);
  };
  assert.equal(claims().aud, 'http://127.0.0.1:4280');
  await look(({ meta }) => meta.write('public-url', 'https://hub.example'));
  assert.equal(claims().iss, 'https://hub.example/identity');
  assert.equal(claims('--public-url', 'https://x.example').aud, 'https://x.example');
  const delegated = claims('--user', 'ALICE', '--client', 'phone', '--audience', 'service', '--scope', 'a b');
  assert.equal(delegated.scp, 'a b');
  assert.equal(delegated.aud, 'service');
  assert.equal(delegated.preferred_username, 'alice');
  assert.equal(claims('--user', 'alice').scp, 'Notifications.ReadWrite.CreatedByApp');
  assert.deepEqual(claimsOf(run('token', '--admin').stdout).roles, ['Carillon.Admin']);
  assert.equal(JSON.parse(run('token', '--app', 'service', '--json').stdout).tokenType, 'Bearer');
});

const wrong: [args: string[], status: number, expected: RegExp][] = [
  [['frobnicate'], 2, /unknown command 'frobnicate'/],
  [['token'], 2, /required option '--app <id>' not specified/],
  [['app', 'create', '--host', 'a.example'], 2, /required option '--id <id>' not specified/],
  [
    ['app', 'create', '--id', 'a', '--host', 'a.example', '--public'],
    2,
    /'--public' must follow the --client/,
  ],
  [['app', 'create', '--id', 'a', '--host', 'https://a.example/'], 1, /no host name: give it bare/],
  [['app', 'create', '--id', 'a b', '--host', 'a.example'], 1, /the id a b must be/],
  [['app', 'create', '--id', 'a', '--host', 'a.example', '--redirect-uri', '/in'], 1, /no redirect URI/],
  [['app', 'create', '--id', 'a', '--host', 'a.example', '--client', 'a', '--public'], 1, /an id of its own/],
  [['token', '--app', 'x'], 1, /There is no app named x; there is none yet; `carillon app create` makes one/],
];
for (const [args, status, expected] of wrong) {
  test(`carillon ${args.join(' ')} ends with ${status} and says why in one line`, (context) => {
    const result = commandLine(context).run(...args);
    assert.equal(result.status, status);
    assert.match(result.stderr, /^carillon: [^\n]+\n$/);
    assert.match(result.stderr, expected);
    assert.equal(result.stdout, '');
  });
}

test('--version prints the version of the package', (context) => {
  const { version } = JSON.parse(readFileSync(join(launcher, '..', '..', 'package.json'), 'utf8'));
  const { status, stdout } = commandLine(context).run('--version');
  assert.equal(status, 0);
  assert.equal(stdout, `${version}\n`);
});

test('a command that is told of another store refuses, before it writes to this one', (context) => {
  const { run } = commandLine(context);
  const args = ['user', 'create', '--name', 'alice', '--password', 'correct horse'];
  const { status, stderr } = run(...args, '--database-url', 'postgres://me:secret@db.example/carillon');
  assert.equal(status, 78);
  assert.match(stderr, /^carillon: database-url \(--database-url, CARILLON_DATABASE_URL\): [^\n]+\n$/);
  assert.doesNotMatch(stderr, /secret/);
});

test('send --help says which app it sends from', (context) => {
  const { stdout } = commandLine(context).run('send', '--help');
  assert.match(stdout.replace(/\s+/g, ' '), /the only one beside "demo", else the first by id/);
});
