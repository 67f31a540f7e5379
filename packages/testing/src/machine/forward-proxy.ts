// A real forward proxy between the hub and the world: Squid, which takes tunnels to anywhere, knows the names that the test
// gives it, and may ask for a user and password. It ends with the test, and also when the test's process is killed.
//   await using proxy = await startForwardProxy({ names: ['push.example'] });
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, until } from '../hub/hub.ts';
import { tempFolder } from '../hub/identity.ts';
import { needs, programOf } from './needs.ts';

export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** `host:port` of the tunnels that ended or were refused, with the proxy's own status. */
  tunnels(): readonly string[];
}

export interface ForwardProxyOptions {
  /** Names that lead to this machine. */
  readonly names: readonly string[];
  /** Whether it wants a user and a password; any are good. */
  readonly password?: boolean;
}

export async function startForwardProxy({
  names,
  password = false,
}: ForwardProxyOptions): Promise<ForwardProxy> {
  const folder = tempFolder();
  const port = await freePort();
  const path = (name: string) => join(folder.path, name);
  const log = path('access.log');
  const access = password
    ? 'auth_param basic program /usr/lib/squid/basic_fake_auth\nacl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all'
    : 'http_access allow all';
  writeFileSync(path('hosts'), names.map((name) => `127.0.0.1 ${name}\n`).join(''));
  writeFileSync(
    path('squid.conf'),
    `http_port 127.0.0.1:${port}\nhosts_file ${path('hosts')}\npid_filename none\ncache deny all\n` +
      `access_log stdio:${log}\ncache_log ${path('cache.log')}\nnetdb_filename none\nshutdown_lifetime 0 seconds\n` +
      `visible_hostname proxy.example\n${access}\n`,
  );
  for (const name of ['access.log', 'cache.log']) {
    writeFileSync(path(name), '');
    chmodSync(path(name), 0o666); // as root, Squid runs as a user of its own
  }
  chmodSync(folder.path, 0o755);
  // The shell waits for the end of its input, so the proxy ends with this process too.
  const script = '"$@" & child=$!; read -r _; kill $child; wait $child';
  const command = [programOf(needs.squid), '-N', '-f', path('squid.conf')];
  const shell = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = once(shell, 'close');
  const dispose = async (): Promise<void> => {
    shell.stdin.end();
    await ended;
    folder.remove();
  };
  try {
    await until(() => isOpen(port), 'Squid on its port');
  } catch (error) {
    await dispose();
    throw new Error(`Squid does not listen: ${said}`, { cause: error });
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    tunnels() {
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      return lines.map((line) => /(\S+\/\d{3}) \d+ CONNECT (\S+)/.exec(line)?.slice(1).join(' ') ?? line);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => {
    socket.destroy();
    resolve(true);
  });
  socket.on('error', () => resolve(false));
  return promise;
}
