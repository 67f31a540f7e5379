// Reads of a feed as a device sees them: pages of delta from a cursor, and the position that a stream starts from.
// What is answered was committed; a page holds the latest state of each changed notification once.
import { isAlive, type StoredNotification } from '../model/notification.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { FeedReader } from '../store/store.ts';
import type { Cursor, Cursors } from './cursor.ts';

export interface DeltaPage {
  readonly rows: readonly StoredNotification[];
  readonly unread: number;
  /** Where the next page begins, or the position to return with when `done`. */
  readonly next: Cursor;
  readonly done: boolean;
}

export interface DeltaQuery {
  readonly user: UserKey;
  readonly visibility: Visibility;
  /** Null: from what is stored now. */
  readonly cursor: Cursor | null;
  readonly limit: number;
  readonly now: number;
}

export async function readDelta(read: FeedReader, cursors: Cursors, query: DeltaQuery): Promise<DeltaPage> {
  const { user, visibility, limit, now } = query;
  const after = query.cursor?.seq ?? 0;
  const page = await read.changes(user, visibility, after, limit);
  const cursor = query.cursor ? cursors.check(query.cursor, page) : null;
  const startedAt = cursor ? cursor.startedAt : page.head;
  // One that has expired and is not swept yet is left out: its removal gets a later sequence.
  const rows = page.rows.filter((row) => (row.removed === null ? isAlive(row, now) : row.seq > startedAt));
  const done = page.scannedTo >= page.head;
  return {
    rows,
    unread: page.unread,
    next: { epoch: page.epoch, seq: done ? page.head : page.scannedTo, startedAt: done ? 0 : startedAt },
    done,
  };
}

/** The head of the feed, as a cursor, with the unread count there. */
export async function readHead(read: FeedReader, user: UserKey, visibility: Visibility) {
  const { epoch, head, unread } = await read.position(user, visibility);
  return { cursor: { epoch, seq: head, startedAt: 0 } satisfies Cursor, unread };
}
