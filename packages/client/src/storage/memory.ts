// Stores feeds in memory, until the process ends: where there is no other storage, and for apps that must leave nothing on
// the device.

import { FeedCopy } from './feed-copy.ts';
import type { FeedStorage } from './feed-storage.ts';

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
