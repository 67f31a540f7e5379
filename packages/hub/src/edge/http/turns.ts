// Reads take turns. A read of SQLite holds the event loop from its query to its answer, so reads that arrived together
// would hold it together: eight hundred pages in one packet each are seconds in which nobody else is answered. One read
// of a caller begins in a turn of the loop; others of it wait, a few may run at once, and callers alternate.
import { setImmediate } from 'node:timers';

/** With PostgreSQL a read waits for the network, and a caller's next may begin meanwhile. */
const runningMax = 4;

interface Caller {
  readonly key: string;
  running: number;
  /** Whether one began in this turn of the loop. */
  began: boolean;
  readonly waiting: (() => void)[];
}

export class Turns {
  readonly #callers = new Map<string, Caller>();
  /** Callers whose reads wait, the one whose turn is next first. */
  readonly #queue = new Set<Caller>();
  /** Callers one of whose reads began in this turn of the loop. */
  #began: Caller[] = [];
  #ends = false;

  /** Runs a read when it is the caller's turn: at once, unless others of it are before. How many wait is the caller's bound. */
  async take<Result>(key: string, read: () => Promise<Result>): Promise<Result> {
    const caller = this.#callers.get(key) ?? { key, running: 0, began: false, waiting: [] };
    this.#callers.set(key, caller);
    if (caller.began || caller.running >= runningMax || caller.waiting.length > 0)
      await new Promise<void>((begin) => this.#wait(caller, begin));
    else this.#begin(caller);
    try {
      return await read();
    } finally {
      caller.running--;
      if (caller.waiting.length > 0) this.#endTurnSoon();
      else this.#forget(caller);
    }
  }

  #wait(caller: Caller, begin: () => void): void {
    caller.waiting.push(begin);
    this.#queue.add(caller);
    this.#endTurnSoon();
  }

  #begin(caller: Caller): void {
    caller.running++;
    caller.began = true;
    this.#began.push(caller);
    this.#endTurnSoon();
  }

  #endTurnSoon(): void {
    if (this.#ends) return;
    this.#ends = true;
    setImmediate(() => this.#endTurn());
  }

  /** One of those that wait begins, of all callers together: requests that have just arrived come between. */
  #endTurn(): void {
    this.#ends = false;
    for (const caller of this.#began.splice(0)) {
      caller.began = false;
      this.#forget(caller);
    }
    for (const caller of this.#queue) {
      if (caller.running >= runningMax) continue;
      this.#queue.delete(caller);
      const begin = caller.waiting.shift();
      if (caller.waiting.length > 0) this.#queue.add(caller);
      this.#begin(caller);
      begin?.();
      return;
    }
  }

  #forget(caller: Caller): void {
    if (caller.running === 0 && !caller.began && caller.waiting.length === 0)
      this.#callers.delete(caller.key);
  }
}
