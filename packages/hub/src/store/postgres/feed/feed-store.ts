// The PostgreSQL feed store. Any number of hubs write one database: a feed's row lock orders its sequence, and deliveries
// are claimed with a lease. Times are the hub's, never the database's; but hubs follow the database's clock.
import { randomBytes } from 'node:crypto';
import { openInOrder } from '../../../lib/in-order.ts';
import { waitingIn } from '../../../model/change-subscription.ts';
import type { PlannedDelivery, StoredDelivery } from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { Write } from '../../../model/write.ts';
import { decodeNumber } from '../../columns.ts';
import { onlyDeclared } from '../../plan-reads.ts';
import {
  type Committed,
  type FeedStore,
  type Plan,
  type PlanContext,
  type Planner,
  type PlanReads,
  type RowChange,
  StoreError,
} from '../../store.ts';
import { type Migration, migrate } from '../maintenance/migrate.ts';
import { withClient } from '../wire/client.ts';
import { type Connections, openConnections } from '../wire/connections.ts';
import { commitError } from '../wire/fault.ts';
import { statement } from '../wire/pipeline.ts';
import { releaseAsk, takeAsk } from './commit/addresses.ts';
import { claimAsk, openApply } from './commit/apply.ts';
import type { Seen } from './commit/lock-and-read.ts';
import { isTakenName, NameGuess } from './commit/name-guess.ts';
import { type Transacted, transact } from './commit/transaction.ts';
import { fillFoldedNames } from './folded-names.ts';
import { openPartitions } from './partitions.ts';
import { openReader } from './reader.ts';
import { feedMigrations } from './schema.ts';
import { readPlanned } from './tables.ts';
import { webhookBacklogs } from './webhooks.ts';

export interface FeedStoreOptions {
  /** `postgres://user:password@host/database` */
  readonly url: string;
  readonly planner: Planner;
  /** Those of another version, for a test that runs two of them beside each other. */
  readonly migrations?: readonly Migration[];
}

export async function openFeedStore({
  url,
  planner,
  migrations = feedMigrations,
}: FeedStoreOptions): Promise<FeedStore> {
  // With more patience than a request has: a busy server is no reason not to start.
  await withClient(url, async (client) => {
    await migrate(client, migrations);
    await fillFoldedNames(client);
  });
  const connections = openConnections(url);
  const node = randomBytes(16);
  const partitions = openPartitions(connections);
  const commit = openCommit(connections, planner, node);
  return {
    read: openReader(connections),
    webhooks: webhookBacklogs(connections, node),
    shared: true,
    async commit(writes, now, claim = true, watches = null) {
      partitions.tend(now);
      return commit(writes, { now, claim, watches });
    },
    async claim(query) {
      const { rows } = await connections.writeOnce(claimAsk(node, query));
      return rows.map(readPlanned);
    },
    async probe() {
      await connections.writeOnce({ statement: lockRow, values: [] });
    },
    async readTime() {
      const { rows } = await connections.readOnce({ statement: readTime, values: [] });
      return decodeNumber(rows[0]?.now);
    },
    async close() {
      await partitions.idle();
      await connections.close();
    },
  };
}

/** Refused by a standby and a read-only database, and written to the server's log. */
const lockRow = statement('SELECT 1 FROM migration LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED');
const readTime = statement('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');

/** A feed that was seen need not be made sure of again; one that was erased since is found missing by `checkBegun`. */
const feedsKnown = 100_000;

function openCommit(connections: Connections, planner: Planner, node: Buffer) {
  const known = new Set<UserKey>();
  const inOrder = openInOrder<UserKey>();
  const apply = openApply(node);
  const guess = new NameGuess();

  async function run(writes: readonly Write[], context: PlanContext): Promise<Committed> {
    const reads = planner.readsOf(writes);
    const places = new Set([...reads.begun].filter((user) => !known.has(user)));
    const transactOnce = (looksUpNames: boolean) =>
      transact(connections, {
        reads,
        known,
        looksUpNames,
        plan: (seen) => {
          const plan = planner.plan(writes, onlyDeclared(seen.snapshot, reads), context);
          checkBegun(plan, seen);
          return plan;
        },
        beforehand: (plan) => takeAddresses(connections, plan, reads),
        apply: (plan, { snapshot }) => apply(plan, { reads, places, before: snapshot }),
      });
    const transacted = await inOrder(new Set(reads.feeds.keys()), () =>
      reads.names.length > 0 ? withNames(guess, reads, transactOnce) : transactOnce(false),
    );
    keepKnown(known, transacted.plan);
    await releaseAddresses(connections, transacted);
    const { fetchedAfterMs, plan } = transacted;
    const { outcomes, changes, moved, webhooks } = plan;
    const deliveries = claimedOf(plan.deliveries);
    const told = waitingIn(webhooks);
    return { outcomes, changes, moved, deliveries, webhooks: told, fetchedAfterMs };
  }

  return async (writes: readonly Write[], context: PlanContext): Promise<Committed> => {
    try {
      return await run(writes, context);
    } catch (error) {
      known.clear();
      throw commitError(error);
    }
  };
}

async function withNames(
  guess: NameGuess,
  { needsNames }: PlanReads,
  transactOnce: (looksUpNames: boolean) => Promise<Transacted>,
): Promise<Transacted> {
  if (!needsNames && !guess.mustLook()) {
    try {
      return await transactOnce(false);
    } catch (error) {
      if (!isTakenName(error)) throw error;
      guess.wrong();
    }
  }
  const transacted = await transactOnce(true);
  if (transacted.seen.namesFound > 0) guess.found();
  return transacted;
}

/** A feed that begins needs its place. It is missing when the feed was erased a moment ago, and is held the next time. */
function checkBegun({ feeds }: Plan, { places }: Pick<Seen, 'places'>): void {
  if (feeds.every(({ row, isNew }) => !isNew || places.has(row.user))) return;
  throw new StoreError('busy', 'A feed was erased while a batch was to begin it anew.');
}

/** On a connection of the readers: batches that hold all of the writers' would wait for each other's. */
async function takeAddresses(connections: Connections, plan: Plan, reads: PlanReads) {
  const ask = takeAsk(plan, reads);
  if (ask) await connections.readOnce(ask);
}

/** What is left behind when it fails names a subscription that is gone, and is taken over by the next. */
async function releaseAddresses(connections: Connections, { plan, seen }: Transacted): Promise<void> {
  const ask = releaseAsk(plan, seen.snapshot);
  if (ask) await connections.writeOnce(ask).catch((error: unknown) => ignoreLost(error));
}

function ignoreLost(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

function keepKnown(known: Set<UserKey>, { feeds, erased }: Plan): void {
  if (known.size + feeds.length > feedsKnown) known.clear();
  for (const { row } of feeds) known.add(row.user);
  for (const user of erased) known.delete(user);
}

function claimedOf(deliveries: readonly RowChange<StoredDelivery>[]): PlannedDelivery[] {
  return deliveries.flatMap(({ row }) => {
    const { user, notification, subscription, kind, app, channel, seq } = row;
    return row.claimed && channel !== null
      ? [{ user, notification, subscription, kind, app, channel, seq }]
      : [];
  });
}
