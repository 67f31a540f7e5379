// How far the feeds had come: a count of writes in the database, and what the database last had in a file beside it and in
// the registry. Both follow a commit, so they never run ahead. A database that holds less than they say has lost commits:
// its log was cut, or it was emptied or replaced. Devices would take later changes for those that they have, so it is refused.
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { decodeNumber } from '../../columns.ts';
import { openMark, readMark, setMark } from './mark.ts';

/** At most these writes and a batch (128) lie between two records: fewer than the 256 that may be lost unnoticed. */
const progressWrites = 64;
const digits = 16;
const headerBytes = 100;

/** Both are in the data folder. */
export interface FeedFiles {
  readonly feedPath: string;
  readonly registryPath: string;
}

export interface LostWrites {
  /** Null when there is nothing of the feeds. */
  readonly found: number | null;
  /** Null when nobody knows how many. */
  readonly recorded: number | null;
  /** The file; without it the registry says what is recorded. */
  readonly stamp: 'good' | 'missing' | 'unreadable';
}

/** `feed.db` has `feed.progress`. */
function progressPath(feedPath: string): string {
  return feedPath.replace(/(\.db)?$/, '.progress');
}

/** What is missing, or null. Changes nothing: SQLite would remove the log of an emptied database that it opens. */
export function findLostWrites({ feedPath, registryPath }: FeedFiles): LostWrites | null {
  const { stamp, writes } = readStamp(feedPath);
  const mark = readMark(registryPath);
  const recorded = writes === null || mark === null ? (writes ?? mark) : Math.max(writes, mark);
  // A stamp and a mark are made after their database.
  if (stamp === 'missing' && recorded === null) return null;
  const found = readFound(feedPath);
  return found === null || (recorded !== null && found < recorded) ? { found, recorded, stamp } : null;
}

/** For an operator who serves what is there. */
export function forgetProgress({ feedPath, registryPath }: FeedFiles): void {
  forgetStamp(feedPath);
  setMark(registryPath, null);
}

/** For data that is put in the place of other data. */
export function forgetStamp(feedPath: string): void {
  rmSync(progressPath(feedPath), { force: true });
}

/** The registry remembers what these feeds hold, whatever it remembered before. */
export function markFound({ feedPath, registryPath }: FeedFiles): void {
  setMark(registryPath, readFound(feedPath));
}

function readStamp(feedPath: string): { stamp: LostWrites['stamp']; writes: number | null } {
  try {
    const [, text] = /^(\d+)\n$/.exec(readFileSync(progressPath(feedPath), 'utf8')) ?? [];
    if (text?.length !== digits) return { stamp: 'unreadable', writes: null };
    return { stamp: 'good', writes: Number.parseInt(text, 10) };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return { stamp: 'missing', writes: null };
    // The writer refuses a folder in its place by name.
    if (code === 'EISDIR') return { stamp: 'unreadable', writes: null };
    throw error;
  }
}

/** Null when there is nothing of the feeds. */
function readFound(feedPath: string): number | null {
  if ((statSync(feedPath, { throwIfNoEntry: false })?.size ?? 0) < headerBytes) return null;
  const db = new DatabaseSync(feedPath, { readOnly: true, timeout: 5000 });
  try {
    return readProgress(db);
  } catch (error) {
    if (/no such table/.test((error as Error).message)) return null;
    throw error;
  } finally {
    db.close();
  }
}

function readProgress(db: DatabaseSync): number {
  return decodeNumber(db.prepare('SELECT writes FROM progress').get()?.writes);
}

/** The writer's hold on both. */
export interface Progress {
  /** Inside a transaction with so many writes; raises the count when it is time. */
  count(writes: number): void;
  /** Inside a transaction; raises the count in any case. */
  raise(): void;
  /** After its COMMIT. */
  committed(): void;
  /** In a transaction of its own. */
  record(): void;
  /** Between batches: the registry remembers it too, after so many writes or `now`. */
  mark(when?: 'now'): void;
  /** The file is on the disk as well, for a loss of power. */
  close(): void;
}

/** Without a registry (of feeds alone) nothing else remembers them. */
export function openProgress(db: DatabaseSync, feedPath: string, registryPath: string | null): Progress {
  const raise = db.prepare('UPDATE progress SET writes = ?');
  const path = progressPath(feedPath);
  const file = openFile(path);
  let recorded = readProgress(db);
  let counted = recorded;
  let raised = recorded;
  const registry = registryPath === null ? null : openMark(registryPath);
  /** What the registry has; nothing as long as it could not be written. */
  let marked = 0;
  const raiseNow = (): void => {
    raised = counted + 1;
    raise.run(raised);
  };
  const committed = (): void => {
    counted = Math.max(counted, raised);
    if (raised === recorded) return;
    recorded = raised;
    if (file === null) return;
    try {
      // In place, and too short to be torn.
      writeSync(file, `${String(recorded).padStart(digits, '0')}\n`, 0);
    } catch {
      // A full disk: what was committed stays so, and the next record follows.
    }
  };
  return {
    count(writes) {
      counted += writes;
      raised = counted - recorded >= progressWrites ? counted : recorded;
      if (raised !== recorded) raise.run(raised);
    },
    committed,
    raise: raiseNow,
    record() {
      raiseNow();
      committed();
    },
    mark(when) {
      if (when !== 'now' && recorded - marked < progressWrites) return;
      if (registry?.write(recorded)) marked = recorded;
    },
    close() {
      registry?.close();
      if (file === null) return;
      try {
        fsyncSync(file);
      } catch {
        // An older record only notices less.
      }
      closeSync(file);
    },
  };
}

/** On a disk too full for a new file there is none until the next start. */
function openFile(path: string): number | null {
  try {
    return openSync(path, statSync(path, { throwIfNoEntry: false }) ? 'r+' : 'w+', 0o600);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOSPC') return null;
    throw error;
  }
}
