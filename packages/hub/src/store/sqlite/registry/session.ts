// The registry file as the hub's own thread uses it: statements go to whoever has the file (thread-link.ts), which never
// waits for a lock. One that another process holds is asked for again every few milliseconds, without holding up anybody else, and after
// 1.8 s the caller is refused. A transaction has the connection to itself from BEGIN to COMMIT.
import type { Clock } from '../../../lib/clock.ts';
import type { Random } from '../../../lib/random.ts';
import type { Answered, Parameter, Session, Transaction } from '../../sql-registry/session.ts';
import { StoreError } from '../../store.ts';
import type { ThreadLink } from './thread-link.ts';
import { Turns, tooLate } from './turns.ts';

/** Of one statement or one whole transaction, with all that it waits for: an answer within two seconds. */
const answerMs = 1800;
const retryMs = { least: 5, most: 25 };

export interface SessionOptions {
  readonly thread: ThreadLink;
  readonly clock: Clock;
  readonly random: Random;
  /** After a commit of this session, before its caller goes on. */
  readonly onCommit: () => void;
}

export class SqliteSession implements Session {
  readonly #options: SessionOptions;
  readonly #turns: Turns;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#turns = new Turns(options.clock);
  }

  query(text: string, ...values: Parameter[]): Promise<Answered> {
    return this.#patiently(async (end) => {
      const asked = await this.#askInTurn(end, text, values);
      // Its turn lasts as long as the thread works on it, also when nobody waits any more.
      void asked.settled.then(() => this.#turns.pass());
      return asked.answer;
    });
  }

  async atomically<T>(write: (within: Transaction) => Promise<T>): Promise<T> {
    const end = await this.#patiently((until) => this.#begin(until));
    const release = this.#options.thread.hold();
    const open = new OpenTransaction((text, values) => this.#ask(end, text, values));
    try {
      const result = await write(open);
      await open.end('COMMIT');
      this.#options.onCommit();
      return result;
    } catch (error) {
      await open.undo();
      throw error;
    } finally {
      void open.settled.then(() => this.#turns.pass());
      release();
    }
  }

  close(): Promise<void> {
    return this.#options.thread.close();
  }

  /** With the turn kept; answers when the transaction must have ended. */
  async #begin(end: number): Promise<number> {
    const asked = await this.#askInTurn(end, 'BEGIN IMMEDIATE', []);
    try {
      await asked.answer;
      return end;
    } catch (error) {
      // An answer that came too late may have begun it.
      const undone = asked.settled.then(() => this.#ask(end, 'ROLLBACK', []).settled);
      void undone.then(() => this.#turns.pass());
      throw error;
    }
  }

  async #askInTurn(end: number, text: string, values: readonly Parameter[]): Promise<Asked> {
    await this.#turns.take(end);
    return this.#ask(end, text, values);
  }

  #ask(end: number, text: string, values: readonly Parameter[]): Asked {
    const { thread, clock } = this.#options;
    const asked = thread.ask(text, values);
    const answer = new Promise<Answered>((resolve, reject) => {
      const timer = clock.after(Math.max(0, end - clock.now()), () => reject(tooLate()));
      void asked.then(resolve, reject).finally(() => timer.stop());
    });
    // Of a rollback nobody waits for the answer.
    answer.catch(() => {});
    return { answer, settled: Promise.allSettled([asked]) };
  }

  /** Again and again while another process holds a lock. */
  async #patiently<T>(attempt: (end: number) => Promise<T>): Promise<T> {
    const { clock, thread } = this.#options;
    const end = clock.now() + answerMs;
    const release = thread.hold();
    try {
      for (;;) {
        try {
          return await attempt(end);
        } catch (error) {
          if (!(error instanceof StoreError && error.fault === 'busy')) throw error;
          if (clock.now() + retryMs.most >= end)
            throw new StoreError('unavailable', `The registry is locked: ${error.message}.`, error);
        }
        await this.#pause();
      }
    } finally {
      release();
    }
  }

  #pause(): Promise<void> {
    const { clock, random } = this.#options;
    const delayMs = retryMs.least + random() * (retryMs.most - retryMs.least);
    return new Promise((resolve) => void clock.after(delayMs, resolve));
  }
}

interface Asked {
  /** Rejects when it takes too long. */
  readonly answer: Promise<Answered>;
  /** When the thread is done with it. */
  readonly settled: Promise<unknown>;
}

/** Once a statement has failed nothing of it is kept, also when the caller has hidden that. */
class OpenTransaction implements Transaction {
  settled: Promise<unknown> = Promise.resolve();
  readonly #ask: (text: string, values: readonly Parameter[]) => Asked;
  #failure: unknown = null;
  #isOver = false;

  constructor(ask: (text: string, values: readonly Parameter[]) => Asked) {
    this.#ask = ask;
  }

  query(text: string, ...values: Parameter[]): Promise<Answered> {
    if (this.#isOver) return Promise.reject(new StoreError('poison', 'The transaction is over.'));
    return this.#run(text, values);
  }

  atomically<T>(write: (within: Transaction) => Promise<T>): Promise<T> {
    return write(this);
  }

  async raise(part: string): Promise<void> {
    await this.query('UPDATE part_version SET version = version + 1 WHERE part = $1', part);
  }

  async end(commit: 'COMMIT'): Promise<void> {
    this.#isOver = true;
    await this.#run(commit, []);
  }

  /** After a commit that failed it fails itself, which changes nothing. */
  async undo(): Promise<void> {
    this.#isOver = true;
    this.#failure = null;
    await this.#run('ROLLBACK', []).catch(() => {});
  }

  async #run(text: string, values: readonly Parameter[]): Promise<Answered> {
    if (this.#failure !== null) throw this.#failure;
    const { answer, settled } = this.#ask(text, values);
    this.settled = Promise.all([this.settled, settled]);
    try {
      return await answer;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
