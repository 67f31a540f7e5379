// Where the tests of a run keep what they write: databases that make every commit durable wait for the disk most of the
// time, so it is in memory where there is room. A process that is killed loses nothing there, so crash tests hold.
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'carillon-tests-';
const memory = '/dev/shm';
/** Twice what a run needs. */
const roomBytes = 6 * 2 ** 30;

/** Makes the folder that the processes of this one take for temporary files, answers it, and removes it at the end. */
export function useTestFolder(): string {
  const parent = hasRoom() ? memory : tmpdir();
  removeLeftovers(parent);
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  // PostgreSQL does not run as root, so another user goes in.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  process.once('exit', () => remove(folder));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  return folder;
}

/** Folders of runs that were killed; their name says whose they are. */
function removeLeftovers(parent: string): void {
  for (const name of globSync(`${prefix}*-*`, { cwd: parent })) {
    const [, owner] = /(\d+)-[^-]+$/.exec(name) ?? [];
    if (owner && !isAlive(Number(owner))) remove(join(parent, name));
  }
}

/** A test that was killed may have left file systems in it. What can't be removed stays, and stops no run. */
function remove(folder: string): void {
  try {
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const inside = mounts.map((line) => line.split(' ')[1] ?? '').filter((at) => at.startsWith(`${folder}/`));
    for (const at of inside.toReversed()) spawnSync('umount', ['--lazy', at]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    console.error(`${folder} could not be removed: ${String(error)}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory);
    const [, freeKiB = '0'] = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return Math.min(bavail * bsize, Number(freeKiB) * 1024) >= roomBytes;
  } catch {
    return false;
  }
}
