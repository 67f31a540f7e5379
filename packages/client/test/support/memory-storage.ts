// Stores feeds in memory, so that a test opens the same one again.

import { FeedCopy } from '../../src/storage/feed-copy.ts';
import type { FeedStorage } from '../../src/storage/feed-storage.ts';

export function openMemoryStorage(): FeedStorage {
  const feeds = new Map<string, FeedCopy>();
  const feedOf = (account: string): FeedCopy => {
    const feed = feeds.get(account) ?? new FeedCopy();
    feeds.set(account, feed);
    return feed;
  };
  return {
    read: async (account) => feedOf(account).read(),
    write: async (account, write) => feedOf(account).write(write),
    clear: async (account) => void feeds.delete(account),
    close: async () => {},
  };
}
