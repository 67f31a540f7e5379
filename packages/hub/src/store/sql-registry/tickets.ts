// Spent tickets, shared by all processes on one database: whoever spends one holds it until its stream has ended, and then
// it may be spent again for a minute by who comes back. Devices that reconnect all at once spend their tickets in one
// write each time the write before it has ended, not one by one.
import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers';
import { limits } from '@carillon/protocol';
import type { SpentTicket, SpentTickets } from '../registry.ts';
import { StoreError } from '../store.ts';

/** Ids with the time until which their rows are kept. Both in the order of the ids. */
export type TicketList = readonly (readonly [id: string, expiresAt: number])[];

export interface TicketStatements {
  /**
   * Of `again`, holds those that nobody holds and whose time has not ended; of `first`, those that nobody has spent before.
   * Forgets some of those that ended before `now`: more than it adds, so that they never pile up.
   */
  spend(lists: { readonly first: TicketList; readonly again: TicketList }, now: number): Promise<Spent>;
  /** Nobody holds them any more. */
  release(list: TicketList): Promise<void>;
  /** Nor those of processes that are gone; kept until then at the longest. */
  releaseLost(expiresAt: number): Promise<void>;
}

interface Spent {
  readonly first: readonly string[];
  readonly again: readonly string[];
}

/** How many one call forgets beyond those that it adds, few enough to be quick. */
export const forgottenAtOnce = 100;
/** As many streams go on in one turn of the event loop: more of them would hold up everybody else. */
const spentAtOnce = 64;
/** Streams that end together, as at the end of a hub. */
const releasedAtOnce = 500;
/** Beyond it the store is too slow for what comes; the caller tries again. */
const waitingMax = 10_000;
/** While the store is away. The rest is released when this process has ended, or when the token has. */
const releasedMax = 100_000;
const awayMs = limits.ticketAwaySeconds * 1000;

/** Of this process, as a row names it: 31 bits, which PostgreSQL takes for a lock. */
export function newHolder(): number {
  return randomInt(1, 2 ** 31);
}

interface Waiting extends SpentTicket {
  readonly now: number;
  resolve(spent: 'first' | 'again' | null): void;
  reject(error: unknown): void;
}

export function openTickets(statements: TicketStatements): SpentTickets {
  const queue = new TicketQueue(statements);
  return {
    spend: (ticket, now) => queue.spend(ticket, now),
    release: (id, now) => queue.release(id, now),
    async releaseLost(now) {
      queue.begin();
      await statements.releaseLost(now + awayMs);
    },
  };
}

class TicketQueue {
  readonly #statements: TicketStatements;
  #waiting: Waiting[] = [];
  readonly #released = new Map<string, number>();
  #running = false;

  constructor(statements: TicketStatements) {
    this.#statements = statements;
  }

  spend(ticket: SpentTicket, now: number): Promise<'first' | 'again' | null> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= waitingMax) {
        reject(new StoreError('unavailable', 'Too many tickets wait to be spent.'));
        return;
      }
      this.#waiting.push({ ...ticket, now, resolve, reject });
      this.begin();
    });
  }

  release(id: string, now: number): void {
    if (this.#released.size < releasedMax) this.#released.set(id, now + awayMs);
    this.begin();
  }

  begin(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    // What comes in the same turn of the event loop goes with it.
    await new Promise((resolve) => void setImmediate(resolve));
    try {
      while (this.#released.size + this.#waiting.length > 0) {
        if (this.#released.size > 0) await this.#releaseNext();
        if (this.#waiting.length > 0) await this.#spendNext();
      }
    } catch (error) {
      // Those behind have waited for as long as the store had, and would only wait once more. What is to be released is
      // tried again with whatever comes next.
      for (const { reject } of this.#waiting) reject(error);
      this.#waiting = [];
    } finally {
      this.#running = false;
    }
  }

  async #releaseNext(): Promise<void> {
    const list = inOrder([...this.#released].slice(0, releasedAtOnce));
    await this.#statements.release(list);
    for (const [id, expiresAt] of list) if (this.#released.get(id) === expiresAt) this.#released.delete(id);
  }

  async #spendNext(): Promise<void> {
    const batch = this.#waiting.slice(0, spentAtOnce);
    const now = Math.max(...batch.map((each) => each.now));
    const listOf = (some: readonly Waiting[]): TicketList =>
      inOrder([...new Map(some.map(({ id, heldUntil }) => [id, heldUntil]))]);
    const first = listOf(batch.filter(({ opensUntil }) => opensUntil > now));
    const again = listOf(batch.filter(({ comesBack }) => comesBack));
    const spent = await this.#statements.spend({ first, again }, now);
    this.#waiting.splice(0, batch.length);
    const left = { first: new Set(spent.first), again: new Set(spent.again) };
    // Of two that are the same, the first in line has it.
    for (const { id, comesBack, resolve } of batch) {
      if (left.first.delete(id)) resolve('first');
      else resolve(comesBack && left.again.delete(id) ? 'again' : null);
    }
  }
}

function inOrder(entries: readonly (readonly [string, number])[]): TicketList {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
