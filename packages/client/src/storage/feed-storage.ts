// What a device stores of a feed between sessions, for each account apart: the base with its position, and the changes
// that wait for the hub. A write is atomic, so that a position never covers items that are not stored.
import type { Notification } from '@carillon/protocol';
import type { Position } from '../feed/feed-view.ts';
import type { StoredChange } from './stored-change.ts';

export interface StoredFeed {
  /** Null when only changes are stored: the feed was never read to its end. */
  readonly position: Position | null;
  readonly items: readonly Notification[];
  /** In the order in which they were made. */
  readonly changes: readonly StoredChange[];
}

export interface FeedWrite {
  /** `items` is the whole base: the stored ones are removed first. */
  readonly replace: boolean;
  readonly items: ReadonlyMap<string, Notification | null>;
  readonly changes: ReadonlyMap<string, StoredChange | null>;
  /** Null keeps the stored one. */
  readonly position: Position | null;
}

/** How long a storage may take for one call, and a lock or the other tabs for an answer: then the feed runs without. */
export const answerMaxMs = 900;

/** Null in `items` and `changes` removes. A storage that fails rejects; the feed then runs without it. */
export interface FeedStorage {
  read(account: string): Promise<StoredFeed>;
  write(account: string, write: FeedWrite): Promise<void>;
  /** Removes everything of the account. */
  clear(account: string): Promise<void>;
  close(): Promise<void>;
}

export const emptyFeed: StoredFeed = { position: null, items: [], changes: [] };
