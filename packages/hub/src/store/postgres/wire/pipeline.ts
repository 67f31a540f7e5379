// Several statements as one round trip: sent in one packet with a single Sync at its end, so that the server answers in
// one packet too. With a Sync for each, as the driver's own pipelines have it, the server sends, and wakes this process,
// as often as there are statements (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
// What fails leaves all that follow it undone. A statement is prepared, and its rows described, once a connection.
import { createHash } from 'node:crypto';
import { type ClientBase, type Connection, DatabaseError, types } from 'pg';
import { queryError } from './fault.ts';
import { Packet, type Parameter } from './packet.ts';

/** Its name is that of its text; one without a name is not kept. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Row = Record<string, unknown>;

export interface Ask {
  readonly statement: Statement;
  readonly values: readonly Parameter[];
}

export interface Answer {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: readonly Row[];
}

export function statement(text: string): Statement {
  return { name: `c${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text };
}

export const begin = statement('BEGIN');
export const commit = statement('COMMIT');
export const rollback = statement('ROLLBACK');

// A pipeline uses what pg does not promise, so package.json names one version of it: a client's `connection` with its
// `stream` and its events `readyForQuery` and `end`, and that `query` takes an object with `submit`, `callback` and a
// `handle…` for each message. With another version, run test/contract/postgres-*.

/** Rejects with the first failure, once the connection can be used again or is gone. */
export function pipeline(client: ClientBase, asks: readonly Ask[]): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const kept = keptOf((client as unknown as { connection: Connection }).connection);
    const packet = kept.packet ?? new Packet();
    kept.packet = null;
    write(packet, asks, kept.prepared);
    const settle = (error: unknown, answers: Answer[]) => {
      kept.packet = packet;
      if (error) reject(queryError(error));
      else resolve(answers);
    };
    client.query(new Pipeline(asks, kept.prepared, packet.bytes, settle));
  });
}

interface Field {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

interface Kept {
  /** How the rows of each statement that is prepared are read. */
  readonly prepared: Map<string, readonly Field[]>;
  /** Null while what is in it waits for its answer. */
  packet: Packet | null;
}

const ofConnections = new WeakMap<Connection, Kept>();

function keptOf(connection: Connection): Kept {
  let found = ofConnections.get(connection);
  if (!found) {
    found = { prepared: new Map(), packet: null };
    ofConnections.set(connection, found);
  }
  return found;
}

function write(packet: Packet, asks: readonly Ask[], prepared: ReadonlyMap<string, unknown>): void {
  const sent = new Set<string>();
  packet.begin();
  for (const { statement, values } of asks) {
    const { name, text } = statement;
    const isNew = !prepared.has(name) && !sent.has(name);
    if (isNew) packet.prepare(name, text);
    if (name !== '') sent.add(name);
    packet.run(name, values, isNew);
  }
  packet.sync();
}

const bigintOid = 20;

// Sequences and times stay below 2^53. Only these connections read them so, not every user of the driver.
function readerOf(oid: number): Field['read'] {
  return oid === bigintOid ? Number : types.getTypeParser(oid, 'text');
}

interface DescribedField {
  readonly name: string;
  readonly dataTypeID: number;
}

/** What the driver's client calls with the server's messages, as it does for its own queries. */
class Pipeline {
  /** The client wraps it, to end its timer. */
  callback: (error: unknown, answers: Answer[]) => void;
  readonly #asks: readonly Ask[];
  readonly #answers: Answer[] = [];
  readonly #described = new Map<string, readonly Field[]>();
  readonly #prepared: Map<string, readonly Field[]>;
  readonly #packet: Buffer;
  #rows: Row[] = [];

  constructor(
    asks: readonly Ask[],
    prepared: Map<string, readonly Field[]>,
    packet: Buffer,
    settle: (error: unknown, answers: Answer[]) => void,
  ) {
    this.#asks = asks;
    this.#prepared = prepared;
    this.#packet = packet;
    this.callback = settle;
  }

  submit(connection: Connection): void {
    connection.stream.write(this.#packet);
  }

  handleRowDescription({ fields }: { readonly fields: readonly DescribedField[] }): void {
    const read = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID) }));
    this.#described.set(this.#current.name, read);
  }

  handleDataRow({ fields: texts }: { readonly fields: readonly (string | null)[] }): void {
    const { name } = this.#current;
    const fields = this.#prepared.get(name) ?? this.#described.get(name) ?? [];
    const row: Row = {};
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index] as Field;
      const text = texts[index] as string | null;
      row[field.name] = text === null ? null : field.read(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const { name } = this.#current;
    if (name !== '' && !this.#prepared.has(name)) this.#prepared.set(name, this.#described.get(name) ?? []);
    const [command = '', ...counts] = text.split(' ');
    const count = counts.at(-1);
    this.#answers.push({ command, rowCount: count === undefined ? null : Number(count), rows: this.#rows });
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#answers);
  }

  /** An answer of the server leaves the connection busy until it has come to the Sync. */
  handleError(error: unknown, connection: Connection): void {
    if (!(error instanceof DatabaseError)) {
      this.callback(error, []);
      return;
    }
    const settle = (): void => {
      connection.off('readyForQuery', settle);
      connection.off('end', settle);
      this.callback(error, []);
    };
    connection.on('readyForQuery', settle);
    connection.on('end', settle);
  }

  get #current(): Statement {
    return (this.#asks[this.#answers.length] as Ask).statement;
  }
}
