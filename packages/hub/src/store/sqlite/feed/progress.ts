// How far the feeds had come: a count of writes in the database, and in a file beside it what the database last had. The
// file follows a commit, so it never runs ahead. A database that holds less than its file says has lost commits: its log
// was cut, or it was emptied or replaced. Devices would take later changes for those that they have, so it is refused.
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { decodeNumber } from '../../columns.ts';

/** At most these writes and a batch (128) lie between two records: fewer than the 256 that may be lost unnoticed. */
const progressWrites = 64;
const digits = 16;
const headerBytes = 100;

export interface LostWrites {
  /** Null when there is nothing of the feeds. */
  readonly found: number | null;
  readonly recorded: number;
}

/** `feed.db` has `feed.progress`. */
function progressPath(feedPath: string): string {
  return feedPath.replace(/(\.db)?$/, '.progress');
}

/** What is missing, or null. Changes nothing: SQLite would remove the log of an emptied database that it opens. */
export function findLostWrites(feedPath: string): LostWrites | null {
  const recorded = readRecorded(feedPath);
  if (recorded === null) return null;
  if ((statSync(feedPath, { throwIfNoEntry: false })?.size ?? 0) < headerBytes)
    return { found: null, recorded };
  const found = readFound(feedPath);
  return found === null || found < recorded ? { found, recorded } : null;
}

/** For an operator who serves what is there, and for data that is put in its place. */
export function forgetProgress(feedPath: string): void {
  rmSync(progressPath(feedPath), { force: true });
}

function readRecorded(feedPath: string): number | null {
  try {
    const recorded = Number.parseInt(readFileSync(progressPath(feedPath), 'utf8'), 10);
    return Number.isSafeInteger(recorded) ? recorded : null;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}

function readFound(feedPath: string): number | null {
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
  /** The file is on the disk as well, for a loss of power. */
  close(): void;
}

export function openProgress(db: DatabaseSync, feedPath: string): Progress {
  const raise = db.prepare('UPDATE progress SET writes = ?');
  const path = progressPath(feedPath);
  const file = openFile(path);
  let recorded = readProgress(db);
  let counted = recorded;
  let raised = recorded;
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
    close() {
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
