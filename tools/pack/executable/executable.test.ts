// What machines without Node get, used as they use it: the executable in an environment that has nothing else, and the
// Debian package by dpkg, in a root of its own.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createECDH, randomBytes } from 'node:crypto';
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
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  const hub = spawn(executable, ['serve', '--dev', '--allow-private-push', '--port', '0', ...at], {
    env: {},
    cwd: folder,
  });
  try {
    const url = await readyUrl(hub);
    for (const path of ['/inbox', '/console', '/docs']) {
      const page = await fetch(url + path);
      const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(await page.text()) ?? [];
      const asset = await fetch(new URL(script, page.url));
      assert.deepEqual([page.status, asset.status], [200, 200], path);
    }
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
    const { targetHostName } = (await answer.json()) as { readonly targetHostName: string };
    await pushToTwo({
      url,
      headers,
      targetHostName,
      send: () => carillon(executable, ['send', '--title', 'Soup', ...user]),
    });
    const threads = readdirSync(`/proc/${hub.pid}/task`).map((id) =>
      readFileSync(`/proc/${hub.pid}/task/${id}/comm`, 'utf8').trim(),
    );
    // The kernel keeps 15 letters of a name.
    for (const name of ['carillon-writer', 'carillon-regist', 'carillon-encryp'])
      assert.ok(threads.includes(name), name);
    hub.kill('SIGTERM');
    assert.deepEqual(await once(hub, 'exit'), [0, null]);
  } finally {
    hub.kill('SIGKILL');
  }
}

interface Pushes {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly targetHostName: string;
  readonly send: () => Promise<unknown>;
}

/** Two browsers of one person: what is pushed to more than one in a turn is encrypted on a thread. */
async function pushToTwo({ url, headers, targetHostName, send }: Pushes): Promise<void> {
  const arrived = new Map<string, () => void>();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(201).end();
    arrived.get(request.url ?? '')?.();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const service = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pushes = ['/one', '/two'].map(async (path) => {
    const p256dh = createECDH('prime256v1').generateKeys('base64url', 'uncompressed');
    const keys = { p256dh, auth: randomBytes(16).toString('base64url') };
    const channel = { type: 'webPush', endpoint: service + path, keys };
    const answer = await fetch(`${url}/v1.0/me/notificationSubscriptions`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ targetHostName, installationId: path, platformType: 'webPush', channel }),
    });
    assert.equal(answer.status, 201, await answer.text());
    const { promise, resolve } = Promise.withResolvers<void>();
    arrived.set(path, resolve);
    return { promise };
  });
  const all = await Promise.all(pushes);
  await send();
  await Promise.all(all.map(({ promise }) => promise));
  server.closeAllConnections();
  server.close();
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
