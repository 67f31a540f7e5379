// What the registry remembers of the feeds: that there are any, and how far they had come. It follows the record beside
// feed.db, between batches, in a commit that waits for no disk and no lock. So it never runs ahead, it slows no create, and
// it stays when every file of the feeds is gone. A loss of power may leave an older one, which only notices less.
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** A fact of these files alone: it moves into no other store. */
export const markFact = 'feed-progress';
const busyTimeoutMs = 5000;

/** Null for a registry without one: no feeds yet, or the registry of an earlier version. */
export function readMark(registryPath: string): number | null {
  if (!statSync(registryPath, { throwIfNoEntry: false })?.size) return null;
  const db = new DatabaseSync(registryPath, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const text = db.prepare('SELECT value FROM fact WHERE key = ?').get(markFact)?.value;
    const writes = Number.parseInt(String(text), 10);
    return Number.isSafeInteger(writes) ? writes : null;
  } catch (error) {
    // It is made by the next step.
    if (/no such table/.test((error as Error).message)) return null;
    throw error;
  } finally {
    db.close();
  }
}

/** Durable; null forgets it. For a command, while no hub serves. */
export function setMark(registryPath: string, writes: number | null): void {
  const db = new DatabaseSync(registryPath, { timeout: busyTimeoutMs });
  try {
    if (writes === null) db.prepare('DELETE FROM fact WHERE key = ?').run(markFact);
    else put(db).run(markFact, String(writes));
  } finally {
    db.close();
  }
}

export interface Mark {
  /** Whether it was written: it is not while another process writes the registry. */
  write(writes: number): boolean;
  close(): void;
}

export function openMark(registryPath: string): Mark {
  let db: DatabaseSync | null = null;
  let statement: ReturnType<typeof put> | null = null;
  const close = (): void => {
    db?.close();
    db = null;
    statement = null;
  };
  return {
    write(writes) {
      try {
        db ??= new DatabaseSync(registryPath, { timeout: 0 });
        if (!statement) {
          db.exec('PRAGMA synchronous = NORMAL');
          statement = put(db);
        }
        statement.run(markFact, String(writes));
        return true;
      } catch {
        close();
        return false;
      }
    },
    close,
  };
}

function put(db: DatabaseSync) {
  return db.prepare(
    'INSERT INTO fact(key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
}
