// The machine that figures belong to: a figure without it says nothing.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';

export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const system = `${type()} ${release()}`;
  const parts = [`${availableParallelism()} cores of ${model}`, memory, system, `data on ${fileSystem()}`];
  return [...parts, `Node ${process.versions.node}`].join(', ');
}

/** On a tmpfs an fsync costs nothing, and the figures of the store are worth as much. */
function fileSystem(): string {
  try {
    return execFileSync('stat', ['-f', '-c', '%T', tmpdir()], { encoding: 'utf8' }).trim();
  } catch {
    return 'an unknown file system';
  }
}

/** The commit that was measured, and whether the files were others. */
export function describeRevision(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', '../packages') !== '';
    return `at ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with uncommitted changes' : ''}`;
  } catch {
    return 'outside a repository';
  }
}
