// Queues the use of the one connection to the registry: a statement, or a transaction until it ends. In order; a caller
// that has waited for the maximum time is refused.
import type { Clock } from '../../../lib/clock.ts';
import { StoreError } from '../../store.ts';

/** Beyond it the file is too slow for what comes. */
const waitingMax = 4096;

export class Turns {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #taken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is one's turn; call `pass` once it is over. */
  take(end: number): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve();
    }
    if (this.#waiting.size >= waitingMax) return Promise.reject(tooLate());
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(end - this.#clock.now(), () => {
        this.#waiting.delete(begin);
        reject(tooLate());
      });
      const begin = (): void => {
        timer.stop();
        resolve();
      };
      this.#waiting.add(begin);
    });
  }

  pass(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#taken = false;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

export function tooLate(): StoreError {
  return new StoreError('unavailable', 'The registry took too long; what was asked may still be done.');
}
