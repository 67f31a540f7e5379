// A clock that stands still until the test moves it. It moves at once, as for a process that was asleep: then every
// timer that is due fires, a periodic one once. What a timer starts is asynchronous and reads the time when it gets to
// it, so a test waits for the effect (`until` of ./hub.ts), and may move on by another period while it waits.
import type { Clock, Timer } from '../../../hub/src/lib/clock.ts';

interface Planned {
  at: number;
  readonly periodMs: number | null;
  readonly call: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  readonly #planned = new Set<Planned>();

  /** Starts where the real clock is, so that what the test does not drive (TLS, other processes) agrees. */
  constructor(startMs: number = Date.now()) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, call: () => void): Timer {
    return this.#plan({ at: this.#now + delayMs, periodMs: null, call });
  }

  every(periodMs: number, call: () => void): Timer {
    return this.#plan({ at: this.#now + periodMs, periodMs, call });
  }

  /** Moves on by `ms` and fires what is due, in the order of its time. */
  advance(ms: number): void {
    this.#now += ms;
    for (let due = this.#nextDue(); due; due = this.#nextDue()) {
      if (due.periodMs === null) this.#planned.delete(due);
      else due.at = this.#now + due.periodMs;
      due.call();
    }
  }

  #plan(planned: Planned): Timer {
    this.#planned.add(planned);
    return { stop: () => void this.#planned.delete(planned) };
  }

  #nextDue(): Planned | undefined {
    let next: Planned | undefined;
    for (const planned of this.#planned) {
      if (planned.at <= this.#now && (next === undefined || planned.at < next.at)) next = planned;
    }
    return next;
  }
}
