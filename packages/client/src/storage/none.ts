// Stores nothing: where the browser has no storage, and for apps that must leave nothing on the device. The view of a feed
// is in memory anyway.
import { emptyFeed, type FeedStorage } from './feed-storage.ts';

export const noStorage: FeedStorage = {
  read: async () => emptyFeed,
  write: async () => {},
  clear: async () => {},
  close: async () => {},
};
