// Python with one package of PyPI, as its users install it, in an environment of its own that later runs use again. Null where
// there is no Python, or no way to PyPI: then there is nothing to test against.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '../../../../../node_modules/.cache');

export interface PythonPackage {
  readonly name: string;
  readonly version: string;
  /** What it is imported as. */
  readonly module: string;
  /** What its users install beside it, as pip takes it. */
  readonly beside?: readonly string[];
}

/** The path of its interpreter. */
export function findPython({ name, version, module, beside = [] }: PythonPackage): string | null {
  const home = join(cache, `python-${name}-${version}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(join(home, 'whole'))) return python;
  rmSync(home, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  // bound: a registry that does not answer is none
  const patience = { timeout: 180_000 };
  for (const [program, args] of [
    ['python3', ['-m', 'venv', home]],
    [python, [...pip, `${name}==${version}`, ...beside]],
    [python, ['-c', `import ${module}; open(${JSON.stringify(join(home, 'whole'))}, 'w')`]],
  ] as const)
    if (spawnSync(program, args, patience).status !== 0) return null;
  return python;
}

/** What the script printed as JSON. Throws what it said when it fails. */
export const runPython = runProgram;

export async function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, failed] = ['', ''];
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  child.stderr.on('data', (chunk) => (failed += String(chunk)));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(failed);
  return JSON.parse(said);
}
