// What a device keeps of a feed between sessions, for each account apart: the base with its position, and the changes
// that wait for the hub. A write is whole or not there at all, so that a position never claims what is not kept.
import type { Notification } from '@carillon/protocol';
import type { Position } from '../feed/feed-view.ts';
import type { LocalChange } from '../feed/local-change.ts';

export interface StoredFeed {
  /** Null when only changes are kept: the feed was never read to its end. */
  readonly position: Position | null;
  readonly items: readonly Notification[];
  /** In the order in which they were made. */
  readonly changes: readonly LocalChange[];
}

export interface FeedWrite {
  /** The items are all there are: the kept ones go first. */
  readonly replace: boolean;
  readonly items: ReadonlyMap<string, Notification | null>;
  readonly changes: ReadonlyMap<string, LocalChange | null>;
  /** Null leaves it as it is. */
  readonly position: Position | null;
}

/** Null in `items` and `changes` removes. Implementations reject when they can't; the feed then goes on without. */
export interface FeedStorage {
  read(account: string): Promise<StoredFeed>;
  write(account: string, write: FeedWrite): Promise<void>;
  /** Leaves nothing of the account behind. */
  clear(account: string): Promise<void>;
  close(): Promise<void>;
}

export const emptyFeed: StoredFeed = { position: null, items: [], changes: [] };
