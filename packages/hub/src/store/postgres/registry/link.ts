// The registry's connections to PostgreSQL: one listens for changes of any hub, and a pool asks. When the listening one is
// lost, misses its time or finds a standby, the database counts as unreachable, and the connection is retried with jitter.
// Needs direct connections or a pooler in session mode.
import { Socket } from 'node:net';
import { type Client, type ClientBase, Pool } from 'pg';
import type { Clock } from '../../../lib/clock.ts';
import type { Random } from '../../../lib/random.ts';
import { StoreError } from '../../store.ts';
import { type Migration, migrate } from '../maintenance/migrate.ts';
import { queryError } from '../wire/fault.ts';
import { refusePooler } from '../wire/pooler.ts';
import { discard, lifetimeSeconds, Servers } from '../wire/servers.ts';
import { numbersAsNumbers } from './numbers.ts';

export interface LinkOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly random: Random;
  /** After each connecting, before the database counts as there. */
  prepare(listening: Client): Promise<void>;
  /** Another hub, or this one, changed a part. */
  onChange(): void;
}

/** The channel of everyone's commits; the payload is the part. */
const channel = 'carillon_registry';

/** Beside the one that listens. Statements are short, and tickets are spent many at once. */
const askingMax = 4;
/** Of a connection that is made, or of the wait for one of the pool; with an answer below two seconds. */
const connectMs = 600;
const firstConnectMs = 5000;
/** While the database is away nobody waits for these; with the time of connecting they keep its return within 2 s. */
const delaysMs = { first: 50, most: 400 };
const answerMs = 1000;
const lockWaitMs = 800;
/** A hub that stops in the middle of a transaction releases its locks. */
const idleInTransactionMs = 5000;

// A database set to answer before its disk has the commit would make every answer of the hub a guess.
const settings = `SET jit = off; SET statement_timeout = ${answerMs}; SET lock_timeout = ${lockWaitMs};
SET idle_in_transaction_session_timeout = ${idleInTransactionMs}; SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';`;

export class Link {
  readonly #options: LinkOptions;
  readonly #servers: Servers;
  readonly #pool: Pool;
  #listening: Client | null = null;
  #away = 'The registry is not open yet.';
  #delayMs = delaysMs.first;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#servers = new Servers(options.url);
    this.#pool = openPool(this.#servers);
  }

  /** The first connecting, and the migrations; fails instead of trying again. */
  async open(): Promise<void> {
    try {
      await refusePooler(this.#options.url);
      await this.#listenAtFirst();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #listenAtFirst(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#listen(firstConnectMs, (client) => migrate(client, this.#options.migrations));
      } catch (error) {
        if (tries >= this.#servers.count) throw error;
      }
    }
  }

  /** Lends a connection. One that ends badly is not used again. */
  async lend<T>(use: (client: ClientBase) => Promise<T>): Promise<T> {
    if (!this.#listening) throw new StoreError('unavailable', this.#away);
    const client = await this.#servers.borrow(this.#pool);
    let isGood = false;
    try {
      const result = await use(client);
      isGood = client.getTransactionStatus() === 'I';
      return result;
    } catch (error) {
      const failure = error instanceof StoreError ? error : null;
      isGood = failure?.fault !== 'unavailable' && client.getTransactionStatus() === 'I';
      throw error;
    } finally {
      client.release(!isGood);
    }
  }

  /** Replaces the listening connection when it leads to a standby, or to another server than newer ones. */
  async check(): Promise<void> {
    const client = this.#listening;
    if (!client) return;
    const isCurrent = await this.#servers.isCurrent(client).catch(() => false);
    if (!isCurrent) this.lost(client, new StoreError('unavailable', otherServer));
  }

  /** Whatever the listening connection failed with: one that can't be trusted any more is replaced. */
  lost(client: Client, error: unknown): void {
    if (this.#listening !== client) return;
    this.#listening = null;
    discard(client);
    this.#connectLater(queryError(error).message);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const listening = this.#listening;
    this.#listening = null;
    this.#away = 'The registry is closed.';
    await Promise.all([listening && end(listening), this.#pool.end()]);
  }

  #connectLater(reason: string): void {
    if (this.#closed) return;
    const { clock, random } = this.#options;
    this.#away = reason;
    clock.after(this.#delayMs * random(), () => {
      this.#listen(connectMs).catch((error: unknown) => this.#connectLater(queryError(error).message));
    });
    this.#delayMs = Math.min(this.#delayMs * 2, delaysMs.most);
  }

  async #listen(connectionTimeoutMillis: number, first?: (client: Client) => Promise<void>): Promise<void> {
    const { onChange, prepare } = this.#options;
    if (this.#closed) return;
    const ListeningClient = this.#servers.clients(settings);
    const client = new ListeningClient({ ...connection, connectionTimeoutMillis });
    try {
      await client.connect();
      await first?.(client);
      client.on('notification', onChange);
      await client.query(`LISTEN ${channel}`);
      await prepare(client);
      if (this.#closed) return discard(client);
    } catch (error) {
      discard(client);
      throw error instanceof StoreError || first ? error : queryError(error);
    }
    client.on('end', () => this.lost(client, new StoreError('unavailable', connectionLost)));
    unref(client);
    this.#listening = client;
    this.#delayMs = delaysMs.first;
  }
}

const otherServer = 'PostgreSQL is a standby there now, or another server took its place.';
const connectionLost = 'The connection to PostgreSQL was lost; it is made anew.';

const connection = {
  types: numbersAsNumbers,
  application_name: 'carillon-registry',
  query_timeout: answerMs,
  keepAlive: true,
};

function openPool(servers: Servers): Pool {
  const pool = new Pool({
    ...connection,
    Client: servers.clients(settings),
    max: askingMax,
    connectionTimeoutMillis: connectMs,
    maxLifetimeSeconds: lifetimeSeconds,
    allowExitOnIdle: true,
  });
  // A connection that breaks while nobody uses it has left the pool; the next call makes another.
  pool.on('error', ignore);
  return pool;
}

/** An open registry keeps no process alive. */
function unref({ connection: { stream } }: Client): void {
  if (stream instanceof Socket) stream.unref();
}

/** A connection that is being closed does, or its close would never end. */
function end(client: Client): Promise<void> {
  const { stream } = client.connection;
  if (stream instanceof Socket) stream.ref();
  return client.end();
}

function ignore(): void {}
