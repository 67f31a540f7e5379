// A registry over PostgreSQL in a process of its own, as another hub or a command has it: for races between processes,
// and for what happens to the others when one is killed or stopped. Run as a script, it is that process.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openRegistry } from '../../../hub/src/store/postgres/registry/registry.ts';
import type { Registry } from '../../../hub/src/store/registry.ts';

/** `[part, method, …arguments]`, such as `['apps', 'put', app]`. */
export type Call = readonly [part: keyof Registry, method: string, ...parameters: unknown[]];

/** What each call answered, or the message of what it threw. */
export type Answered = { readonly value: unknown } | { readonly error: string };

export interface RegistryProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  /** One after the other, without a pause between them. */
  run(calls: readonly Call[]): Promise<Answered[]>;
}

export const script = import.meta.filename;

export async function startRegistryProcess(url: string): Promise<RegistryProcess> {
  const child = fork(script, [url], { serialization: 'advanced' });
  const [ready] = await once(child, 'message');
  if (ready !== 'ready') throw new Error(String(ready));
  return {
    process: child,
    async run(calls) {
      child.send(calls);
      const [answers] = await once(child, 'message');
      return answers as Answered[];
    },
    async [Symbol.asyncDispose]() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function serve(url: string): Promise<void> {
  const registry = await openRegistry(url, () => Buffer.alloc(32, 7));
  process.on('message', async (calls: readonly Call[]) => {
    const answers: Answered[] = [];
    for (const call of calls) answers.push(await answer(registry, call));
    process.send?.(answers);
  });
  process.once('disconnect', () => void registry.close());
  process.send?.('ready');
}

async function answer(registry: Registry, [part, method, ...parameters]: Call): Promise<Answered> {
  try {
    const methods = registry[part] as unknown as Record<string, (...each: unknown[]) => unknown>;
    return { value: await methods[method]?.(...parameters) };
  } catch (error) {
    return { error: String(error) };
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , url, how] = process.argv as [string, string, string, string | undefined];
  if (how === 'forget to close') await (await openRegistry(url)).meta.read('key');
  else await serve(url);
}
