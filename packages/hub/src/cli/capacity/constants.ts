// The figures of the calculation. Those of bench/RESULTS.md are here by section and row; a test compares them, and
// `node tools/capacity-constants.ts` takes them over after a benchmark. What no benchmark records says where it comes from.

/** A row of bench/RESULTS.md. One that is awaited has no row yet: the target of its benchmark stands in. */
export interface Measured {
  readonly section: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 's' | '/s' | 'KiB' | 'MB' | 'bytes';
  readonly recorded: boolean;
}

type Row = (section: string, figure: string, value: number, unit: Measured['unit']) => Measured;

const row: Row = (section, figure, value, unit) => ({ section, figure, value, unit, recorded: true });
// biome-ignore lint/correctness/noUnusedVariables: for a figure that no run has recorded yet, which tools/capacity-constants.ts marks so
const awaited: Row = (section, figure, value, unit) => ({ section, figure, value, unit, recorded: false });

// One call a line, which is how tools/capacity-constants.ts finds them.
// biome-ignore format: a call that is broken over lines would not be found
export const measured = {
  createMain: row('creates', 'main thread, a create', 67.1, 'µs'),
  createWriter: row('creates', "writer's thread, a create", 41.2, 'µs'),
  createOther: row('creates', 'other threads (V8, libuv), a create', 8.1, 'µs'),
  requestMain: row('creates', 'main thread, a create with the null store', 58.9, 'µs'),
  fanOutSse: row('fan-out', 'to the last of 1000 SSE streams', 18.6, 'ms'),
  fanOutWebSocket: row('fan-out', 'to the last of 1000 WebSocket streams', 16.9, 'ms'),
  streamWebSocket: row('streams', 'WebSocket, kept', 6.7, 'KiB'),
  streamSse: row('streams', 'SSE, kept', 15.3, 'KiB'),
  streamWebSocketTls: row('streams', 'WebSocket over TLS, kept', 52.6, 'KiB'),
  streamSseTls: row('streams', 'SSE over TLS, kept', 65.7, 'KiB'),
  streamHttp2: row('streams', 'SSE over HTTP/2, a connection each, kept', 88.1, 'KiB'),
  catchUp: row('delta', 'catch-up of 10000 changes', 0.16, 's'),
  storedSqlite: row('stored', 'size of a stored notification', 540, 'bytes'),
  idleMemory: row('start', 'idle memory', 140, 'MB'),
};

/** Streams that the rows of `fan-out` were read by, and changes that `delta` walked: they stand in the rows' names. */
export const fanOutStreams = 1000;
export const catchUpChanges = 10_000;

/**
 * Bytes in PostgreSQL, without the content of a notification, from a trial of the feed's tables in PostgreSQL 15: 10 000
 * users with four subscriptions, batches of 128, 64 000 creates without and as many with deliveries, content of 265
 * bytes. The log is that of `full_page_writes = off`: the calculation adds the images, which depend on how much is stored.
 */
export const postgresTrial = {
  /** With its indexes, like the others. */
  notificationBytes: 450,
  deliveryBytes: 450,
  subscriptionBytes: 710,
  userBytes: 530,
  createLogBytes: 930,
  plannedDeliveryLogBytes: 415,
  deliveryResultLogBytes: 400,
  stateChangeLogBytes: 620,
} as const;

/**
 * Pages of 8 KiB that a write is the first to touch when users are many: an index leaf or a heap page each. What is
 * appended (heap, indexes by time) shares its pages, and the result of a delivery finds its pages touched. In a trial with
 * 100 000 users, 5 100 creates with four deliveries wrote 12 400 images, where these counts make 16 000.
 */
export const pagesTouched = { create: 5, deliveries: 1, stateChange: 6 } as const;
export const pageBytes = 8192;
/** An image in the log leaves out what is free in the page. The trial: 5 900 bytes, and 3 050 with lz4. */
export const pageImageBytes = 5900;
/** Of what is stored, pages that are touched at random: indexes by user, and rows of users. The rest is appended. */
export const randomPagesShare = 0.35;

/** Rows written, as PostgreSQL counts them. */
export const rowsWritten = {
  /** feed, feed_app, notification. */
  create: 3,
  stateChange: 3,
  delivery: 1,
  deliveryResult: 1,
} as const;

/** Fixed by the hub: connections of each to PostgreSQL, shards, users by name in a shard, attempts under way. */
export const hubFixed = {
  postgresConnections: 13,
  shards: 4096,
  exactSubjectsOfShard: 16,
  pushesInFlight: 1024,
  pushesInFlightOfApp: 256,
  heartbeatSeconds: 25,
} as const;

/** Bytes on the wire beside the content: a frame or an answer with its entity and headers, a push with its headers. */
export const wireBytes = {
  frame: 900,
  request: 1500,
  push: 1200,
  heartbeat: 60,
  busMessage: 800,
  head: 60,
} as const;

/** What one of them carries before it must be more than one. What providers document, the descriptors of channels say. */
export const ceilings = {
  /** An assumption for one primary with 16 cores and local NVMe; measure yours. */
  postgresRowsPerSecond: 50_000,
  postgresLogBytesPerSecond: 200_000_000,
  postgresBytes: 4_000_000_000_000,
  /** An assumption for one server of three, small messages. */
  natsDeliveriesPerSecond: 1_000_000,
  /** What a hub can take from the bus while it does its own work, at 10 µs a message and a tenth of its time. */
  busMessagesOfHub: 10_000,
  /** An assumption: what PostgreSQL serves without a pooler. */
  postgresConnections: 800,
} as const;
