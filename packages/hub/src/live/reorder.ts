// Puts a user's changes in order: those that this node committed and those that the bus brings. A change that arrives
// before its predecessor is held for a moment; then the streams read what is missing from the store.

import type { BusChange } from '../bus/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { UserKey } from '../model/principal.ts';

/** A commit and its message are rarely further apart; a read of the store costs more than the wait. */
export const holdMs = 20;
/** Two full batches of a commit. */
const heldOfUserMax = 256;
const heldMax = 4096;

interface Order {
  epoch: number;
  /** The highest sequence that was released, or is known otherwise. */
  passed: number;
  readonly held: Map<number, BusChange>;
  timer: Timer | null;
}

export class Reorder {
  readonly #clock: Clock;
  readonly #release: (change: BusChange) => void;
  readonly #orders = new Map<UserKey, Order>();
  #held = 0;

  constructor(clock: Clock, release: (change: BusChange) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  take(change: BusChange): void {
    const order = this.#orderOf(change);
    if (order.epoch !== change.epoch) {
      this.#releaseAll(order);
      order.epoch = change.epoch;
      order.passed = 0;
    }
    if (order.passed === 0 || change.seq <= order.passed + 1) {
      this.#pass(order, change);
      this.#releaseFollowers(order);
    } else this.#hold(order, change);
  }

  /** The feed is known to have come this far by other means. */
  pass({ user, epoch, seq }: Pick<BusChange, 'user' | 'epoch' | 'seq'>): void {
    const order = this.#orders.get(user);
    if (order?.epoch !== epoch || seq <= order.passed) return;
    order.passed = seq;
    for (const held of order.held.keys()) if (held <= seq) this.#drop(order, held);
    this.#releaseFollowers(order);
  }

  /** The user has no stream here any more. */
  forget(user: UserKey): void {
    const order = this.#orders.get(user);
    if (!order) return;
    this.#held -= order.held.size;
    order.timer?.stop();
    this.#orders.delete(user);
  }

  close(): void {
    for (const user of this.#orders.keys()) this.forget(user);
  }

  #orderOf({ user, epoch }: BusChange): Order {
    const known = this.#orders.get(user);
    if (known) return known;
    const order: Order = { epoch, passed: 0, held: new Map(), timer: null };
    this.#orders.set(user, order);
    return order;
  }

  #hold(order: Order, change: BusChange): void {
    if (!order.held.has(change.seq)) this.#held++;
    order.held.set(change.seq, change);
    if (order.held.size > heldOfUserMax || this.#held > heldMax) this.#releaseAll(order);
    else order.timer ??= this.#clock.after(holdMs, () => this.#releaseAll(order));
  }

  /** What was held back for this one. */
  #releaseFollowers(order: Order): void {
    for (let next = order.held.get(order.passed + 1); next; next = order.held.get(order.passed + 1)) {
      this.#drop(order, next.seq);
      this.#pass(order, next);
    }
    if (order.held.size > 0) return;
    order.timer?.stop();
    order.timer = null;
  }

  /** The first of them makes the streams jump. */
  #releaseAll(order: Order): void {
    for (const change of [...order.held.values()].sort((a, b) => a.seq - b.seq)) {
      this.#drop(order, change.seq);
      this.#pass(order, change);
    }
    order.timer?.stop();
    order.timer = null;
  }

  #pass(order: Order, change: BusChange): void {
    order.passed = Math.max(order.passed, change.seq);
    this.#release(change);
  }

  #drop(order: Order, seq: number): void {
    if (order.held.delete(seq)) this.#held--;
  }
}
