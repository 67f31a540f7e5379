// Go, where it is installed, with the caches that it keeps for its user, so that only the first run on a machine builds everything.
// Null where there is no Go, or no way to its modules: then there is nothing to test against.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProgram } from '../python/python.ts';

const cache = join(import.meta.dirname, '../../../../../node_modules/.cache');
const usualFolder = '/usr/local/go/bin';
const environment = {
  PATH: `${process.env.PATH ?? ''}${delimiter}${usualFolder}`,
  GOFLAGS: '-mod=mod',
  GOTELEMETRY: 'off',
};

export interface GoTool {
  /** Its package, as `go install` takes it. */
  readonly path: string;
  readonly version: string;
}

/** The path of a program that Go has built. */
export function findGoTool({ path, version }: GoTool): string | null {
  const folder = join(cache, `go-${version}`);
  const program = join(folder, path.split('/').at(-1) ?? '');
  if (existsSync(program)) return program;
  // bound: a module proxy that does not answer is none
  const options = { timeout: 300_000, env: { ...process.env, ...environment, GOBIN: folder } };
  return spawnSync('go', ['install', `${path}@${version}`], options).status === 0 ? program : null;
}

/** What the program in that folder printed as JSON. Throws what it said when it fails. */
export function runGo(folder: string, args: readonly string[]): Promise<unknown> {
  return runProgram('go', ['run', '-C', folder, '.', ...args], environment);
}
