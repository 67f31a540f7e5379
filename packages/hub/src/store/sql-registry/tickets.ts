// Spent tickets, shared by all processes on one database: the first spender wins. Devices that reconnect all at once
// spend their tickets in one write each time the write before it has ended, not one by one.
import { setImmediate } from 'node:timers';
import type { SpentTickets } from '../registry.ts';
import { StoreError } from '../store.ts';

interface SpentTicket {
  readonly id: string;
  readonly expiresAt: number;
}

/**
 * Marks them as spent, in the order of their ids, and forgets some of those that ended before `now`: more than it adds,
 * so that they never pile up. Answers the ids that nobody had spent before.
 */
export type SpendTickets = (tickets: readonly SpentTicket[], now: number) => Promise<Iterable<string>>;

/** How many one call forgets beyond those that it adds, few enough to be quick. */
export const forgottenAtOnce = 100;
/** As many streams go on in one turn of the event loop: more of them would hold up everybody else. */
const spentAtOnce = 64;
/** Beyond it the store is too slow for what comes; the caller tries again. */
const waitingMax = 10_000;

interface Waiting extends SpentTicket {
  readonly now: number;
  resolve(isFirst: boolean): void;
  reject(error: unknown): void;
}

export function openTickets(spendTickets: SpendTickets): SpentTickets {
  let waiting: Waiting[] = [];
  let isSpending = false;

  async function spendAll(): Promise<void> {
    // What comes in the same turn of the event loop goes with it.
    await new Promise((resolve) => void setImmediate(resolve));
    while (waiting.length > 0) await spendNext();
    isSpending = false;
  }

  async function spendNext(): Promise<void> {
    const batch = waiting.splice(0, spentAtOnce);
    const tickets = new Map(batch.map((each) => [each.id, each]));
    const inOrder = [...tickets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    try {
      const now = Math.max(...batch.map((each) => each.now));
      const first = new Set(await spendTickets(inOrder, now));
      // Of two that are the same, the first in line has it.
      for (const { id, resolve } of batch) resolve(first.delete(id));
    } catch (error) {
      // Those behind have waited for as long as the store had, and would only wait once more.
      for (const { reject } of [...batch, ...waiting]) reject(error);
      waiting = [];
    }
  }

  return {
    spend: (id, expiresAt, now) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= waitingMax) {
          reject(new StoreError('unavailable', 'Too many tickets wait to be spent.'));
          return;
        }
        waiting.push({ id, expiresAt, now, resolve, reject });
        if (isSpending) return;
        isSpending = true;
        void spendAll();
      }),
  };
}
