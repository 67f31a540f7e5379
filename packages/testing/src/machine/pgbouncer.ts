// A real PgBouncer before a PostgreSQL server, on a free port of this machine, in the mode that a test names. It ends with
// the process that started it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tempFolder } from '../hub/identity.ts';
import { needs, programOf } from './needs.ts';
import { freePort } from './ports/free-port.ts';
import { asServer } from './postgres.ts';

export interface PgBouncer extends AsyncDisposable {
  readonly port: number;
}

export interface PgBouncerOptions {
  /** Of the PostgreSQL server. */
  readonly serverPort: number;
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Connections to the server for one user and database. */
  readonly poolSize: number;
  /** Gives idle server connections in turn, not the one used last. */
  readonly roundRobin?: boolean;
}

export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  const { serverPort, mode, poolSize, roundRobin = false } = options;
  const port = await freePort();
  const folder = tempFolder();
  const path = join(folder.path, 'pgbouncer.ini');
  const settings = [
    '[databases]',
    // `auth_type = any` takes anybody, and signs in at the server as this user.
    `* = host=127.0.0.1 port=${serverPort} user=carillon`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    `default_pool_size = ${poolSize}`,
    `server_round_robin = ${roundRobin ? 1 : 0}`,
  ];
  writeFileSync(path, `${settings.join('\n')}\n`);
  chmodSync(folder.path, 0o755);
  const child = spawn(...asServer(programOf(needs.pgbouncer), [path]), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (/process up/.test(line)) resolve();
  });
  child.once('error', reject);
  const ended = once(child, 'exit');
  void ended.then(() => reject(new Error(`PgBouncer ended:\n${said.slice(-20).join('\n')}`)));
  await promise;
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGQUIT');
      await ended;
      folder.remove();
    },
  };
}
