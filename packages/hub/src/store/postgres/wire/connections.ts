// Connections to PostgreSQL: two pools, so that a flood of reads never delays a commit. Whatever happens to the server or
// the network, each call ends within the time given here, and a connection that missed it is discarded.
import { type ClientBase, Pool, type PoolClient } from 'pg';
import { StoreError } from '../../store.ts';
import { type Answer, type Ask, pipeline } from './pipeline.ts';
import { lifetimeSeconds, Servers } from './servers.ts';

export interface Connections {
  /** Lends a connection for a transaction; one that ends badly is not used again. */
  write<T>(use: (client: ClientBase) => Promise<T>): Promise<T>;
  /** One statement, alone. */
  writeOnce(ask: Ask): Promise<Answer>;
  read<T>(use: (client: ClientBase) => Promise<T>): Promise<T>;
  readOnce(ask: Ask): Promise<Answer>;
  close(): Promise<void>;
}

/** A failed commit is answered within two seconds: its last round trip, and a new connection that asks for the outcome. */
const connectMs = 600;
const answerMs = 1000;
/** How long a statement waits for a lock of another node; with the committer's retries, within two seconds. */
const lockWaitMs = 400;
/** A node that stops in the middle of a transaction releases its locks. */
const idleInTransactionMs = 5000;
/** The committer has two batches under way; beside them go claims and moves of push addresses. */
const writers = 4;
const readers = 4;

// Compiling a plan costs more than any of these statements. A plan that is made while a table is empty must not walk
// through it once it is full: every statement goes to its rows one by one, in the order of its keys. A database set to answer before its disk has the commit would make every answer of
// the hub a guess.
const session = `SET jit = off; SET enable_seqscan = off; SET enable_mergejoin = off; SET enable_hashjoin = off;
SET statement_timeout = ${answerMs}; SET lock_timeout = ${lockWaitMs};
SET idle_in_transaction_session_timeout = ${idleInTransactionMs}; SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';`;

export function openConnections(url: string): Connections {
  const servers = new Servers(url);
  const [writing, reading] = [openPool(servers, writers), openPool(servers, readers)];
  return {
    write: (use) => lend(servers, writing, use),
    writeOnce: (ask) => lend(servers, writing, (client) => one(client, ask)),
    read: (use) => lend(servers, reading, use),
    readOnce: (ask) => lend(servers, reading, (client) => one(client, ask)),
    async close() {
      await Promise.all([writing.end(), reading.end()]);
    },
  };
}

async function one(client: ClientBase, ask: Ask): Promise<Answer> {
  const [answer] = await pipeline(client, [ask]);
  return answer as Answer;
}

function openPool(servers: Servers, max: number): Pool {
  const pool = new Pool({
    Client: servers.clients(session),
    max,
    application_name: 'carillon',
    connectionTimeoutMillis: connectMs,
    maxLifetimeSeconds: lifetimeSeconds,
    query_timeout: answerMs,
    keepAlive: true,
  });
  // A connection that breaks while nobody uses it has left the pool; the next call makes another.
  pool.on('error', () => {});
  return pool;
}

async function lend<T>(servers: Servers, pool: Pool, use: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await servers.borrow(pool);
  let broken = true;
  try {
    const result = await use(client);
    broken = false;
    return result;
  } catch (error) {
    broken = !(await isIdleAgain(client, error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** After a failure of a statement or of the plan the transaction is undone; after one of the connection it is dropped. */
async function isIdleAgain(client: PoolClient, error: unknown): Promise<boolean> {
  if (error instanceof StoreError && error.fault === 'unavailable') return false;
  if (client.getTransactionStatus() === 'I') return true;
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}
