// Calls when the passing of time changes the view next: something expires, or a snooze ends.
// One timer at a time, set again after each step of the view.
import { type Clock, never, type Timer } from '../clock.ts';

export class TurnTimer {
  readonly #clock: Clock;
  readonly #onTurn: (before: number, now: number) => void;
  #turnedAt: number;
  #next: { readonly timer: Timer; readonly at: number } | null = null;

  constructor(clock: Clock, onTurn: (before: number, now: number) => void) {
    this.#clock = clock;
    this.#onTurn = onTurn;
    this.#turnedAt = clock.now();
  }

  /** Infinity sets none. */
  set(at: number): void {
    if (at === this.#next?.at) return;
    this.stop();
    if (at === never) return;
    const timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#next = null;
      const before = this.#turnedAt;
      this.#turnedAt = this.#clock.now();
      this.#onTurn(before, this.#turnedAt);
    });
    this.#next = { timer, at };
  }

  stop(): void {
    this.#next?.timer.stop();
    this.#next = null;
  }
}
