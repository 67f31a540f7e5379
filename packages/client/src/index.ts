// The client of Carillon: what its users import, and nothing else. It runs in browsers, workers, Node and React Native
// alike; the part for service workers has an entry of its own.
export type { Feed, FeedChange, FeedPhase, FeedStatus, HistoryPage, Transport } from './feed.ts';
