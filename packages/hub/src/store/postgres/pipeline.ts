// Several statements as one round trip: sent in one packet with a single Sync at its end, so that the server answers in
// one packet too. With a Sync for each, as the driver's own pipelines have it, the server sends, and wakes this process,
// as often as there are statements (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
// What fails leaves all that follow it undone. A statement is prepared, and its rows described, once a connection.
import { createHash } from 'node:crypto';
import { type ClientBase, type Connection, DatabaseError, types } from 'pg';
import { queryError } from './fault.ts';

/** Its name is that of its text; one without a name is not kept. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Parameter = Buffer | string | number | boolean | null;
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

/** Rejects with the first failure, once the connection can be used again or is gone. */
export function pipeline(client: ClientBase, asks: readonly Ask[]): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, answers: Answer[]) =>
      error ? reject(queryError(error)) : resolve(answers);
    client.query(new Pipeline(asks, settle));
  });
}

interface Field {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** How the rows of each statement that a connection has prepared are read. */
const preparedOf = new WeakMap<Connection, Map<string, readonly Field[]>>();

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
  #prepared = new Map<string, readonly Field[]>();
  #rows: Row[] = [];

  constructor(asks: readonly Ask[], settle: (error: unknown, answers: Answer[]) => void) {
    this.#asks = asks;
    this.callback = settle;
  }

  submit(connection: Connection): void {
    this.#prepared = preparedOf.get(connection) ?? new Map();
    preparedOf.set(connection, this.#prepared);
    connection.stream.cork();
    const sent = new Set(this.#prepared.keys());
    for (const ask of this.#asks) send(connection, ask, sent);
    connection.sync();
    connection.stream.uncork();
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

function send(
  connection: Connection,
  { statement: { name, text }, values }: Ask,
  prepared: Set<string>,
): void {
  const isNew = !prepared.has(name);
  if (name !== '') prepared.add(name);
  if (isNew) {
    // It may be there from a pipeline that failed before its answer; to close what is not there is no error.
    connection.close({ type: 'S', name }, true);
    connection.parse({ name, text, types: [] }, true);
  }
  connection.bind({ statement: name, values: values.map(parameterOf) }, true);
  if (isNew) connection.describe({ type: 'P' }, true);
  connection.execute({}, true);
}

/** Bytes go as they are, everything else as its text. */
function parameterOf(value: Parameter): Buffer | string | null {
  return value === null || Buffer.isBuffer(value) ? value : String(value);
}
