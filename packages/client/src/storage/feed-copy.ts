// One account's stored feed as a value in memory, and how a write changes it: for the storages that hold it whole, in
// memory and in a file.
import type { Notification } from '@carillon/protocol';
import type { Position } from '../feed/feed-view.ts';
import { emptyFeed, type FeedWrite, type StoredFeed } from './feed-storage.ts';
import type { StoredChange } from './stored-change.ts';

export class FeedCopy {
  #position: Position | null;
  readonly #items: Map<string, Notification>;
  readonly #changes: Map<string, StoredChange>;

  constructor({ position, items, changes }: StoredFeed = emptyFeed) {
    this.#position = position;
    this.#items = new Map(items.map((item) => [item.id, item]));
    this.#changes = new Map(changes.map((change) => [change.key, change]));
  }

  read(): StoredFeed {
    const [items, changes] = [[...this.#items.values()], [...this.#changes.values()]];
    return { position: this.#position, items, changes };
  }

  write({ replace, items, changes, position }: FeedWrite): void {
    if (replace) this.#items.clear();
    put(this.#items, items);
    put(this.#changes, changes);
    this.#position = position ?? this.#position;
  }
}

function put<T>(copy: Map<string, T>, written: ReadonlyMap<string, T | null>): void {
  for (const [key, value] of written) {
    if (value === null) copy.delete(key);
    else copy.set(key, value);
  }
}
