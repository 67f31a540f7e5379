// Puts a user's changes in order that come over two ways: what this node committed, and what others told. A change that
// comes before the one it follows is held for a moment; then the streams read what is missing from the store.

import type { Told } from '../bus/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { UserKey } from '../model/principal.ts';

/** A commit and its message are rarely further apart; a read of the store costs more than the wait. */
export const holdMs = 20;
/** Two full batches of a commit. */
const heldOfUserMax = 256;
const heldMax = 4096;

interface Order {
  epoch: number;
  /** The highest sequence that was let through, or is known of otherwise. */
  passed: number;
  readonly held: Map<number, Told>;
  timer: Timer | null;
}

export class Reorder {
  readonly #clock: Clock;
  readonly #release: (told: Told) => void;
  readonly #orders = new Map<UserKey, Order>();
  #held = 0;

  constructor(clock: Clock, release: (told: Told) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  take(told: Told): void {
    const order = this.#orderOf(told);
    if (order.epoch !== told.epoch) {
      this.#letAllGo(order);
      order.epoch = told.epoch;
      order.passed = 0;
    }
    if (order.passed === 0 || told.seq <= order.passed + 1) {
      this.#pass(order, told);
      this.#letFollowersGo(order);
    } else this.#hold(order, told);
  }

  /** The feed is known to have come this far by other means. */
  pass({ user, epoch, seq }: Pick<Told, 'user' | 'epoch' | 'seq'>): void {
    const order = this.#orders.get(user);
    if (order?.epoch !== epoch || seq <= order.passed) return;
    order.passed = seq;
    for (const held of order.held.keys()) if (held <= seq) this.#drop(order, held);
    this.#letFollowersGo(order);
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

  #orderOf({ user, epoch }: Told): Order {
    const known = this.#orders.get(user);
    if (known) return known;
    const order: Order = { epoch, passed: 0, held: new Map(), timer: null };
    this.#orders.set(user, order);
    return order;
  }

  #hold(order: Order, told: Told): void {
    if (!order.held.has(told.seq)) this.#held++;
    order.held.set(told.seq, told);
    if (order.held.size > heldOfUserMax || this.#held > heldMax) this.#letAllGo(order);
    else order.timer ??= this.#clock.after(holdMs, () => this.#letAllGo(order));
  }

  /** What was held back for this one. */
  #letFollowersGo(order: Order): void {
    for (let next = order.held.get(order.passed + 1); next; next = order.held.get(order.passed + 1)) {
      this.#drop(order, next.seq);
      this.#pass(order, next);
    }
    if (order.held.size > 0) return;
    order.timer?.stop();
    order.timer = null;
  }

  /** The first of them makes the streams jump. */
  #letAllGo(order: Order): void {
    for (const told of [...order.held.values()].sort((a, b) => a.seq - b.seq)) {
      this.#drop(order, told.seq);
      this.#pass(order, told);
    }
    order.timer?.stop();
    order.timer = null;
  }

  #pass(order: Order, told: Told): void {
    order.passed = Math.max(order.passed, told.seq);
    this.#release(told);
  }

  #drop(order: Order, seq: number): void {
    if (order.held.delete(seq)) this.#held--;
  }
}
