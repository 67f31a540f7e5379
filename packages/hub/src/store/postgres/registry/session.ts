// The registry's database as the hub's own thread uses it: one statement or transaction at a time, called and answered
// synchronously. The thread sleeps while another one asks PostgreSQL, at most two seconds; while the database is known
// to be away it does not wait at all. A statement costs about 0.2 ms where the database is near, a commit its disk too.
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { Clock } from '../../../lib/clock.ts';
import { StoreError } from '../../store.ts';
import {
  type Answer,
  cells,
  type Message,
  type Parameter,
  type Part,
  type Request,
  type Row,
} from './threads.ts';

/** Of one statement or one whole transaction. The other thread ends every statement earlier, and says why. */
const answerMs = 2000;
/** Another hub may be migrating the database. */
const readyMs = 65_000;

type Done = Extract<Answer, { readonly kind: 'done' }>;
type Kept = Extract<Message, { readonly kind: 'part' }>;

interface SessionOptions {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly cells: Int32Array;
  readonly clock: Clock;
}

interface Transaction {
  /** The versions before it of the parts that it changed. */
  readonly raised: Map<Part, number>;
  readonly end: number;
}

export class Session {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #cells: Int32Array;
  readonly #clock: Clock;
  readonly #kept = new Map<Part, Kept>();
  #asked = 0;
  #answer: Answer | null = null;
  #transaction: Transaction | null = null;
  #reason = '';
  #gone = false;

  constructor(options: SessionOptions) {
    this.#worker = options.worker;
    this.#port = options.port;
    this.#cells = options.cells;
    this.#clock = options.clock;
    // Nothing piles up in a hub that is asked nothing.
    this.#port.on('message', (message: Message) => this.#take(message));
    this.#port.unref();
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#lose(`The registry's thread ended: ${String(error)}`));
    this.#worker.on('exit', () => this.#lose('The registry is closed.'));
  }

  /** Until the thread has connected, migrated and read what is kept in memory. Throws with why it could not. */
  awaitReady(): void {
    this.#await(0, readyMs);
  }

  /** Throws a StoreError: `unavailable` within two seconds when the database is away. */
  query(text: string, ...values: Parameter[]): Done {
    const inTransaction = this.#transaction !== null;
    const done = this.#ask({ kind: 'query', text, values: values.map(pack), inTransaction });
    return { ...done, rows: done.rows.map(unpackRow) };
  }

  /** One transaction around several statements. Inside another one it joins it. Durable when it returns. */
  atomically<T>(write: () => T): T {
    if (this.#transaction !== null) return write();
    const transaction = { raised: new Map<Part, number>(), end: this.#clock.now() + answerMs };
    this.#ask({ kind: 'begin' });
    this.#transaction = transaction;
    try {
      const result = write();
      const boundMs = transaction.end - this.#clock.now();
      this.#ask({ kind: 'commit', raised: [...transaction.raised], boundMs });
      return result;
    } catch (error) {
      // Nobody waits for this; what is asked next comes after it.
      if (!this.#gone) this.#send({ kind: 'rollback' });
      throw error;
    } finally {
      this.#transaction = null;
    }
  }

  /**
   * Inside the transaction that changes the part, before it reads what it decides by: whoever changes the same part
   * waits until this transaction ends. The commit tells all hubs, and waits for them.
   */
  raise(part: Part): void {
    const { rows } = this.query(raiseVersion, part);
    const version = rows[0]?.version as number;
    const raised = this.#transaction?.raised;
    if (!raised?.has(part)) raised?.set(part, version - 1);
  }

  /** As of the newest version that this process knows; never waits. */
  keptOf(part: Part): { readonly version: number; readonly rows: readonly Row[] } {
    const kept = this.#kept.get(part);
    if (kept?.version === Atomics.load(this.#cells, cells[part])) return kept;
    this.#drain();
    return this.#kept.get(part) ?? { version: 0, rows: [] };
  }

  close(): void {
    try {
      if (!this.#gone) this.#await(this.#send({ kind: 'close' }), answerMs);
    } catch {
      // It ends below, whatever it was doing.
    }
    this.#gone = true;
    this.#port.close();
    void this.#worker.terminate();
  }

  #ask(request: Request): Done {
    if (this.#gone || Atomics.load(this.#cells, cells.away) !== 0) {
      this.#drain();
      throw unavailable(this.#reason);
    }
    // A slow server may not take the time once for each statement.
    const left = this.#transaction ? this.#transaction.end - this.#clock.now() : answerMs;
    if (left <= 0) throw tooLate();
    return this.#await(this.#send(request), left);
  }

  #send(request: Request): number {
    this.#asked += 1;
    this.#worker.postMessage({ id: this.#asked, request });
    return this.#asked;
  }

  #await(id: number, boundMs: number): Done {
    const end = this.#clock.now() + boundMs;
    for (;;) {
      // Read before looking: an answer that comes after the look has changed it, and the wait ends at once.
      const answered = Atomics.load(this.#cells, cells.answered);
      this.#drain();
      const answer = this.#answer;
      if (answer?.id === id) {
        this.#answer = null;
        if (answer.kind === 'done') return answer;
        throw new StoreError(answer.fault, answer.message);
      }
      const left = end - this.#clock.now();
      if (left <= 0) throw tooLate();
      Atomics.wait(this.#cells, cells.answered, answered, left);
    }
  }

  #drain(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as Message);
    }
  }

  #take(message: Message): void {
    if (message.kind === 'part') {
      this.#kept.set(message.part, { ...message, rows: message.rows.map(unpackRow) });
    } else if (message.kind === 'away') {
      this.#reason = message.reason;
    } else {
      this.#answer = message;
    }
  }

  #lose(reason: string): void {
    if (!this.#gone) this.#reason = reason;
    this.#gone = true;
  }
}

/** The channel is that of registry-link. */
const raiseVersion = `
  WITH raised AS (UPDATE part_version SET version = version + 1 WHERE part = $1 RETURNING version)
  SELECT version, pg_notify('carillon_registry', $1) FROM raised`;

function tooLate(): StoreError {
  return unavailable('PostgreSQL took too long; what was asked may still be done.');
}

function unavailable(reason: string): StoreError {
  return new StoreError('unavailable', reason);
}

// A text of PostgreSQL can't hold U+0000, which a client may well send: it is escaped, and so is what escapes it.
function pack(value: Parameter): Parameter {
  if (Array.isArray(value)) return value.map(packText);
  return typeof value === 'string' ? packText(value) : value;
}

export function packText(text: string): string {
  return text.replaceAll('\x1a', '\x1a1').replaceAll('\0', '\x1a0');
}

function unpackRow(row: Row): Row {
  if (!Object.values(row).some((value) => typeof value === 'string' && value.includes('\x1a'))) return row;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? unpackText(value) : value]),
  );
}

export function unpackText(text: string): string {
  return text.replaceAll('\x1a0', '\0').replaceAll('\x1a1', '\x1a');
}
