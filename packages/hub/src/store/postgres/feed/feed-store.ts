// The PostgreSQL feed store as the hub sees it. Any number of hubs write one database: a feed's row lock gives its
// sequence, deliveries are claimed with a lease. Times are those the hub hands over, never the database's;
// but hubs set their clocks by it.
import { randomBytes } from 'node:crypto';
import type { PlannedDelivery, StoredDelivery } from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { Write } from '../../../model/write.ts';
import {
  type Committed,
  type FeedStore,
  type Plan,
  type Planner,
  type RowChange,
  StoreError,
} from '../../store.ts';
import { type Migration, migrate } from '../maintenance/migrate.ts';
import { withClient } from '../wire/client.ts';
import { type Connections, openConnections } from '../wire/connections.ts';
import { commitError } from '../wire/fault.ts';
import { statement } from '../wire/pipeline.ts';
import { readPlanned } from './codec-delivery.ts';
import { letGoAsk, takeAsk } from './commit/addresses.ts';
import { openApply } from './commit/apply.ts';
import { claimAsk } from './commit/apply-deliveries.ts';
import { openInOrder } from './commit/in-order.ts';
import { isTakenName, NewNames } from './commit/name-guess.ts';
import { nameRows } from './commit/plan-reads.ts';
import { type Transacted, transact } from './commit/transaction.ts';
import { openPartitions } from './partitions.ts';
import { openReader } from './reader.ts';
import { feedMigrations } from './schema.ts';

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
  await withClient(url, (client) => migrate(client, migrations));
  const connections = openConnections(url);
  const node = randomBytes(16);
  const partitions = openPartitions(connections);
  const commit = openCommit(connections, planner, node);
  return {
    read: openReader(connections),
    shared: true,
    async commit(writes, now, claim = true) {
      partitions.tend(now);
      return commit(writes, now, claim);
    },
    async claim(query) {
      const { rows } = await connections.writeOnce(claimAsk(node, query));
      return rows.map(readPlanned);
    },
    async readTime() {
      const { rows } = await connections.readOnce({ statement: readTime, values: [] });
      return rows[0]?.now as number;
    },
    async close() {
      await partitions.idle();
      await connections.close();
    },
  };
}

const readTime = statement('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');

/** Feeds are never removed, so one that was seen need not be made sure of again. */
const feedsKnown = 100_000;

function openCommit(connections: Connections, planner: Planner, node: Buffer) {
  const known = new Set<UserKey>();
  const inOrder = openInOrder<UserKey>();
  const apply = openApply(node);
  const newNames = new NewNames();

  async function run(writes: readonly Write[], now: number, claim: boolean): Promise<Committed> {
    const named = nameRows(writes);
    const places = new Set([...named.begun].filter((user) => !known.has(user)));
    const transactOnce = (looksUpNames: boolean) =>
      transact(connections, {
        named,
        known,
        looksUpNames,
        plan: ({ snapshot }) => planner(writes, snapshot, { now, claim }),
        beforehand: (plan) => takeAddresses(connections, plan, named),
        apply: (plan, { snapshot }) => apply(plan, { named, places, before: snapshot }),
      });
    const transacted = await inOrder(new Set(named.users.keys()), () =>
      named.texts.length > 0 ? withNames(newNames, transactOnce) : transactOnce(false),
    );
    keepKnown(known, transacted.plan);
    await letGoAddresses(connections, transacted);
    const { outcomes, changes, deliveries } = transacted.plan;
    return { outcomes, changes, deliveries: claimedOf(deliveries) };
  }

  return async (writes: readonly Write[], now: number, claim: boolean): Promise<Committed> => {
    try {
      return await run(writes, now, claim);
    } catch (error) {
      known.clear();
      throw commitError(error);
    }
  };
}

async function withNames(
  newNames: NewNames,
  transactOnce: (looksUpNames: boolean) => Promise<Transacted>,
): Promise<Transacted> {
  if (!newNames.mustLook()) {
    try {
      return await transactOnce(false);
    } catch (error) {
      if (!isTakenName(error)) throw error;
      newNames.wrong();
    }
  }
  const transacted = await transactOnce(true);
  if (transacted.seen.namesFound > 0) newNames.found();
  return transacted;
}

/** On a connection of the readers: batches that hold all of the writers' would wait for each other's. */
async function takeAddresses(connections: Connections, plan: Plan, named: Parameters<typeof takeAsk>[1]) {
  const ask = takeAsk(plan, named);
  if (ask) await connections.readOnce(ask);
}

/** What is left behind when it fails names a subscription that is gone, and is taken over by the next. */
async function letGoAddresses(connections: Connections, { plan, seen }: Transacted): Promise<void> {
  const ask = letGoAsk(plan, seen.snapshot);
  if (ask) await connections.writeOnce(ask).catch((error: unknown) => ignoreLost(error));
}

function ignoreLost(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

function keepKnown(known: Set<UserKey>, { feeds }: Plan): void {
  if (known.size + feeds.length > feedsKnown) known.clear();
  for (const { row } of feeds) known.add(row.user);
}

function claimedOf(deliveries: readonly RowChange<StoredDelivery>[]): PlannedDelivery[] {
  return deliveries.flatMap(({ row }) => {
    const { user, notification, subscription, kind, app, channel, seq } = row;
    return row.claimed && channel !== null
      ? [{ user, notification, subscription, kind, app, channel, seq }]
      : [];
  });
}
