// Reads of a feed as a device sees them: pages of delta from a cursor, and the position that a stream starts from.
// What is answered was committed; a page holds the latest state of each changed notification once.
import { limits } from '@carillon/protocol';
import { isAlive, type StoredNotification } from '../model/notification.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { FeedReader } from '../store/store.ts';
import type { Cursor, Cursors } from './cursor.ts';

export interface DeltaPage {
  readonly rows: readonly StoredNotification[];
  readonly unread: number;
  /** Sequence of the last change of the person's preferences. */
  readonly preferencesSeq: number;
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

/** Beside its rows, what a page holds: context, count and links. */
const envelopeBytes = 16 * 1024;
/** Of a notification beside its content: the members of its state. */
const stateBytes = 512;
const pageBytesMax = limits.pageBytes - envelopeBytes;
/** Read at once, so that a thousand large rows are never in memory for one page. */
const rowsAtOnce = 100;

/** How many of the rows, in their order, fit a page; one always does. */
export function countFitting(rows: readonly StoredNotification[], bytesMax: number = pageBytesMax): number {
  let bytes = 0;
  const tooFar = rows.findIndex((row, index) => {
    bytes += bytesOf(row);
    return bytes > bytesMax && index > 0;
  });
  return tooFar < 0 ? rows.length : tooFar;
}

function bytesOf({ removed, content }: StoredNotification): number {
  return stateBytes + (removed === null ? Buffer.byteLength(content) : 0);
}

/** A page of at most `limit` rows and a mebibyte. */
export async function readDelta(read: FeedReader, cursors: Cursors, query: DeltaQuery): Promise<DeltaPage> {
  let page = await readPart(read, cursors, query, pageBytesMax);
  while (page.goesOn) {
    const room = pageBytesMax - page.rows.reduce((bytes, row) => bytes + bytesOf(row), 0);
    const limit = query.limit - page.rows.length;
    if (limit <= 0 || room <= 0) break;
    const part = await readPart(read, cursors, { ...query, cursor: page.next, limit }, room);
    const again = new Set(part.rows.map(({ id }) => id)); // changed meanwhile: its latest state is the later one
    page = { ...part, rows: [...page.rows.filter(({ id }) => !again.has(id)), ...part.rows] };
  }
  return page;
}

interface Part extends DeltaPage {
  /** It ended because no more rows were read at once, and not at a bound on bytes or on what is looked at. */
  readonly goesOn: boolean;
}

async function readPart(
  read: FeedReader,
  cursors: Cursors,
  query: DeltaQuery,
  bytesMax: number,
): Promise<Part> {
  const { user, visibility, now } = query;
  const limit = Math.min(query.limit, rowsAtOnce);
  const after = query.cursor?.seq ?? 0;
  const page = await read.changes(user, visibility, after, limit);
  const cursor = query.cursor ? cursors.check(query.cursor, page) : null;
  const startedAt = cursor ? cursor.startedAt : page.head;
  const fitting = page.rows.slice(0, countFitting(page.rows, bytesMax));
  const isFull = fitting.length < page.rows.length;
  const reached = isFull ? (fitting.at(-1)?.seq ?? after) : page.scannedTo;
  // One that has expired and is not swept yet is left out: its removal gets a later sequence.
  const rows = fitting.filter((row) => (row.removed === null ? isAlive(row, now) : row.seq > startedAt));
  const done = reached >= page.head;
  return {
    rows,
    unread: page.unread,
    preferencesSeq: page.preferencesSeq,
    next: { epoch: page.epoch, seq: done ? page.head : reached, startedAt: done ? 0 : startedAt },
    done,
    goesOn: !done && !isFull && page.rows.length === limit,
  };
}

/** The head of the feed, as a cursor, with the unread count there. */
export async function readHead(read: FeedReader, user: UserKey, visibility: Visibility) {
  const { epoch, head, unread } = await read.position(user, visibility);
  return { cursor: { epoch, seq: head, startedAt: 0 } satisfies Cursor, unread };
}
