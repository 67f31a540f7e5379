// A clock that follows a reference which all nodes share, when the machine's own differs by more than a second. Otherwise
// a node with a wrong clock would take over deliveries that others have claimed, expire things too early, and sign tokens
// from the future. Below a second the round trip matters more than the difference. Timers are the machine's own.
import type { Clock, Timer } from './clock.ts';

export interface Reference {
  /** The reference time, in milliseconds since 1970. */
  read(): Promise<number>;
  /** The new difference to the machine's own clock: negative when that one is ahead. */
  onChange(offsetMs: number): void;
}

/** A start waits this long for the first reading, since everything after it needs the time. */
const firstTries = 5;
const leftAloneMs = 1000;
/** A change of the reference is followed within this time. */
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

  /** Resolves after the first reading. A reference that can't be read changes nothing. */
  async follow(reference: Reference): Promise<Timer> {
    for (let tries = 0; tries < firstTries; tries++) if (await this.#look(reference)) break;
    return this.#own.every(readEveryMs, () => void this.#look(reference));
  }

  async #look({ read, onChange }: Reference): Promise<boolean> {
    const askedAt = this.#own.now();
    const there = await read().catch(() => null);
    const tookMs = this.#own.now() - askedAt;
    // Otherwise the machine's clock was set meanwhile.
    if (there === null || tookMs < 0) return false;
    const offMs = Math.round(there - (askedAt + tookMs / 2));
    // A slow answer is less accurate.
    const near = leftAloneMs + tookMs / 2;
    if (Math.abs(offMs - this.#offsetMs) <= near) return true;
    this.#offsetMs = Math.abs(offMs) <= near ? 0 : offMs;
    onChange(this.#offsetMs);
    return true;
  }
}
