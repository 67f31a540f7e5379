// The client of Carillon: what its users import, and nothing else. It runs in browsers, workers, Node and React Native
// alike; the part for service workers and the storage in files have entries of their own.
export type { Clock, Random, Timer } from './clock.ts';
export type {
  Feed,
  FeedChange,
  FeedItem,
  FeedPhase,
  FeedStatus,
  HistoryPage,
  Transport,
} from './feed/feed.ts';
export { isForPerson } from './feed/inbox.ts';
export { connectHub, type Hub, type HubOptions } from './hub-client.ts';
export { HubError, type HubErrorKind } from './requests/hub-error.ts';
export { Requests, type RequestsOptions } from './requests/requests.ts';
export type { FeedStorage, FeedWrite, StoredFeed } from './storage/feed-storage.ts';
