import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { serve } from '@carillon/testing/hub/served.ts';
import { makeCertificate } from '../../src/lib/certificate.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Serving, takeLock } from '../../src/store/sqlite/file/lock.ts';

interface Start {
  readonly dataDir?: string;
  readonly env?: Record<string, string>;
  /** A command that runs what follows it. */
  readonly through?: readonly string[];
}

/** The folder `data` in a temporary folder, and `carillon serve` on it until the test ends. */
async function open(context: TestContext) {
  const folder = tempFolder();
  const path = (name: string): string => join(folder.path, name);
  const port = String(await freePort());
  const start = (args: string[], { dataDir = path('data'), env = {}, through = [] }: Start = {}) => {
    const served = serve(dataDir, ['--port', port, ...args], env, through);
    context.after(async () => {
      served.process.kill('SIGKILL');
      await served.ended;
    });
    return served;
  };
  /** What it says is wrong, one line each; it ended with 78 and wrote nothing else. */
  const refusal = async (...given: Parameters<typeof start>): Promise<string[]> => {
    const served = start(...given);
    assert.equal(await served.ended, 78, served.errors());
    assert.equal(served.output(), '');
    return served.errors().trim().split('\n');
  };
  context.after(folder.remove);
  return { path, port: Number(port), start, refusal };
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function certificateOf(key: KeyObject): Promise<string> {
  const commonName = 'localhost';
  const [notBefore, notAfter] = [systemClock.now() - 1000, systemClock.now() + 86_400_000];
  return makeCertificate({ commonName, key, issuer: { commonName, key }, notBefore, notAfter });
}

test('unusable TLS files are reported beside all other problems, and the data stays free', async (context) => {
  const { path, start, refusal } = await open(context);
  writeFileSync(path('garbage.pem'), 'no certificate');
  const args = ['--tls-cert', path('garbage.pem'), '--tls-key', path('absent.pem'), '--throttle', 'much'];
  const lines = await refusal(args);
  assert.equal(lines.length, 3, lines.join('\n'));
  for (const name of ['tls-cert', 'tls-key', 'throttle']) {
    const variable = `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
    const start = `carillon: ${name} (--${name}, ${variable}): `;
    assert.ok(
      lines.some((line) => line.startsWith(start)),
      lines.join('\n'),
    );
  }
  assert.equal((await refusal([...args.slice(0, 3), path('garbage.pem')])).length, 2);
  assert.match((await refusal(args.slice(0, 2))).join('\n'), /tls-key \(.*is needed beside tls-cert/);
  const next = start([]);
  await next.ready;
});

test('a key that is not the certificate’s is refused, and its own one serves', async (context) => {
  const { path, start, refusal } = await open(context);
  const key = newKey();
  writeFileSync(path('cert.pem'), await certificateOf(key));
  writeFileSync(path('key.pem'), pem(key));
  writeFileSync(path('other.pem'), pem(newKey()));
  const cert = ['--tls-cert', path('cert.pem')];
  const lines = await refusal([...cert, '--tls-key', path('other.pem')]);
  assert.equal(lines.length, 1);
  assert.match(lines[0] as string, /tls-key \(.*is not the key of the certificate/);
  await start([...cert, '--tls-key', path('key.pem')]).ready;
});

test('a step of opening that fails leaves neither process nor lock', async (context) => {
  const { path, start } = await open(context);
  mkdirSync(path('data'));
  writeFileSync(path('data/tls'), 'a file where a folder must be');
  const failed = start(['--tls-dev']);
  assert.equal(await failed.ended, 1);
  assert.match(failed.errors(), /^carillon: [^\n]+\n$/);
  await start([]).ready;
});

/** Files come and go while they are listed. */
function quietly(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

const refused: [name: string, args: string[], says: RegExp][] = [
  ['host', ['--host', 'nowhere.invalid'], /"nowhere\.invalid"/],
  ['host', ['--host', '192.0.2.1'], /"192\.0\.2\.1"/],
  ['host', ['--host', '192.0.2.1', '--port', '0'], /"192\.0\.2\.1"/],
  ['host', ['--host', ''], /empty/],
  ['admin-issuer', ['--admin-issuer', 'http://login.example'], /https/],
  ['public-url', ['--public-url', 'https://me:secret@hub.example'], /without user, password/],
  ['database-url', ['--database-url', 'postgres://me:secret@127.0.0.1:1/carillon'], /PostgreSQL/],
  ['nats-url', ['--nats-url', 'http://me:secret@nats.example'], /nats:\/\/host/],
  ['nats-creds', ['--nats-creds', 'absent.creds'], /can not be used/],
  ['drain-delay', ['--drain-delay', '61'], /0 to 60/],
  ['issuer', ['--issuer', 'ftp://login.example'], /https/],
  ['trusted-proxy', ['--trusted-proxy', 'everybody'], /CIDR/],
];
for (const [name, args, says] of refused) {
  test(`serve ${args.join(' ')} ends with 78 and names the setting`, async (context) => {
    const { refusal } = await open(context);
    const lines = await refusal(args);
    assert.equal(lines.length, 1, lines.join('\n'));
    const variable = `CARILLON_${name.toUpperCase().replaceAll('-', '_')}`;
    assert.ok(lines[0]?.startsWith(`carillon: ${name} (--${name}, ${variable}): `), lines[0]);
    assert.match(lines[0] as string, says);
    assert.doesNotMatch(lines[0] as string, /secret/);
  });
}

test('another store named in the environment is refused as well', async (context) => {
  const { refusal } = await open(context);
  const env = { CARILLON_DATABASE_URL: 'postgres://db.example' };
  const lines = await refusal([], { env });
  assert.equal(lines.length, 1);
});

test('a list in the file that is wrong is one problem, and a single text is a list of one', async (context) => {
  const { path, refusal } = await open(context);
  writeFileSync(path('wrong.json'), JSON.stringify({ issuer: 7, 'trusted-proxy': 'everybody' }));
  const lines = await refusal(['--config', path('wrong.json')]);
  assert.equal(lines.length, 2, lines.join('\n'));
  assert.match(lines.find((line) => line.includes('trusted-proxy')) as string, /"everybody"/);
});

test('a data folder that can not be one ends with 78', {
  skip: process.platform === 'win32',
}, async (context) => {
  const { path, refusal } = await open(context);
  writeFileSync(path('file'), '');
  const folders = [path('file'), path('file/below'), ...(existsSync('/proc/self') ? ['/proc/nope'] : [])];
  for (const dataDir of folders) {
    const lines = await refusal([], { dataDir });
    assert.equal(lines.length, 1);
    assert.ok(lines[0]?.startsWith('carillon: data-dir (--data-dir, CARILLON_DATA_DIR): '), lines[0]);
    assert.ok(lines[0]?.includes(dataDir));
  }
});

for (const name of ['feed.db', 'registry.db', 'hub.lock']) {
  test(`a ${name} that is no database ends with 78 and is named`, async (context) => {
    const { path, refusal } = await open(context);
    mkdirSync(path('data'));
    writeFileSync(path(`data/${name}`), 'this is no database at all. '.repeat(100));
    const lines = await refusal([]);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.ok(lines[0]?.startsWith('carillon: data-dir ('));
    assert.ok(lines[0]?.includes(path(`data/${name}`)), lines[0]);
  });
}

/** Mounts what is there read-only over itself; null where this process may not. */
function mountReadOnly(path: string): Disposable | null {
  if (spawnSync('mount', ['--bind', path, path]).status !== 0) return null;
  spawnSync('mount', ['-o', 'remount,ro,bind', path]);
  return { [Symbol.dispose]: () => void spawnSync('umount', ['-l', path]) };
}

for (const what of ['the folder', 'feed.db', 'registry.db', 'hub.lock', 'feed.progress']) {
  test(`data of which ${what} is read-only ends with 78 and a sentence that says what to do`, async (context) => {
    const { path, start, refusal } = await open(context);
    const first = start([]);
    await first.ready;
    first.process.kill('SIGTERM');
    await first.ended;
    const name = what === 'the folder' ? '' : what;
    using mounted = mountReadOnly(join(path('data'), name));
    if (!mounted) return context.skip('this process may not mount');
    const lines = await refusal([]);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(
      lines[0] as string,
      /^carillon: data-dir \(.*EROFS.*: let the user that runs the hub read and write the folder and all of its files, on a disk that is not read-only$/,
    );
    assert.ok(lines[0]?.includes(join(path('data'), name)), lines[0]);
  });
}

test('data that belongs to another user ends with 78 and a sentence that says what to do', async (context) => {
  // Root's own right to all files is taken away. A process of another user could not read a clone that only root may.
  const through = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'];
  if (process.getuid?.() !== 0 || spawnSync(through[0] as string, [...through.slice(1), 'true']).status !== 0)
    return context.skip('this process may not give files to another user');
  const { path, start, refusal } = await open(context);
  const first = start([]);
  await first.ready;
  first.process.kill('SIGTERM');
  await first.ended;
  const [nobody, root] = [65534, 0];
  for (const name of ['feed.db', 'registry.db', 'hub.lock']) {
    chownSync(path(`data/${name}`), nobody, nobody);
    const lines = await refusal([], { through });
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] as string, /EACCES.*let the user that runs the hub read and write/);
    assert.ok(lines[0]?.includes(path(`data/${name}`)), lines[0]);
    chownSync(path(`data/${name}`), root, root);
  }
});

test('a port that is taken is said in one line', async (context) => {
  const { port, start } = await open(context);
  const taken = createServer().listen(port, '127.0.0.1');
  context.after(() => taken.close());
  const socket = connect(port, '127.0.0.1');
  context.after(() => socket.destroy());
  const served = start([]);
  assert.equal(await served.ended, 1);
  assert.match(served.errors(), /^carillon: port \d+ on 127\.0\.0\.1 is taken: [^\n]+\n$/);
});

test('a hub waits for a command that holds the data, and serves then', async (context) => {
  const { path, start } = await open(context);
  mkdirSync(path('data'));
  const lock = takeLock(path('data'));
  assert.ok(lock && 'release' in lock);
  const served = start([]);
  const files = `/proc/${served.process.pid}/fd`;
  const opened = (): boolean =>
    readdirSync(files).some((file) => readlinkSync(join(files, file)).endsWith('hub.lock'));
  // Nothing says that it waits; where the kernel tells, it has the lock's file open meanwhile.
  if (existsSync(files)) await until(() => quietly(opened), 'waiting for the lock');
  lock.release();
  await served.ready;
  assert.equal((takeLock(path('data')) as Serving).processId, served.process.pid);
});
