// Real reverse proxies in front of a hub, each with a configuration as an operator writes it: nginx, Caddy, HAProxy and
// Apache on a free port. A proxy ends with the test, and also when the test's process is killed.
//   await using proxy = await startProxy('nginx', 'location / { proxy_pass ...; }', hub.baseUrl);
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, until } from '../hub/hub.ts';
import { tempFolder } from '../hub/identity.ts';
import { needs, programOf } from './needs.ts';

export type ProxyName = 'nginx' | 'caddy' | 'haproxy' | 'apache';

export interface TestProxy extends AsyncDisposable {
  readonly baseUrl: string;
}

/** `configuration` listens on 127.0.0.1:8080 and forwards to 127.0.0.1:4280; both ports are replaced. */
export async function startProxy(name: ProxyName, configuration: string, hubUrl: string): Promise<TestProxy> {
  const folder = tempFolder();
  const port = await freePort();
  const ports: Readonly<Record<string, string>> = { '8080': String(port), '4280': new URL(hubUrl).port };
  // In one pass: the port that was put in may have the other's digits.
  const own = configuration.replace(/8080|4280/g, (each) => ports[each] ?? each);
  const { file, text, args } = shapes[name](folder.path, own);
  writeFileSync(join(folder.path, file), text);
  const command = [programOf(needs[name]), ...args];
  // The shell waits for the end of its input, so the proxy ends with this process too.
  const script = '"$@" & child=$!; read -r _; kill $child; wait $child';
  const shell = spawn('sh', ['-c', script, 'sh', ...command], {
    env: { ...process.env, HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = once(shell, 'close');
  const dispose = async (): Promise<void> => {
    shell.stdin.end();
    await ended;
    folder.remove();
  };
  try {
    await until(() => isOpen(port), `${name} on its port`);
  } catch (error) {
    await dispose();
    throw new Error(`${name} does not listen: ${said}`, { cause: error });
  }
  return { baseUrl: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: dispose };
}

interface Shape {
  readonly file: string;
  readonly text: string;
  readonly args: readonly string[];
}

const shapes: Readonly<Record<ProxyName, (folder: string, configuration: string) => Shape>> = {
  nginx(folder, configuration) {
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
      .join(' ');
    const text = `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1; events {}\nhttp { access_log off; ${paths}\n${configuration}\n}\n`;
    return { file: 'nginx.conf', text, args: ['-p', folder, '-c', join(folder, 'nginx.conf')] };
  },
  caddy(folder, configuration) {
    const text = `{\n\tadmin off\n\tauto_https off\n}\n${configuration}\n`;
    const path = join(folder, 'Caddyfile');
    return { file: 'Caddyfile', text, args: ['run', '--adapter', 'caddyfile', '--config', path] };
  },
  haproxy(folder, configuration) {
    const path = join(folder, 'haproxy.cfg');
    return { file: 'haproxy.cfg', text: `${configuration}\n`, args: ['-db', '-f', path] };
  },
  apache(folder, configuration) {
    mkdirSync(join(folder, 'run'));
    const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'proxy_wstunnel']
      .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
      .join('\n');
    const head = `ServerRoot ${folder}\nServerName 127.0.0.1\nPidFile run/pid\nDefaultRuntimeDir run\nErrorLog run/error.log\n`;
    const path = join(folder, 'apache.conf');
    return {
      file: 'apache.conf',
      text: `${head}${modules}\n${configuration}\n`,
      args: ['-f', path, '-D', 'FOREGROUND'],
    };
  },
};

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => {
    socket.destroy();
    resolve(true);
  });
  socket.on('error', () => resolve(false));
  return promise;
}
