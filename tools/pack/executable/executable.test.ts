// What machines without Node get, used as they use it: the executable in an environment that has nothing else, and the
// Debian package by dpkg, in a root of its own.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { exposureBeyond } from '@carillon/testing/machine/systemd/systemd-analyze.ts';
import { packOnce } from '../pack-once.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'carillon-programs-'));
// The service's user starts a program below it.
chmodSync(folder, 0o755);
const isRoot = process.getuid?.() === 0;
let programs: { readonly executable: string; readonly deb: string };

interface Artefact {
  readonly kind: string;
  readonly file: string;
}

describe('for machines without Node', () => {
  before(async () => {
    const [first] = await packOnce();
    const packed = dirname(first?.tarball ?? '');
    const { artefacts } = JSON.parse(readFileSync(join(packed, 'manifest.json'), 'utf8')) as {
      readonly artefacts: readonly Artefact[];
    };
    const pathOf = (wanted: string): string =>
      join(packed, artefacts.find(({ kind }) => kind === wanted)?.file ?? `no ${wanted}`);
    programs = { executable: pathOf('executable'), deb: pathOf('deb') };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the executable is at most 150 MB', () => {
    assert.ok(statSync(programs.executable).size <= 150_000_000);
  });

  test('the executable serves, with the inbox inside, and its commands work beside it', async () => {
    await serveAndSend(programs.executable, join(folder, 'data'));
  });

  test('dpkg installs the package, keeps a changed configuration, and leaves the data when all is removed', async () => {
    const root = join(folder, 'root');
    makeRoot(root);
    const dpkg = async (...args: string[]): Promise<string> => {
      const forced = ['--force-depends', '--force-not-root', '--force-script-chrootless'];
      const { stdout } = await run('dpkg', [...forced, `--root=${root}`, `--log=${root}/log`, ...args]);
      return stdout;
    };
    await dpkg('--install', programs.deb);
    assert.match(readFileSync(join(root, 'etc/passwd'), 'utf8'), /^carillon:/m);
    const config = join(root, 'etc/carillon/config.json');
    assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), { host: '127.0.0.1', port: 4280 });
    assert.equal(statSync(config).mode & 0o777, 0o640);
    await startAsUnit(root);
    const data = join(root, 'var/lib/carillon');
    assert.ok(readdirSync(data).length > 0);
    assert.match(await dpkg('--purge', 'carillon'), /data stay in \/var\/lib\/carillon/);
    assert.ok(readdirSync(data).length > 0);
    assert.ok(!existsSync(join(root, 'usr/bin/carillon')) && !existsSync(config));
  });

  test('systemd rates what the unit may do as 2.0 at most', () => {
    const unit = join(import.meta.dirname, '../../../deploy/systemd/carillon.service');
    assert.equal(exposureBeyond(2, unit), null);
    assert.match(exposureBeyond(0.1, unit) ?? '', /PrivateNetwork/);
  });
});

/** Nothing of the machine's: no PATH, and a working directory with nothing in it. */
async function carillon(executable: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(executable, args, { env: {}, cwd: folder });
  return stdout.trim();
}

async function serveAndSend(executable: string, data: string): Promise<void> {
  const at = ['--data-dir', data];
  const user = ['--user', 'alice@demo.example', ...at];
  assert.match(await carillon(executable, ['--version']), /^\d+\.\d+\.\d+$/);
  const hub = spawn(executable, ['serve', '--dev', '--port', '0', ...at], { env: {}, cwd: folder });
  try {
    const url = await readyUrl(hub);
    const inbox = await fetch(`${url}/inbox`);
    const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(await inbox.text()) ?? [];
    const asset = await fetch(new URL(script, inbox.url));
    assert.deepEqual([inbox.status, asset.status], [200, 200]);
    const discovery = await fetch(`${url}/identity/.well-known/openid-configuration`);
    const { authorization_endpoint: signInAt } = (await discovery.json()) as {
      authorization_endpoint: string;
    };
    const signIn = await fetch(`${signInAt}?client_id=nobody`, { headers: { Accept: 'text/html' } });
    assert.match(await signIn.text(), /<style>/);
    const token = await carillon(executable, ['token', '--app', 'demo', ...user]);
    const id = await carillon(executable, ['send', '--title', 'Lunch is ready', ...user]);
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/v1.0/me/notifications/${id}`, { headers });
    assert.equal(answer.status, 200);
    hub.kill('SIGTERM');
    assert.deepEqual(await once(hub, 'exit'), [0, null]);
  } finally {
    hub.kill('SIGKILL');
  }
}

/** As systemd would: the user, the folder and the variables of the unit, which are paths of the root here. */
async function startAsUnit(root: string): Promise<void> {
  const unit = readFileSync(join(root, 'usr/lib/systemd/system/carillon.service'), 'utf8');
  const settingOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  const env = Object.fromEntries(
    [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value = '']) => [
      name,
      value.startsWith('/') ? root + value : value,
    ]),
  );
  const [program = '', ...args] = settingOf('ExecStart').split(' ');
  const cwd = root + settingOf('WorkingDirectory');
  const [, , uid = '', gid = ''] =
    readFileSync(join(root, 'etc/passwd'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${settingOf('User')}:`))
      ?.split(':') ?? [];
  mkdirSync(cwd, { recursive: true, mode: 0o700 });
  const user = isRoot ? { uid: Number(uid), gid: Number(gid) } : {};
  if (isRoot) {
    chownSync(cwd, Number(uid), Number(gid));
    chownSync(join(root, 'etc/carillon/config.json'), 0, Number(gid));
  }
  const hub = spawn(root + program, [...args, '--port', '0'], { env, cwd, ...user });
  try {
    const url = await readyUrl(hub);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    hub.kill('SIGTERM');
    assert.deepEqual(await once(hub, 'exit'), [0, null]);
  } finally {
    hub.kill('SIGKILL');
  }
}

async function readyUrl(hub: ChildProcess): Promise<string> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [hub.stdout, hub.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, url] = /^carillon is ready at (\S+)$/m.exec(output) ?? [];
      if (url) resolve(url);
    });
  }
  hub.once('close', (code) => reject(new Error(`it ended with ${code}: ${output}`)));
  return promise;
}

/** What dpkg and systemd-sysusers expect of a root. */
function makeRoot(root: string): void {
  for (const each of ['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers', 'etc'])
    mkdirSync(join(root, each), { recursive: true });
}
