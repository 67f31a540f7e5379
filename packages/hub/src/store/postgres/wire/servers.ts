// Which server the hub uses, and every connection to it. Each connection is checked before anybody gets it, and again
// when it is lent after a pause: a standby serves nothing, since its reads lack what was answered elsewhere. Of several
// servers in the URL the next is tried after a failure. Once a new connection reaches another server than those before
// it, as after a failover behind one address, the older ones are not used again.
import { Client, type ClientBase, type ClientConfig, type Pool, type PoolClient, type QueryResult } from 'pg';
import { serversOf } from '../../database-url.ts';
import { StoreError, UnusableStore } from '../../store.ts';
import { queryError } from './fault.ts';

const encodings: readonly unknown[] = ['UTF8', 'SQL_ASCII'];
/** How long a connection that was checked counts as checked. */
const checkedMs = 2000;
/** The second look, which takes from the two seconds of a commit. */
const lookMs = 400;
/** A connection is made anew now and then, and finds out where its address leads. */
export const lifetimeSeconds = 60;
const look = `SELECT pg_is_in_recovery() AS standby, current_setting('server_encoding') AS encoding,
  pg_postmaster_start_time()::text AS started`;
const lookAgain = 'SELECT pg_is_in_recovery() AS standby';

export type SessionClient = new (config?: ClientConfig | string) => Client;

export class Servers {
  readonly #urls: readonly string[];
  readonly #checks = new WeakMap<ClientBase, { readonly started: string; at: number }>();
  #at = 0;
  /** When the server of the newest connection was started, which tells servers apart. */
  #started = '';

  constructor(url: string) {
    this.#urls = serversOf(url);
  }

  get count(): number {
    return this.#urls.length;
  }

  /** A class of connections, each with these settings: statements, each with a semicolon at its end. */
  clients(settings: string): SessionClient {
    const servers = this;
    return class extends Client {
      readonly #url: string;

      constructor(config?: ClientConfig | string) {
        const url = servers.#urls[servers.#at] as string;
        super({ ...(typeof config === 'object' ? config : {}), connectionString: url });
        this.#url = url;
        // For as long as it lives: pg and its pool leave moments without a listener, such as right after the handshake.
        // Whoever uses it meanwhile learns of it by a query that fails.
        this.on('error', ignore);
      }

      override connect(): Promise<Client>;
      override connect(callback: ((error: Error) => void) | ((error: null, client: Client) => void)): void;
      override connect(callback?: (error: never, client: Client) => void): Promise<Client> | undefined {
        const done = this.#connect();
        if (!callback) return done;
        const call = callback as (error: unknown, client: Client) => void;
        done.then(
          () => call(null, this),
          (error: unknown) => call(error, this),
        );
        return undefined;
      }

      async #connect(): Promise<Client> {
        try {
          await super.connect();
          await servers.#check(this, settings);
          return this;
        } catch (error) {
          servers.#leave(this.#url);
          discard(this);
          throw queryError(error);
        }
      }
    };
  }

  /** A connection of the pool that was checked lately; each server of the list is tried once. */
  async borrow(pool: Pool): Promise<PoolClient> {
    let failures = 0;
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        if (++failures >= this.count) throw queryError(error);
        return null;
      });
      if (client === null) continue;
      try {
        if (await this.isCurrent(client)) return client;
        // A new one, or an idle one that is as old, comes next.
        client.release(true);
      } catch (error) {
        client.release(true);
        throw queryError(error);
      }
    }
  }

  /** False when it leads to a standby, or to another server than newer connections; rejects when it gives no answer. */
  async isCurrent(client: ClientBase): Promise<boolean> {
    const check = this.#checks.get(client);
    if (!check || check.started !== this.#started) return false;
    if (performance.now() - check.at < checkedMs) return true;
    const again = { text: lookAgain, query_timeout: lookMs };
    const { rows } = await client.query(again);
    check.at = performance.now();
    return rows[0]?.standby === false;
  }

  async #check(client: Client, settings: string): Promise<void> {
    // One round trip: connecting has little time.
    const answers: QueryResult | QueryResult[] = await client.query(`${settings}${look}`);
    const { standby, encoding, started } = [answers].flat().at(-1)?.rows[0] ?? {};
    if (!encodings.includes(encoding))
      throw new UnusableStore(
        `the database has the encoding ${encoding}, and the hub needs UTF8 or SQL_ASCII: create one with ENCODING 'UTF8'`,
      );
    if (standby === true)
      throw new StoreError('unavailable', 'PostgreSQL is a standby there, which takes no writes.');
    this.#started = String(started);
    this.#checks.set(client, { started: this.#started, at: performance.now() });
  }

  #leave(url: string): void {
    if (this.#urls[this.#at] === url) this.#at = (this.#at + 1) % this.#urls.length;
  }
}

/** Without waiting for a server that may not answer. */
export function discard(client: Client): void {
  client.end().catch(ignore);
  client.connection.stream.destroy();
}

function ignore(): void {}
