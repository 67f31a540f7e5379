// How many nodes had requests lately, counted over the bus. While the bus is away, each of them grants its share of an
// allowance. A node announces itself at most every ten seconds, when it counts a request; an idle node has no share.

import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../lib/clock.ts';

const space = 'node ';
const announceEveryMs = 10_000;
const forgetAfterMs = 60_000;

export class BusyNodes {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #key: string;
  readonly #seenAt = new Map<string, number>();
  #announcedAt = Number.NEGATIVE_INFINITY;

  /** `id` is unique to each node. */
  constructor(bus: Bus, clock: Clock, id: string) {
    this.#bus = bus;
    this.#clock = clock;
    this.#key = space + id;
    bus.listen({
      used: (uses) => {
        for (const { key } of uses) if (key.startsWith(space)) this.#seenAt.set(key, clock.now());
      },
    });
  }

  /** The tokens that a request costs: one, and without the bus one more for each other node. */
  get cost(): number {
    const now = this.#clock.now();
    if (!this.#bus.connected) return 1 + this.#seenAt.size;
    if (now - this.#announcedAt >= announceEveryMs) {
      this.#announcedAt = now;
      this.#bus.publishUse([{ key: this.#key, tokens: 0 }]);
      for (const [key, at] of this.#seenAt) if (now - at > forgetAfterMs) this.#seenAt.delete(key);
    }
    return 1;
  }
}
