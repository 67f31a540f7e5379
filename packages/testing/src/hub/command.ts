// A command of the hub's as a process of its own, beside others on the same data; it is killed when its test ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { failByAnswers, watched } from '../answers/served-answers.ts';

/** What `carillon` is in the repository. */
export const launcher = join(import.meta.dirname, '..', '..', '..', 'hub', 'bin', 'carillon.js');

export interface Command {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly text: { readonly out: string; readonly error: string };
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function carillon(context: TestContext, dataDir: string, ...args: string[]): Command {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CARILLON_'));
  const env = { ...Object.fromEntries(own), CARILLON_DATA_DIR: dataDir };
  const child = spawn(process.execPath, [...watched, launcher, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.error += chunk;
  });
  failByAnswers(child.stderr);
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { process: child, text, ended };
}
