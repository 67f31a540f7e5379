// The registry's database as the hub uses it: statements and transactions over a few connections, each answered or refused
// within two seconds. While the database is known to be unreachable, calls fail at once. A change of what is in memory
// returns when all hubs have it; it waits 0.6 s for a hub that hangs, which gets it later.
import type { ClientBase } from 'pg';
import type { Clock } from '../../../lib/clock.ts';
import type { Answered, Parameter, Part, Session, Transaction } from '../../sql-registry/session.ts';
import { StoreError } from '../../store.ts';
import { queryError } from '../wire/fault.ts';
import type { Link } from './link.ts';
import { awaitOthers, type Raised, type Refresh } from './refresh.ts';
import { packText, unpackRow } from './text.ts';

/** Of a whole transaction, with the wait for a connection; one statement ends earlier. */
const transactionMs = 1900;
/** After a commit is durable, memory and the other hubs may take what is left of the caller's time, but for this. */
const answerMarginMs = 100;

export interface SessionOptions {
  readonly link: Link;
  readonly refresh: Refresh;
  readonly clock: Clock;
}

export class PostgresSession implements Session {
  readonly #options: SessionOptions;
  /** Each connection prepares a text once, under its name. */
  readonly #names = new Map<string, string>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  query(text: string, ...values: Parameter[]): Promise<Answered> {
    return this.#lend((client) => this.#ask(client, text, values));
  }

  atomically<T>(write: (within: Transaction) => Promise<T>): Promise<T> {
    const end = this.#options.clock.now() + transactionMs;
    return this.#lend((client) => this.#transact(client, end, write));
  }

  close(): Promise<void> {
    return this.#options.link.close();
  }

  /** Reads what changed; a connection that can't is replaced. */
  async look(): Promise<void> {
    const { refresh, link } = this.#options;
    await link.check();
    const { listening } = refresh;
    await refresh.catchUp().catch((error: unknown) => {
      if (listening) link.lost(listening, error);
    });
  }

  async #lend<T>(use: (client: ClientBase) => Promise<T>): Promise<T> {
    try {
      return await this.#options.link.lend(use);
    } catch (error) {
      // Found out at once, nobody waits as long as this caller did.
      if (error instanceof StoreError && error.fault === 'unavailable') void this.look();
      throw error;
    }
  }

  async #transact<T>(
    client: ClientBase,
    end: number,
    write: (within: Transaction) => Promise<T>,
  ): Promise<T> {
    const raised = new Map<Part, number>();
    const ask = (text: string, values: readonly Parameter[] = []): Promise<Answered> =>
      this.#until(end, () => this.#ask(client, text, values));
    const within = openTransaction(ask, raised);
    try {
      await ask('BEGIN');
      const result = await write(within.transaction);
      within.close();
      await this.#until(end, () => commit(client));
      if (raised.size > 0) await this.#tellAll(client, end, [...raised]);
      return result;
    } catch (error) {
      within.close();
      // Without an answer the connection is dropped, and the transaction with it.
      if (!(error instanceof StoreError && error.fault === 'unavailable')) await client.query('ROLLBACK');
      throw error;
    }
  }

  async #ask(client: ClientBase, text: string, values: readonly Parameter[]): Promise<Answered> {
    try {
      const { rows, rowCount } = await client.query({
        name: this.#nameOf(text),
        text,
        values: values.map((value) => (typeof value === 'string' ? packText(value) : value)),
      });
      return { rows: rows.map(unpackRow), count: rowCount ?? 0 };
    } catch (error) {
      throw queryError(error);
    }
  }

  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `r${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  /** A slow server may not take the time of a statement for each of them. */
  #until<T>(end: number, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const left = end - clock.now();
    if (left <= 0) return Promise.reject(tooLate());
    return new Promise((resolve, reject) => {
      const timer = clock.after(left, () => reject(tooLate()));
      void work()
        .then(resolve, reject)
        .finally(() => timer.stop());
    });
  }

  /** What is durable is no failure any more: lateness and losses after it are not the caller's. */
  async #tellAll(client: ClientBase, end: number, raised: readonly Raised[]): Promise<void> {
    await this.#until(end - answerMarginMs, async () => {
      await this.look();
      await awaitOthers(client, raised);
    }).catch(() => {});
  }
}

/** Closed, it refuses whoever kept it. */
function openTransaction(
  ask: (text: string, values: readonly Parameter[]) => Promise<Answered>,
  raised: Map<Part, number>,
): { readonly transaction: Transaction; close(): void } {
  let isOver = false;
  const transaction: Transaction = {
    async query(text, ...values) {
      if (isOver) throw new StoreError('poison', 'The transaction is over.');
      return ask(text, values);
    },
    atomically: (write) => write(transaction),
    async raise(part) {
      const { rows } = await transaction.query(raiseVersion, part);
      const version = Number(rows[0]?.version);
      if (!raised.has(part)) raised.set(part, version - 1);
    },
  };
  return {
    transaction,
    close() {
      isOver = true;
    },
  };
}

/** The channel is that of the link. */
const raiseVersion = `
  WITH raised AS (UPDATE part_version SET version = version + 1 WHERE part = $1 RETURNING version)
  SELECT version, pg_notify('carillon_registry', $1) FROM raised`;

async function commit(client: ClientBase): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('COMMIT'));
  } catch (error) {
    throw queryError(error);
  }
  // A transaction in which a statement failed is rolled back, and PostgreSQL calls that no error.
  if (command !== 'COMMIT') throw new StoreError('poison', 'A statement of the transaction had failed.');
}

function tooLate(): StoreError {
  return new StoreError('unavailable', 'PostgreSQL took too long; what was asked may still be done.');
}
