// A real nats-server of a test's own, on a free port: killed, stopped in its tracks and started again at will. It ends
// with the test, and also when the test's process is killed: the shell that starts it waits for the end of its input.
//   await using nats = await startNats();
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { needs, programOf } from './needs.ts';
import { freePort } from './ports/free-port.ts';
import { until } from './until.ts';

export interface TestNats extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Alive and silent. */
  freeze(): void;
  thaw(): void;
  /** On the same port again. */
  restart(): Promise<void>;
}

interface Running {
  readonly shell: ChildProcess;
  readonly processId: number;
}

const script = '"$@" & echo $!; read -r _; kill -9 $! 2>/dev/null';

/** `args` are more of the server's own, such as a limit. */
export async function startNats(args: readonly string[] = []): Promise<TestNats> {
  const port = await freePort();
  let running: Running | null = await start(port, args);
  const kill = async (): Promise<void> => {
    const { shell, processId } = running ?? {};
    running = null;
    if (!shell || !processId) return;
    process.kill(processId, 'SIGKILL');
    shell.stdin?.end();
    if (shell.exitCode === null) await once(shell, 'close');
  };
  const signal = (name: NodeJS.Signals) => () => running && process.kill(running.processId, name);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    kill,
    freeze: signal('SIGSTOP'),
    thaw: signal('SIGCONT'),
    async restart() {
      await kill();
      running = await start(port, args);
    },
    [Symbol.asyncDispose]: kill,
  };
}

async function start(port: number, args: readonly string[]): Promise<Running> {
  const command = [programOf(needs.nats), '-a', '127.0.0.1', '-p', String(port), ...args];
  const shell = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  let processId = '';
  shell.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  shell.stdout.on('data', (chunk: Buffer) => {
    processId += chunk.toString();
  });
  const ready = () => /Server is ready/.test(said) && processId.endsWith('\n');
  await until(ready, 'nats-server').catch((error: Error) => {
    shell.stdin.end();
    throw new Error(`${error.message}: ${said}`);
  });
  return { shell, processId: Number(processId) };
}
