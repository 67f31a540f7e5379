// A real PostgreSQL server of the test's own: made with initdb in a temporary folder, on a free port of this machine,
// with its disk writes as in production. It ends with the process that started it, also when that is killed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { needs, programOf } from './needs.ts';
import { freePort } from './ports/free-port.ts';

export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** A fresh, empty database; answers its URL. */
  createDatabase(): Promise<string>;
  /** Runs SQL as the owner of everything, in that database. */
  query(url: string, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends all connections at once, as an operator's restart does. */
  stop(): Promise<void>;
  /** As a crash does: no checkpoint, and what was written is recovered by the next start. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Another server that follows this one, which is its primary, and refuses to write until it is promoted. */
  startStandby(): Promise<PostgresServer>;
  /** Makes a standby a primary. */
  promote(): Promise<void>;
  /** Restarts it as a standby that follows nobody, as a primary that came back after a failover. */
  demote(): Promise<void>;
  /** Freezes every process of the server: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
}

const prefix = 'carillon-postgres-';
let shared: Promise<Server> | null = null;

/** One for the whole test file: to start it takes a second. It ends when the file's process does. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= startPostgres();
  return shared;
}

export async function startPostgres(): Promise<Server> {
  removeLeftovers();
  for (let tries = 1; ; tries++) {
    const server = new Server(dirname(programOf(needs.postgres)), await freePort());
    try {
      await server.start();
      return server;
    } catch (error) {
      // Between the look for a free port and the start, another test file may have taken it.
      if (tries === 3 || !(error as Error).message.includes('Address already in use')) throw error;
    }
  }
}

class Server implements PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #binaries: string;
  #process: ChildProcess | null = null;
  #databases = 0;
  readonly #removeFolder = () => rmSync(this.#folder, { recursive: true, force: true });
  readonly #stopNow = () => {
    const stop = ['-D', join(this.#folder, 'data'), '-m', 'immediate', '-w', 'stop'];
    if (this.#process) spawnSync(...asServer(join(this.#binaries, 'pg_ctl'), stop), { stdio: 'ignore' });
    this.#removeFolder();
  };

  constructor(binaries: string, port: number, primary: Server | null = null) {
    this.#binaries = binaries;
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
    const owner = serverUser();
    if (owner) chownSync(this.#folder, owner.uid, owner.gid);
    const data = ['-D', join(this.#folder, 'data')];
    const [program, args] = primary
      ? [
          'pg_basebackup',
          ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'carillon', '-R', '-c', 'fast'],
        ]
      : ['initdb', ['-U', 'carillon', '-A', 'trust', '-E', 'UTF8', '--locale=C']];
    const made = spawnSync(...asServer(join(binaries, program), [...data, ...args, '--no-sync']), {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`${program} failed: ${made.stderr} ${made.error ?? ''}`);
    process.once('exit', this.#stopNow);
  }

  async start(): Promise<void> {
    // A circle of waiting is named as such before anybody gives up waiting.
    const options = ['listen_addresses=127.0.0.1', 'max_connections=200', 'deadlock_timeout=50ms'];
    const [command, args] = asServer(join(this.#binaries, 'postgres'), [
      ...['-D', join(this.#folder, 'data'), '-p', String(this.port), '-k', this.#folder],
      ...options.flatMap((option) => ['-c', option]),
    ]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.#process = child;
    const said: string[] = [];
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    lines.on('line', (line) => {
      said.push(line);
      if (/ready to accept (read-only )?connections/.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL ended:\n${said.slice(-20).join('\n')}`)));
    await promise;
    // The file's process may end while the server runs; it takes the server with it.
    child.unref();
    (child.stderr as unknown as { unref(): void }).unref();
  }

  async createDatabase(): Promise<string> {
    const name = `t${++this.#databases}`;
    await this.query(this.#url('postgres'), `CREATE DATABASE ${name}`);
    return this.#url(name);
  }

  async query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  kill(): Promise<void> {
    return this.#end('SIGQUIT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async startStandby(): Promise<Server> {
    const standby = new Server(this.#binaries, await freePort(), this);
    await standby.start();
    return standby;
  }

  async promote(): Promise<void> {
    await this.query(this.#url('postgres'), 'SELECT pg_promote(true, 30)');
  }

  async demote(): Promise<void> {
    await this.stop();
    writeFileSync(join(this.#folder, 'data', 'standby.signal'), '');
    await this.start();
  }

  freeze(): void {
    this.#signalAll('SIGSTOP');
  }

  thaw(): void {
    this.#signalAll('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    process.removeListener('exit', this.#stopNow);
    this.#removeFolder();
  }

  #url(database: string): string {
    return `postgres://carillon@127.0.0.1:${this.port}/${database}`;
  }

  /** Its backends have sessions of their own, so they are found by their parent. */
  #signalAll(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    // It comes first, so that it makes none while they are looked for.
    process.kill(pid, signal);
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    for (const each of stdout.split('\n')) if (each.trim() !== '') signalProcess(Number(each), signal);
  }
}

/** One that has ended meanwhile needs none. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** PostgreSQL refuses to run as root: there it runs as `postgres`, or as nobody. */
function serverUser(): { name: string; uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (ids.every(({ status }) => status === 0)) {
      return { name, uid: Number(ids[0]?.stdout), gid: Number(ids[1]?.stdout) };
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

/** On Linux the kernel ends it (SIGQUIT: at once, with its children) when this process ends in whatever way. */
export function asServer(command: string, args: string[]): [string, string[]] {
  const user = serverUser();
  if (process.platform !== 'linux') return [command, args];
  const as = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  return ['setpriv', [...as, '--pdeathsig', 'QUIT', '--', command, ...args]];
}

/** Folders of test processes that were killed; their name says whose they are. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
