// One hub a data folder: a lock that the kernel releases when the process ends in any way, so that a killed hub leaves
// nothing to clean up. SQLite's own lock on an empty database is such a lock on every platform. While its holder serves, a
// file beside it names the holder: an offline command holds the lock too, but does not serve.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';

/** A hub that listens. */
export interface Serving {
  readonly processId: number;
  readonly publicUrl: string;
}

export interface DataLock {
  /** Says that the holder serves; from then on, nobody waits for the lock. */
  announce(publicUrl: string): void;
  /** The holder stops serving and will release the lock. */
  withdraw(): void;
  release(): void;
}

/** A holder that does not serve is a command, or a hub that starts or stops: it releases the lock soon. */
const waits = 100;
const waitMs = 50;
const busy = 5;

/** The lock, or the hub that serves; null when a process that doesn't serve held it for five seconds. */
export function takeLock(dataDir: string): DataLock | Serving | null {
  for (let wait = 0; wait < waits; wait++) {
    const lock = tryLock(dataDir);
    if (lock) return lock;
    // The file of a hub that was killed is gone: whoever took the lock since then removed it within this wait.
    const serving = readServing(dataDir);
    if (serving) return serving;
  }
  return null;
}

function tryLock(dataDir: string): DataLock | null {
  const lock = join(dataDir, 'hub.lock');
  // SQLite opens a file that it may not write all the same, and its lock then excludes nobody.
  if (existsSync(lock)) accessSync(lock, constants.R_OK | constants.W_OK);
  else makeOwn(lock);
  const db = new DatabaseSync(lock, { timeout: waitMs });
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode === busy) return null;
    throw error;
  }
  const path = servingPath(dataDir);
  const withdraw = (): void => rmSync(path, { force: true });
  try {
    withdraw();
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    announce(publicUrl) {
      const serving: Serving = { processId: process.pid, publicUrl };
      writeFileSync(`${path}.new`, JSON.stringify(serving), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    withdraw,
    release: () => db.close(),
  };
}

/** For its owner alone, as SQLite then makes its journal. Opens no file that is there: closing it would end a lock on it. */
function makeOwn(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

function readServing(dataDir: string): Serving | null {
  try {
    return JSON.parse(readFileSync(servingPath(dataDir), 'utf8')) as Serving;
  } catch {
    return null;
  }
}

function servingPath(dataDir: string): string {
  return join(dataDir, 'hub.serving');
}
