// `carillon doctor` on real data: what is well, what is worth a look and what is broken, each in a line that says what to
// do; nothing is changed, and no secret is told.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { given, wns } from '@carillon/testing/feed/credentials.ts';
import { commandLine, type Ran } from '@carillon/testing/hub/command-line.ts';
import { startHub } from '@carillon/testing/hub/hub.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { pino } from 'pino';
import { makeCertificate } from '../../../src/lib/certificate.ts';

interface Check {
  readonly status: string;
  readonly name: string;
  readonly message: string;
}

function checksOf({ stdout, stderr }: Ran): Map<string, Check> {
  assert.equal(stderr, '');
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return new Map(checks.map((check) => [check.name, check]));
}

/** A provider of tokens on this machine. */
async function startProvider(context: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

const day = 24 * 3600 * 1000;

test('before anything is there all is well, one line a check, and nothing is made', (context) => {
  const { run, path } = commandLine(context);
  const dataDir = join(path, 'data');
  const { status, stdout, stderr } = run(['doctor', '--data-dir', dataDir]);
  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^(ok {2}|warn|fail) {2}[\w -]+ {2}\S/);
  for (const name of ['node', 'config', 'data', 'disk', 'bus', 'public-url', 'tls'])
    assert.ok(
      lines.some((line) => line.startsWith(`ok    ${name}  `)),
      `${name}: ${stdout}`,
    );
  assert.match(stdout, /bus {2}no bus configured: one machine/);
  assert.ok(!existsSync(dataDir));
});

test('a contact that Apple refuses is a warning in doctor and at the start, and a public one is none', async (context) => {
  const { run, path } = commandLine(context);
  const check = (...flags: string[]) =>
    checksOf(run(['doctor', '--json', '--data-dir', join(path, 'data'), ...flags])).get('push-contact');
  assert.equal(check()?.status, 'warn');
  assert.match(
    check('--push-contact', 'mailto:ops@nas.local')?.message ?? '',
    /Apple refuses .*--push-contact/,
  );
  assert.equal(check('--push-contact', 'mailto:ops@contoso.com')?.status, 'ok');
  assert.equal(check('--public-url', 'https://hub.contoso.com')?.status, 'ok');
  const wrong = run(['doctor', '--data-dir', join(path, 'data'), '--push-contact', 'ops@contoso.com']);
  assert.match(wrong.stdout, /--push-contact/);

  const warned = async (contact?: string) => {
    const told: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });
    const settings = contact === undefined ? {} : { 'push-contact': contact };
    await using _hub = await startHub({ settings, log });
    return told.some((line) => line.includes('--push-contact'));
  };
  assert.deepEqual([await warned(), await warned('mailto:ops@contoso.com')], [true, false]);
});

test('beside a hub it asks the hub, the databases and each provider', async (context) => {
  const tokenUrl = await startProvider(context, (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'x', token_type: 'bearer', expires_in: 3600 }));
  });
  await using hub = await startHub();
  await hub.registry.credentials.put('app-a', 'wns', given('wns', { ...wns, tokenUrl }), 1);
  const { runBeside } = commandLine(context, hub.dataDir);
  const ran = await runBeside(['doctor', '--json']);
  const checks = checksOf(ran);
  assert.equal(ran.status, 0, ran.stdout);
  assert.match(
    checks.get('hub')?.message ?? '',
    new RegExp(`process ${process.pid} at ${hub.baseUrl} is ready`),
  );
  for (const name of ['registry', 'feed'])
    assert.match(checks.get(name)?.message ?? '', /is whole, schema \d{4}-/);
  assert.match(checks.get('clock')?.message ?? '', /^within 30 s of 127\.0\.0\.1:\d+$/);
  const credentials = checks.get('credentials app-a wns');
  assert.equal(credentials?.status, 'ok', ran.stdout);
  assert.match(credentials?.message ?? '', /a secret of Entra ends on the date shown there/);
  assert.ok(!ran.stdout.includes(wns.clientSecret));
});

test('credentials that a provider refuses, or that can not be decrypted, fail with what to do', async (context) => {
  const tokenUrl = await startProvider(context, (_request, response) => {
    response.writeHead(401, {
      'content-type': 'application/json',
      date: new Date(Date.now() - 600_000).toUTCString(),
    });
    response.end('{"error":"invalid_client"}');
  });
  const { look, run, runBeside } = commandLine(context);
  run(['app', 'create', '--id', 'shop', '--host', 'shop.example']);
  await look(({ credentials }) => credentials.put('shop', 'wns', given('wns', { ...wns, tokenUrl }), 1));
  const refused = await runBeside(['doctor', '--json']);
  assert.equal(refused.status, 1);
  const checks = checksOf(refused);
  assert.equal(JSON.parse(refused.stdout).ok, false);
  assert.equal(checks.get('credentials shop wns')?.status, 'fail');
  assert.match(
    checks.get('credentials shop wns')?.message ?? '',
    /carillon app channel set --app shop --channel wns/,
  );
  assert.equal(checks.get('clock')?.status, 'warn');
  assert.match(checks.get('clock')?.message ?? '', /ahead of 127\.0\.0\.1:\d+ – set it by NTP/);
  const env = { CARILLON_SECRET_KEY: Buffer.alloc(32, 9).toString('base64') };
  const keyless = await runBeside(['doctor', '--json'], { env });
  assert.equal(keyless.status, 1);
  assert.match(
    checksOf(keyless).get('credentials shop wns')?.message ?? '',
    /another key: set CARILLON_SECRET_KEY/,
  );
  for (const { stdout } of [refused, keyless]) assert.ok(!stdout.includes(wns.clientSecret));
});

test('a damaged or foreign database fails, and is left as it is', (context) => {
  const { run, path } = commandLine(context);
  run(['app', 'create', '--id', 'shop', '--host', 'shop.example']);
  writeFileSync(join(path, 'feed.db'), 'no database at all'.repeat(100));
  chmodSync(join(path, 'registry.db'), 0o644);
  const { status, stdout } = run(['doctor']);
  assert.equal(status, 1);
  assert.match(
    stdout,
    /^fail {2}feed {2}\S+feed\.db is damaged: file is not a database – stop the hub, move the file away, and run `carillon restore --from` the newest backup$/m,
  );
  assert.match(
    stdout,
    /^warn {2}data {2}others may read \S+registry\.db, \S+feed\.db, which hold keys and notifications – chmod 600 \S+registry\.db \S+feed\.db$/m,
  );
  assert.match(stdout, /^ok {4}registry {2}/m);
});

test('unusable settings fail each, and the data is looked at all the same', (context) => {
  const { run } = commandLine(context);
  run(['app', 'create', '--id', 'shop', '--host', 'shop.example']);
  const env = { CARILLON_PORT: 'eleven', CARILLON_SECRET_KEY: 'short', CARILLON_PUSH_GRACE: 'some' };
  const { status, stdout } = run(['doctor', '--push-ca', 'absent.pem'], { env });
  assert.equal(status, 1);
  for (const name of ['port', 'secret-key', 'push-grace', 'push-ca'])
    assert.match(
      stdout,
      new RegExp(`^fail {2}config {2}${name} \\(.*CARILLON_${name.toUpperCase().replace('-', '_')}\\)`, 'm'),
    );
  assert.ok(!stdout.includes('"short"'));
  assert.match(stdout, /^ok {4}registry {2}/m);
});

test('a certificate near its end, and a public URL that clients can not call, are told', async (context) => {
  const { run, path } = commandLine(context);
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const write = async (name: string, days: number): Promise<string[]> => {
    const times = { notBefore: Date.now() - 90 * day, notAfter: Date.now() + days * day + day / 2 };
    const issuer = { commonName: 'localhost', key };
    const certificate = await makeCertificate({ commonName: 'localhost', key, issuer, ...times });
    writeFileSync(join(path, `${name}.pem`), certificate);
    writeFileSync(join(path, `${name}.key`), key.export({ type: 'pkcs8', format: 'pem' }));
    return ['--tls-cert', join(path, `${name}.pem`), '--tls-key', join(path, `${name}.key`)];
  };
  const doctor = (...args: string[]) => {
    const ran = run(['doctor', '--json', ...args]);
    return { status: ran.status, checks: checksOf(ran) };
  };
  const over = doctor(...(await write('over', -1)), '--host', '0.0.0.0');
  assert.equal(over.status, 1);
  assert.match(over.checks.get('tls')?.message ?? '', /CN=localhost expired on .* – renew it/);
  assert.match(
    over.checks.get('public-url')?.message ?? '',
    /0\.0\.0\.0.* is no address .* – set --public-url/,
  );
  const soon = doctor(...(await write('soon', 5)), '--public-url', 'http://bells.example');
  assert.equal(soon.status, 0);
  assert.match(soon.checks.get('tls')?.message ?? '', /expires in 5 days/);
  assert.equal(soon.checks.get('public-url')?.status, 'warn');
  const fine = doctor(
    ...(await write('fine', 80)),
    '--public-url',
    'https://bells.example',
    '--host',
    '0.0.0.0',
  );
  assert.deepEqual([fine.checks.get('tls')?.status, fine.checks.get('public-url')?.status], ['ok', 'ok']);
});

test('a server, role or database that takes too few connections for one hub fails, with what to raise', async (context) => {
  const { runBeside } = commandLine(context);
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const name = new URL(url).pathname.slice(1);
  await server.query(url, 'CREATE ROLE small LOGIN');
  await server.query(url, `ALTER DATABASE ${name} OWNER TO small`);
  const small = url.replace('carillon@', 'small@');
  const examine = async () => {
    const env = { CARILLON_DATABASE_URL: small, CARILLON_EMBEDDED_PROVIDER: '1' };
    return checksOf(await runBeside(['doctor', '--json'], { env })).get('connections');
  };
  const enough = await examine();
  assert.equal(enough?.status, 'ok');
  assert.match(
    enough?.message ?? '',
    /^the max_connections of the server allows 197, and each hub opens up to 13: enough for 15 hubs$/,
  );
  for (const [who, change] of [
    ['role', 'ALTER ROLE small CONNECTION LIMIT 12'],
    ['database', `ALTER DATABASE ${name} CONNECTION LIMIT 11`],
  ]) {
    await server.query(url, String(change));
    const few = await examine();
    assert.equal(few?.status, 'fail');
    assert.match(
      few?.message ?? '',
      new RegExp(`^the CONNECTION LIMIT of the ${who} allows 1[12], and each hub opens up to 13 – raise it`),
    );
  }
});
