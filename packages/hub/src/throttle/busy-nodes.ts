// How many nodes let requests through, as the bus tells it: while it is away each of them gives its part of an allowance.
// A node says that it is there when it counts a request, now and then; one that is asked nothing takes nothing.

import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../lib/clock.ts';

const space = 'node ';
const tellEveryMs = 10_000;
const forgetAfterMs = 60_000;

export class BusyNodes {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #key: string;
  readonly #seenAt = new Map<string, number>();
  #toldAt = Number.NEGATIVE_INFINITY;

  /** `id` is another one for each node. */
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

  /** At each request: how many tokens it costs, which is one for each node that can't be told of it. */
  get cost(): number {
    const now = this.#clock.now();
    if (!this.#bus.connected) return 1 + this.#seenAt.size;
    if (now - this.#toldAt >= tellEveryMs) {
      this.#toldAt = now;
      this.#bus.publishUse([{ key: this.#key, tokens: 0 }]);
      for (const [key, at] of this.#seenAt) if (now - at > forgetAfterMs) this.#seenAt.delete(key);
    }
    return 1;
  }
}
