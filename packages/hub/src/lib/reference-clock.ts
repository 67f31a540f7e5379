// A clock that goes by another machine's, which all nodes share, where its own differs by more than a second: one node
// whose clock is off would otherwise take over what others have in hand, end things too early, and sign tokens from the
// future. Below a second the way there and back matters more than the difference. Timers are the machine's own.
import type { Clock, Timer } from './clock.ts';

export interface Reference {
  /** The other machine's time, in milliseconds since 1970. */
  read(): Promise<number>;
  /** From now on this clock differs so much from the machine's own: negative when that one is ahead. */
  onChange(offsetMs: number): void;
}

/** Whoever starts waits a little for it: all that it does has a time. */
const firstTries = 5;
const leftAloneMs = 1000;
/** A clock that is set right, or wrong, is followed this soon. */
const readEveryMs = 10_000;

export class ReferenceClock implements Clock {
  readonly #own: Clock;
  #offsetMs = 0;

  constructor(own: Clock) {
    this.#own = own;
  }

  now(): number {
    return this.#own.now() + this.#offsetMs;
  }

  after(delayMs: number, call: () => void): Timer {
    return this.#own.after(delayMs, call);
  }

  every(periodMs: number, call: () => void): Timer {
    return this.#own.every(periodMs, call);
  }

  /** Resolves once it was read for the first time. A reference that can't be read changes nothing. */
  async follow(reference: Reference): Promise<Timer> {
    for (let tries = 0; tries < firstTries; tries++) if (await this.#look(reference)) break;
    return this.#own.every(readEveryMs, () => void this.#look(reference));
  }

  async #look({ read, onChange }: Reference): Promise<boolean> {
    const askedAt = this.#own.now();
    const there = await read().catch(() => null);
    const tookMs = this.#own.now() - askedAt;
    // Else the machine's clock was set meanwhile.
    if (there === null || tookMs < 0) return false;
    const offMs = Math.round(there - (askedAt + tookMs / 2));
    // An answer that took long says less.
    const near = leftAloneMs + tookMs / 2;
    if (Math.abs(offMs - this.#offsetMs) <= near) return true;
    this.#offsetMs = Math.abs(offMs) <= near ? 0 : offMs;
    onChange(this.#offsetMs);
    return true;
  }
}
