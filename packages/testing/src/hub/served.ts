// `carillon serve` as a process of its own, on data that the test has seeded: for what only a process can show, such as
// kill -9, signals, exit codes and what is printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hashSecret } from '../../../hub/src/auth/provider/clients.ts';
import { mintToken } from '../../../hub/src/auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../../hub/src/lib/clock.ts';
import { openRegistry } from '../../../hub/src/store/sqlite/registry/registry.ts';
import { failByAnswers, watched } from '../answers/served-answers.ts';
import { launcher } from './command.ts';
import { hosts, userNames } from './hub.ts';

export interface Served {
  readonly process: ChildProcess;
  /** Standard output and standard error so far. */
  output(): string;
  errors(): string;
  /** Resolves when it says that it is ready; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** `through`: by a command that runs what follows it. */
export function serve(
  dataDir: string,
  args: readonly string[],
  env: Record<string, string> = {},
  through: readonly string[] = [],
): Served {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CARILLON_'));
  const [program = '', ...rest] = [...through, process.execPath, ...watched, launcher, 'serve', ...args];
  const child = spawn(program, rest, {
    env: { ...Object.fromEntries(own), CARILLON_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', error: '' };
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
    if (/^carillon is ready at \S+$/m.test(text.out)) ready.resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.error += chunk;
  });
  failByAnswers(child.stderr);
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  void ended.then((how) => ready.reject(new Error(`it ended with ${how}: ${text.error}`)));
  return { process: child, output: () => text.out, errors: () => text.error, ready: ready.promise, ended };
}

/** Puts the apps and Alice into the data, as commands would; answers a token of hers for the hub at this URL. */
export async function seedData(dataDir: string, publicUrl: string): Promise<string> {
  const registry = await openRegistry(join(dataDir, 'registry.db'));
  try {
    for (const [id, host] of Object.entries(hosts)) {
      const client = {
        clientId: id,
        public: false,
        secretHash: hashSecret(`secret of ${id}`),
        redirectUris: [],
      };
      await registry.apps.put({ id, hosts: [host], blocked: false, clients: [client] });
    }
    const alice = { id: 'alice', name: userNames.alice, passwordHash: '', operator: false };
    await registry.users.put(alice);
    const options = { registry, publicUrl, clock: systemClock, appId: 'app-a' };
    return await mintToken({ ...options, userName: alice.name });
  } finally {
    await registry.close();
  }
}
