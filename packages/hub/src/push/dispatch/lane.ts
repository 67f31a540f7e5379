// One lane: the deliveries of one channel of one app that this process holds, in order, and the breaker of its provider.
// Bounded: what does not fit waits in the store, where a sweep finds it.
import type { PlannedDelivery, Route } from '../../model/delivery.ts';
import { Breaker, goodProbes } from './breaker.ts';

export const laneLimits = { queued: 4096, inFlight: 256 };

export class Lane {
  readonly route: Route;
  readonly breaker = Breaker.ofService();
  /** The last claim was full: there is more in the store. */
  moreInStore = false;
  inFlight = 0;
  #queue: PlannedDelivery[] = [];
  #next = 0;
  /** Those to addresses that were good, which may probe while it is paused; and when the next of them may. */
  #probes: PlannedDelivery[] = [];
  #probeAt = 0;

  constructor(route: Route) {
    this.route = route;
  }

  get queued(): number {
    return this.#probes.length + this.#queue.length - this.#next;
  }

  get room(): number {
    return laneLimits.queued - this.queued;
  }

  push(delivery: PlannedDelivery): void {
    this.#queue.push(delivery);
  }

  /** Keeps one to an address that was good for its turn to probe; false when enough of them wait. */
  pushProbe(delivery: PlannedDelivery): boolean {
    if (this.#probes.length >= goodProbes.waiting) return false;
    this.#probes.push(delivery);
    return true;
  }

  /** The next one that may be sent now. */
  take(now: number): PlannedDelivery | null {
    const delivery = this.#takeProbe(now) ?? this.#takeNext(now);
    if (!delivery) return null;
    this.inFlight++;
    if (this.breaker.phase !== 'closed') this.#probeAt = now + goodProbes.everyMs;
    this.breaker.started();
    return delivery;
  }

  /** Gives up what waits, which stays in the store, except a few that are good to probe with. */
  shed(isGood: (delivery: PlannedDelivery) => boolean = () => false): PlannedDelivery[] {
    const waiting = this.#queue.slice(this.#next);
    const shed = waiting.filter((each) => !(isGood(each) && this.pushProbe(each)));
    this.#queue = [];
    this.#next = 0;
    if (shed.length > 0) this.moreInStore = true;
    return shed;
  }

  #takeProbe(now: number): PlannedDelivery | null {
    const waitMs = this.#probeAt - now;
    const isTime = this.breaker.phase === 'closed' || waitMs <= 0 || waitMs > goodProbes.everyMs;
    return (isTime && this.#probes.shift()) || null;
  }

  #takeNext(now: number): PlannedDelivery | null {
    if (this.#next === this.#queue.length || this.inFlight >= this.#mayFly(now)) return null;
    const delivery = this.#queue[this.#next++] as PlannedDelivery;
    if (this.#next === this.#queue.length || this.#next >= 1024) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    return delivery;
  }

  #mayFly(now: number): number {
    const admitted = this.breaker.admits(now);
    // Those that were under way when the breaker opened do not keep its probe from starting.
    return admitted === 1 ? this.inFlight + 1 : Math.min(admitted, laneLimits.inFlight);
  }
}
