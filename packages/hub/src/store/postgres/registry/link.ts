// The two connections of the registry's thread: one asks what the hub asks, the other listens for what other hubs
// changed. They live and die together: when one is lost, misses its time, or finds a standby, both are dropped and made
// anew, again and again with jitter, until the database is back. Needs a direct connection or a pooler in session mode.
import { Client, type CustomTypesConfig, types } from 'pg';
import type { Clock } from '../../../lib/clock.ts';
import type { Random } from '../../../lib/random.ts';
import { StoreError } from '../../store.ts';
import { type Migration, migrate } from '../maintenance/migrate.ts';
import { queryError } from '../wire/fault.ts';

export interface Link {
  readonly asking: Client;
  readonly listening: Client;
}

export interface LinkOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly random: Random;
  /** After each connecting, before the link is used. */
  prepare(link: Link): Promise<void>;
  onUp(): void;
  onDown(reason: string): void;
  /** Another hub, or this one, changed a part. */
  onChange(): void;
}

/** The channel of everyone's commits; the payload is the part. */
export const channel = 'carillon_registry';

export const connectionLost = 'The connection to PostgreSQL was lost; it is made anew.';

/** While the database is away nobody waits for these; with the delay they keep its return within two seconds. */
const connectMs = 1000;
const firstConnectMs = 5000;
const delaysMs = { first: 50, most: 400 };
/** A request is a statement, or a commit and what follows it: together below the two seconds that the hub waits. */
const answerMs = 1000;
const lockWaitMs = 800;
/** A hub that stops in the middle of a transaction lets go of its locks. */
const idleInTransactionMs = 5000;

const bigintOid = 20;
// Times and versions stay below 2^53.
const customTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintOid ? Number : types.getTypeParser(oid, format as 'text'),
};

// A database set to answer before its disk has the commit would make every answer of the hub a guess.
const session = `SET jit = off; SET statement_timeout = ${answerMs}; SET lock_timeout = ${lockWaitMs};
SET idle_in_transaction_session_timeout = ${idleInTransactionMs}; SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

export class LinkKeeper {
  readonly #options: LinkOptions;
  #link: Link | null = null;
  #delayMs = delaysMs.first;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get link(): Link | null {
    return this.#link;
  }

  /** The first connecting, and the migrations; fails instead of trying again. */
  async open(): Promise<void> {
    const link = await this.#connect(firstConnectMs);
    try {
      await migrate(link.asking, this.#options.migrations);
      await this.#options.prepare(link);
      this.#use(link);
    } catch (error) {
      drop(link);
      throw error;
    }
  }

  /** Whatever a statement failed with: a connection that can't be trusted any more is replaced. */
  failed(link: Link, error: unknown): StoreError {
    const failure = queryError(error);
    if (failure.fault === 'unavailable') this.#lose(link, failure.message);
    return failure;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    this.#link = null;
    if (link) await Promise.all([link.asking.end(), link.listening.end()]);
  }

  async #connect(connectionTimeoutMillis: number): Promise<Link> {
    const connecting = [this.#newClient(connectionTimeoutMillis), this.#newClient(connectionTimeoutMillis)];
    const [asking, listening] = connecting as [Client, Client];
    const link = { asking, listening };
    try {
      await Promise.all(connecting.map(begin));
      listening.on('notification', this.#options.onChange);
      await listening.query(`LISTEN ${channel}`);
      return link;
    } catch (error) {
      drop(link);
      throw queryError(error);
    }
  }

  #newClient(connectionTimeoutMillis: number): Client {
    const client = new Client({
      connectionString: this.#options.url,
      types: customTypes,
      application_name: 'carillon-registry',
      connectionTimeoutMillis,
      query_timeout: answerMs,
      keepAlive: true,
    });
    client.on('error', () => {}); // `end` follows
    return client;
  }

  #use(link: Link): void {
    this.#link = link;
    this.#delayMs = delaysMs.first;
    for (const client of [link.asking, link.listening]) {
      client.on('end', () => this.#lose(link, connectionLost));
    }
    this.#options.onUp();
  }

  #lose(link: Link, reason: string): void {
    if (this.#link !== link) return;
    this.#link = null;
    drop(link);
    this.#options.onDown(reason);
    this.#connectLater();
  }

  #connectLater(): void {
    const { clock, random } = this.#options;
    clock.after(this.#delayMs * random(), () => void this.#connectAgain());
    this.#delayMs = Math.min(this.#delayMs * 2, delaysMs.most);
  }

  async #connectAgain(): Promise<void> {
    if (this.#closed) return;
    let link: Link | null = null;
    try {
      link = await this.#connect(connectMs);
      await this.#options.prepare(link);
      if (this.#closed) return drop(link);
      this.#use(link);
    } catch (error) {
      if (link) drop(link);
      this.#options.onDown(queryError(error).message);
      this.#connectLater();
    }
  }
}

async function begin(client: Client): Promise<void> {
  await client.connect();
  await client.query(session);
  const { rows } = await client.query('SELECT pg_is_in_recovery() AS standby');
  if (rows[0]?.standby === true)
    throw new StoreError('unavailable', 'PostgreSQL is a standby there, which takes no writes.');
}

/** Without waiting for a server that may not answer. */
function drop({ asking, listening }: Link): void {
  for (const client of [asking, listening]) {
    client.end().catch(() => {});
    client.connection.stream.destroy();
  }
}
