// A data folder, and commands run on it as processes of their own, without the settings of whoever runs the tests.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Registry } from '../../../hub/src/store/registry.ts';
import { openRegistry } from '../../../hub/src/store/sqlite/registry/registry.ts';
import { launcher } from './command.ts';
import { tempFolder } from './identity.ts';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function commandLine(context: TestContext, dataDir?: string) {
  const folder = dataDir === undefined ? tempFolder() : { path: dataDir, remove: () => {} };
  context.after(folder.remove);
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CARILLON_'));
  const environment = { ...Object.fromEntries(own), CARILLON_DATA_DIR: folder.path };
  return {
    path: folder.path,
    run(args: readonly string[], { env = {}, input = '' }: RunOptions = {}): Ran {
      const options = { encoding: 'utf8', env: { ...environment, ...env }, input } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], options);
      return { status, stdout, stderr };
    },
    /** The same, while this process goes on serving. */
    async runBeside(args: readonly string[], { env = {}, input = '' }: RunOptions = {}): Promise<Ran> {
      const child = spawn(process.execPath, [launcher, ...args], {
        env: { ...environment, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end(input);
      const text = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text.stdout += chunk;
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text.stderr += chunk;
      });
      const [status] = (await once(child, 'close')) as [number | null];
      return { status, ...text };
    },
    async look<T>(read: (registry: Registry) => T | Promise<T>, key: Buffer | null = null): Promise<T> {
      const registry = await openRegistry(join(folder.path, 'registry.db'), () => key);
      try {
        return await read(registry);
      } finally {
        await registry.close();
      }
    },
  };
}
