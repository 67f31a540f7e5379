// One lane: the deliveries of one channel of one app that this process holds, in order, and the breaker of its provider.
// Bounded: what does not fit waits in the store, where a sweep finds it.
import type { PlannedDelivery, Route } from '../../model/delivery.ts';
import { Breaker } from './breaker.ts';

export const laneLimits = { queued: 4096, inFlight: 256 };

export class Lane {
  readonly route: Route;
  readonly breaker = new Breaker();
  /** The last claim was full: there is more in the store. */
  moreInStore = false;
  inFlight = 0;
  #queue: PlannedDelivery[] = [];
  #next = 0;

  constructor(route: Route) {
    this.route = route;
  }

  get queued(): number {
    return this.#queue.length - this.#next;
  }

  get room(): number {
    return laneLimits.queued - this.queued;
  }

  push(delivery: PlannedDelivery): void {
    this.#queue.push(delivery);
  }

  /** The next one that may be sent now. */
  take(now: number): PlannedDelivery | null {
    if (this.queued === 0 || this.inFlight >= this.#mayFly(now)) return null;
    const delivery = this.#queue[this.#next++] as PlannedDelivery;
    if (this.#next === this.#queue.length || this.#next >= 1024) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    this.inFlight++;
    this.breaker.started();
    return delivery;
  }

  /** Gives up what waits, which stays in the store. */
  shed(): PlannedDelivery[] {
    const shed = this.#queue.slice(this.#next);
    this.#queue = [];
    this.#next = 0;
    if (shed.length > 0) this.moreInStore = true;
    return shed;
  }

  #mayFly(now: number): number {
    const admitted = this.breaker.admits(now);
    // Those that were under way when the breaker opened do not keep its probe from starting.
    return admitted === 1 ? this.inFlight + 1 : Math.min(admitted, laneLimits.inFlight);
  }
}
