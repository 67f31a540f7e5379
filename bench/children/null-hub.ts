// The whole hub with a store that keeps nothing: it plans over an empty snapshot, in the main thread, and forgets. What
// a create costs here is everything but the store.
import { type Config, readConfig } from '../../packages/hub/src/config/config.ts';
import { openHub } from '../../packages/hub/src/hub/open-hub.ts';
import { planBatch } from '../../packages/hub/src/hub/plan-batch.ts';
import type { FeedStore, Position, Snapshot } from '../../packages/hub/src/store/store.ts';
import { openLog } from '../../packages/hub/src/telemetry/log.ts';

const [port = '', dataDir = '', publicUrl = ''] = process.argv.slice(2);

const nothing: Snapshot = {
  feed: () => null,
  feedApps: () => [],
  contentBytes: () => 0,
  notification: () => null,
  aliveByAppNotificationId: () => null,
  subscription: () => null,
  subscriptionByInstallation: () => null,
  countSubscriptions: () => 0,
  lapsedSubscriptions: () => [],
  addressHolder: () => null,
  subscriptions: () => [],
  deliveries: () => [],
};
const start: Position = { epoch: 0, head: 0, unread: 0, floor: 0, preferencesSeq: 0 };

const feedStore: FeedStore = {
  shared: false,
  async commit(writes, now) {
    const { outcomes, changes } = planBatch.plan(writes, nothing, { now, claim: false });
    return { outcomes, changes, moved: [], deliveries: [], webhooks: [] };
  },
  webhooks: {
    due: async () => [],
    claim: async () => null,
    release: async () => {},
    changes: async () => [],
    waiting: async () => ({ count: 0, bytes: 0, last: 0 }),
    lastUntil: async () => null,
    failing: async () => [],
  },
  claim: async () => [],
  close: async () => {},
  read: {
    owner: async () => null,
    findOwner: async () => null,
    handled: async () => [],
    stored: async () => [],
    named: async () => null,
    findNotification: async () => null,
    findEarlier: async () => null,
    namedOfAll: async () => [],
    ownersByPrefix: async () => [],
    countAddresses: async () => 0,
    subscriptionsOfUser: async () => [],
    devices: async () => [],
    sendContexts: async (keys) => keys.map(() => null),
    dueRoutes: async () => [],
    deliveries: async () => [],
    earlierAnswers: async () => [],
    failedDeliveries: async () => [],
    waitingDeliveries: async () => 0,
    fetchedSeq: async () => 0,
    oldestPending: async () => null,
    heads: async () => [],
    position: async () => start,
    notification: async () => null,
    list: async () => [],
    search: async () => ({ rows: [], end: null }),
    countMatching: async () => 0,
    count: async () => 0,
    changes: async () => ({ ...start, rows: [], scannedTo: 0 }),
    subscription: async () => null,
    subscriptions: async () => [],
    dueExpirations: async () => [],
    dueDeadlines: async () => [],
    dueWakings: async () => [],
    duePurges: async () => [],
    unreadExpired: async () => 0,
  },
};

const flags = { port, 'data-dir': dataDir, 'public-url': publicUrl, throttle: 'off', 'log-level': 'warn' };
const config: Config = readConfig(flags, {}, null);
const hub = await openHub({ config, log: openLog(config.logLevel), feedStore });
await hub.listen();
process.stdout.write('ready\n');
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
