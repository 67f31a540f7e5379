// `carillon app channel` and `app list`: credentials go into the store that a hub reads, without a hub and beside one, and
// no secret is printed.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { apns, fcm, heartOf, rsaKey, serviceAccount, wns } from '@carillon/testing/feed/credentials.ts';
import { commandLine, type RunOptions } from '@carillon/testing/hub/command-line.ts';
import { startHub } from '@carillon/testing/hub/hub.ts';

function open(context: TestContext) {
  const line = commandLine(context);
  const file = (name: string, content: string): string => {
    const path = join(line.path, name);
    writeFileSync(path, content);
    return path;
  };
  line.run(['app', 'create', '--id', 'shop', '--host', 'shop.example']);
  const channel = (verb: string, ...args: string[]) =>
    line.run(['app', 'channel', verb, '--app', 'shop', ...args]);
  return { ...line, file, channel };
}

test('what browsers show and open is set with the app or afterwards, and an empty text takes it away', (context) => {
  const { run } = open(context);
  const set = (...args: string[]) => run(['app', 'set', '--id', 'shop', ...args]);
  const openUrl = 'https://shop.example/mine';
  const answers = [
    set('--open-url', openUrl, '--tap-title', 'Something new'),
    set('--open-url', ''),
    run(['app', 'create', '--id', 'shop', '--host', 'shop.example', '--open-url', openUrl]),
    set('--tap-title', 'Something newer'),
  ].map(({ status, stdout, stderr }) => {
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  });
  const tapTitle = 'Something new';
  assert.deepEqual(answers[0], { appId: 'shop', openUrl, tapTitle });
  assert.deepEqual(answers[1], { appId: 'shop', openUrl: null, tapTitle });
  assert.deepEqual(answers[3], { appId: 'shop', openUrl, tapTitle: 'Something newer' });
  for (const [args, message] of [
    [[], /Give what to set/],
    [['--open-url', 'javascript:1'], /give an https URL/],
    [['--tap-title', 'x'.repeat(129)], /1 to 128/],
  ] as const) {
    const { status, stderr } = set(...args);
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
  assert.match(run(['app', 'set', '--id', 'none', '--tap-title', 'x']).stderr, /no app none/);
});

test('how people know an app and which links lead into it is set with it or afterwards', (context) => {
  const { run } = open(context);
  const shown = {
    urlSchemes: ['myapp', 'shop'],
    displayName: 'Contoso Shop',
    iconUrl: 'https://shop.example/icon.png',
    clickAction: 'com.contoso.shop.OPEN',
  };
  const schemes = ['--url-scheme', 'MyApp', 'shop'];
  const named = ['--display-name', shown.displayName, '--icon-url', shown.iconUrl];
  const create = ['app', 'create', '--id', 'shop', '--host', 'shop.example'];
  assert.equal(run([...create, ...schemes, ...named, '--click-action', shown.clickAction]).status, 0);
  const set = (...args: string[]) => JSON.parse(run(['app', 'set', '--id', 'shop', ...args]).stdout);
  const none = { appId: 'shop', openUrl: null, tapTitle: null };
  assert.deepEqual(set('--display-name', 'Shop'), { ...none, ...shown, displayName: 'Shop' });
  assert.deepEqual(
    set('--display-name', '', '--icon-url', '', '--url-scheme', '', '--click-action', ''),
    none,
  );
  for (const args of [
    ['--url-scheme', 'javascript'],
    ['--icon-url', 'http://shop.example/'],
  ]) {
    const { status, stderr } = run([...create, ...args]);
    assert.equal(status, 1);
    assert.match(stderr, /myapp|https/);
  }
});

test('each channel is set from files, listed without secrets, and removed', async (context) => {
  const { run, channel, file, look, path } = open(context);
  const results = [
    channel(
      ...['set', '--channel', 'wns', '--client-id', wns.clientId, '--token-url', wns.tokenUrl],
      ...['--client-secret-file', file('secret', `${wns.clientSecret}\n`)],
    ),
    channel(
      ...['set', '--channel', 'apns', '--team-id', apns.teamId, '--key-id', apns.keyId],
      ...['--key-file', file('AuthKey.p8', apns.privateKey), '--base-url', apns.baseUrl, '--json'],
    ),
    channel(
      ...['set', '--channel', 'fcm', '--base-url', fcm.baseUrl],
      ...['--service-account-file', file('account.json', JSON.stringify(serviceAccount))],
    ),
    channel('list', '--json'),
    run(['app', 'list']),
    run(['app', 'list', '--json']),
  ];
  for (const { status, stdout, stderr } of results) {
    assert.equal(status, 0, stderr);
    for (const secret of [wns.clientSecret, heartOf(apns.privateKey), heartOf(rsaKey)])
      assert.ok(!stdout.includes(secret));
  }
  const { setDateTime: _, ...set } = JSON.parse(results[1]?.stdout ?? '');
  const { teamId, keyId, baseUrl } = apns;
  assert.deepEqual(set, { appId: 'shop', channel: 'apns', teamId, keyId, baseUrl });
  const listed = JSON.parse(results[3]?.stdout ?? '').value;
  assert.deepEqual(
    listed.map((each: { channel: string }) => each.channel),
    ['apns', 'fcm', 'wns'],
  );
  assert.match(
    results[4]?.stdout ?? '',
    /^shop: hosts shop\.example; clients shop; channels webPush, apns, fcm, wns\n$/,
  );
  assert.deepEqual(JSON.parse(results[5]?.stdout ?? '').value[0].channels, ['apns', 'fcm', 'wns']);
  assert.ok(existsSync(join(path, 'secret.key')));
  await look(async ({ credentials, audit }) => {
    assert.deepEqual(credentials.find('shop', 'wns'), wns);
    assert.deepEqual(credentials.find('shop', 'apns'), apns);
    assert.deepEqual(credentials.find('shop', 'fcm'), fcm);
    const [newest, ...others] = await audit.list({ before: null, limit: 9 });
    assert.deepEqual(
      [newest?.who, newest?.what, newest?.on],
      ['command line', 'putChannel', 'apps/shop/channels/fcm'],
    );
    assert.equal(others.length, 3);
  });
  assert.equal(channel('remove', '--channel', 'wns').status, 0);
  assert.equal(await look(({ credentials }) => credentials.find('shop', 'wns')), null);
  assert.match(channel('remove', '--channel', 'wns').stderr, /the app shop has no wns credentials/);
});

test('beside a hub the credentials count for its next push, under the key of its settings', async (context) => {
  const secretKey = Buffer.alloc(32, 7).toString('base64');
  const env = { CARILLON_SECRET_KEY: secretKey };
  await using hub = await startHub({ environment: env });
  const { runBeside, path } = commandLine(context, hub.dataDir);
  assert.equal(hub.registry.credentials.find('app-a', 'wns'), null);
  const set = (more: RunOptions, ...args: string[]) => {
    const told = [
      '--app',
      'app-a',
      '--channel',
      'wns',
      '--client-id',
      'x',
      '--client-secret',
      'from-the-shell',
    ];
    return runBeside(['app', 'channel', 'set', ...told, ...args], more);
  };
  const { status, stderr } = await set({ env });
  assert.equal(status, 0, stderr);
  assert.partialDeepStrictEqual(hub.registry.credentials.find('app-a', 'wns'), {
    clientSecret: 'from-the-shell',
  });
  const config = join(path, 'settings.json');
  writeFileSync(config, JSON.stringify({ 'secret-key': secretKey }));
  assert.equal((await set({}, '--config', config)).status, 0);
  assert.ok(!existsSync(join(path, 'secret.key')));
});

test('a secret may come from standard input', async (context) => {
  const { run, look } = open(context);
  const args = ['app', 'channel', 'set', '--app', 'shop', '--channel', 'wns', '--client-id', 'x'];
  const { status, stderr } = run([...args, '--client-secret-stdin'], { input: 'typed\n' });
  assert.equal(status, 0, stderr);
  assert.partialDeepStrictEqual(await look(({ credentials }) => credentials.find('shop', 'wns')), {
    clientSecret: 'typed',
  });
});

test('what can not work is refused in one line, without a part of a secret, and nothing is stored', async (context) => {
  const { run, channel, file, look } = open(context);
  const key = file('key.p8', apns.privateKey);
  const wrong = file('wrong.p8', rsaKey);
  const broken = file('broken.json', `{"private_key": "${heartOf(rsaKey)}`);
  const cases: [args: string[], status: number, message: RegExp][] = [
    [['--channel', 'sms'], 2, /Allowed choices are wns, apns, fcm/],
    [['--channel', 'wns', '--client-id', 'x'], 1, /needs --client-secret-file/],
    [['--channel', 'wns', '--client-secret', 'x'], 1, /wns needs --client-id/],
    [['--channel', 'apns', '--client-id', 'x'], 1, /--client-id is not of apns, which takes --team-id/],
    [
      ['--channel', 'apns', '--team-id', 'T', '--key-id', apns.keyId, '--key-file', key],
      1,
      /10 letters and digits/,
    ],
    [
      ['--channel', 'apns', '--team-id', apns.teamId, '--key-id', apns.keyId, '--key-file', wrong],
      1,
      /P-256/,
    ],
    [['--channel', 'fcm', '--service-account-file', 'absent'], 1, /can not be read: ENOENT/],
    [
      ['--channel', 'fcm', '--service-account-file', broken],
      1,
      /is not JSON: take the file as Google gave it/,
    ],
  ];
  for (const [args, status, message] of cases) {
    const result = channel('set', ...args);
    assert.equal(result.status, status, result.stderr);
    assert.match(result.stderr, /^carillon: [^\n]+\n$/);
    assert.match(result.stderr, message);
    assert.ok(!result.stderr.includes(heartOf(rsaKey)));
  }
  assert.equal(
    channel('list').stdout,
    'shop: no push credentials yet; `carillon app channel set` stores them\n',
  );
  const absent = run(['app', 'channel', 'list', '--app', 'absent']);
  assert.match(absent.stderr, /there is no app named absent; there are: shop/);
  const env = { CARILLON_SECRET_KEY: 'short' };
  const args = ['--channel', 'wns', '--client-id', 'x', '--client-secret', 'y'];
  const keyless = run(['app', 'channel', 'set', '--app', 'shop', ...args], { env });
  assert.equal(keyless.status, 78);
  assert.match(keyless.stderr, /^carillon: secret-key \(CARILLON_SECRET_KEY\): must be 32 bytes in base64/);
  assert.deepEqual(await look(({ credentials }) => credentials.list('shop')), []);
});

test('serve refuses the key on the command line, where other processes read it, and says so', (context) => {
  const { run } = commandLine(context);
  const key = Buffer.alloc(32, 1).toString('base64');
  const { status, stderr } = run(['serve', '--secret-key', key]);
  assert.equal(status, 78);
  assert.match(stderr, /^carillon: secret-key \(CARILLON_SECRET_KEY\): is not for the command line/);
  assert.ok(!stderr.includes(key));
  assert.ok(!run(['serve', '--help']).stdout.includes('secret-key'));
});
