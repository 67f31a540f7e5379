// One hub a data folder: a lock that the kernel lets go of when the process ends, however it ends, so that a hub which
// was killed leaves nothing to clean up. SQLite's own lock on an empty database is such a lock on every platform.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';

export interface DataLock {
  release(): void;
}

/** Null when another process holds it. */
export function tryLock(dataDir: string): DataLock | null {
  const db = new DatabaseSync(join(dataDir, 'hub.lock'), { timeout: 0 });
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode === 5) return null;
    throw error;
  }
  writeFileSync(join(dataDir, 'hub.pid'), String(process.pid));
  return { release: () => db.close() };
}

/** The process that holds the lock, as far as is known: for a message, never for a decision. */
export function lockHolder(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'hub.pid'), 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
