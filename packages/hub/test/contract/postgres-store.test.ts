import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';
import { type OpenedStore, storeContract } from './store.ts';
import { deliveriesContract } from './store-deliveries.ts';
import { storeReadsContract } from './store-reads.ts';

async function open(): Promise<OpenedStore> {
  const server = await sharedPostgres();
  const store = await openFeedStore({ url: await server.createDatabase(), planner: planBatch });
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

storeContract('PostgreSQL', open);
storeReadsContract('PostgreSQL', open);
deliveriesContract('PostgreSQL', open);
