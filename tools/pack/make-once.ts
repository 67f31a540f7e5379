// Something slow that several processes need, made by the one that comes first and found by the others, which wait for it.
// A process that dies while it makes leaves nothing that the next one would take for whole.
import { existsSync, globSync, mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Once {
  /** Holds what was made, in a folder for each stamp. */
  readonly home: string;
  /** Of everything that it is made from; asked while no other process makes. Letters and digits. */
  readonly stamp: () => string;
  /** Into a folder that is not there yet. */
  readonly make: (folder: string) => Promise<void>;
}

const keptCount = 3;
/** Longer than making takes on a busy machine; the holder's end, by whatever cause, ends the wait. */
const waitMs = 280_000;

/** The folder that holds it. */
export async function makeOnce({ home, stamp, make }: Once): Promise<string> {
  mkdirSync(home, { recursive: true });
  // The operating system takes this lock from a process that dies; a lock file would stay.
  const lock = new DatabaseSync(join(home, 'lock'), { timeout: waitMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    const folder = join(home, `made-${stamp()}`);
    const isWhole = join(folder, '.whole');
    if (!existsSync(isWhole)) {
      rmSync(folder, { recursive: true, force: true });
      await make(folder);
      mkdirSync(isWhole);
    }
    touch(folder);
    removeOld(home);
    return folder;
  } finally {
    lock.close();
  }
}

function touch(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}

function removeOld(home: string): void {
  const usedAtMs = (folder: string): number => statSync(folder).mtimeMs;
  const folders = globSync('made-*', { cwd: home }).map((name) => join(home, name));
  const old = folders.sort((a, b) => usedAtMs(b) - usedAtMs(a)).slice(keptCount);
  for (const folder of old) rmSync(folder, { recursive: true, force: true });
}
