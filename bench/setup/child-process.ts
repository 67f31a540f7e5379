// The processes under load: each is a child of the benchmark, listens on a loopback port of its own, and ends with the
// benchmark however that ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { publicUrl } from './world.ts';

const root = new URL('../../', import.meta.url).pathname;
const startMaxMs = 60_000;
const stopMaxMs = 15_000;

export interface Child {
  readonly port: number;
  readonly pid: number;
  /** Where SIGUSR1 opens its inspector. */
  readonly inspectPort: number;
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

export interface HubOptions {
  readonly dataDir: string;
  readonly logLevel?: 'warn' | 'info';
  readonly tls?: boolean;
  /** Default: a free one. */
  readonly port?: number;
  /** What makes it a node of a cluster. */
  readonly shared?: SharedServers;
  /** Of this hub alone. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface SharedServers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** What push credentials are encrypted with. */
  readonly secretKey: string;
}

/** `carillon serve` as in production; the profiles of a look inside go to the folder in BENCH_CPU_PROF. */
export async function startHub({
  dataDir,
  logLevel = 'warn',
  tls = false,
  shared,
  env = {},
  ...given
}: HubOptions): Promise<Child> {
  const port = given.port ?? (await freePort());
  const profile = process.env.BENCH_CPU_PROF;
  const node = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const fixed = ['serve', '--data-dir', dataDir, '--port', String(port), '--public-url', publicUrl];
  const level = logLevel === 'info' ? [] : ['--log-level', logLevel];
  const args = [...node, join(root, 'packages/hub/bin/carillon.js'), ...fixed, '--throttle', 'off', ...level];
  const more = [...(tls ? ['--tls-dev'] : []), ...(shared ? flagsOf(shared) : [])];
  const own = shared ? { ...env, CARILLON_SECRET_KEY: shared.secretKey } : env;
  return start([...args, ...more], { port, log: join(dataDir, 'log'), env: own });
}

export interface ExecutableOptions {
  readonly file: string;
  readonly dataDir: string;
  /** What runs it: the first is a program, the others its arguments. */
  readonly prefix?: readonly string[];
}

/** The hub as one file. It follows no channel, so a benchmark that ends takes it along. */
export async function startExecutable({ file, dataDir, prefix = [] }: ExecutableOptions): Promise<Child> {
  const port = await freePort();
  const fixed = ['serve', '--data-dir', dataDir, '--port', String(port), '--public-url', publicUrl];
  const [program = '', ...args] = [...prefix, file, ...fixed, '--throttle', 'off', '--log-level', 'warn'];
  const startedAt = performance.now();
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  await isReady(child, args);
  const readyMs = performance.now() - startedAt;
  const ends = { stop: () => stop(child), kill: () => kill(child) };
  return { port, pid: child.pid as number, inspectPort: 0, readyMs, ...ends };
}

function flagsOf({ databaseUrl, natsUrl }: SharedServers): string[] {
  return ['--database-url', databaseUrl, '--embedded-provider', '--nats-url', natsUrl, '--drain-delay', '0'];
}

/** A file of bench/children: it is told its port first, and prints a line when it is ready. */
export async function startChild(file: string, args: readonly string[] = []): Promise<Child> {
  const port = await freePort();
  return start([join(root, 'bench/children', file), String(port), ...args], { port, log: null, env: {} });
}

interface Place {
  readonly port: number;
  readonly log: string | null;
  readonly env: Readonly<Record<string, string>>;
}

async function start(args: readonly string[], { port, log, env }: Place): Promise<Child> {
  const inspectPort = await freePort();
  const startedAt = performance.now();
  const errors = log === null ? null : openSync(log, 'a');
  const child = spawn(process.execPath, [`--inspect-port=127.0.0.1:${inspectPort}`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', errors ?? 'inherit', 'ipc'],
    // The hub follows the channel to the process that launched it, so it ends even when this one is killed.
    env: { ...process.env, ...env, CARILLON_LAUNCHED: '1' },
  });
  if (errors !== null) closeSync(errors);
  await isReady(child, args);
  return {
    port,
    pid: child.pid as number,
    inspectPort,
    readyMs: performance.now() - startedAt,
    stop: () => stop(child),
    kill: () => kill(child),
  };
}

async function isReady(child: ChildProcess, args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (why: string): void => reject(new Error(`${args.join(' ')} ${why}`));
  const timer = setTimeout(() => fail(`was not ready within ${startMaxMs} ms`), startMaxMs);
  child.stdout?.on('data', (text: Buffer) => {
    if (text.includes('ready')) resolve();
  });
  child.once('exit', (code) => fail(`ended with ${code}`));
  await promise.finally(() => clearTimeout(timer));
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMaxMs);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
