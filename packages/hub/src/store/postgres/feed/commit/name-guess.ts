// Whether a batch looks up the names that it posts under. A look-up is a fifth of the server's cost of a create, and the
// unique index refuses a name that exists anyway. But a wrong guess costs the batch a second transaction, and the server's
// log an error. So names are assumed to be new until a guess was wrong. Then they are looked up for a number of batches,
// which doubles with each wrong guess.
import { DatabaseError } from 'pg';

const firstBatches = 64;
const mostBatches = 2 ** 20;

export class NameGuess {
  #looks = 0;
  #after = firstBatches;

  /** Asked once a batch. */
  mustLook(): boolean {
    return this.#looks > 0 && this.#looks-- > 0;
  }

  /** Names that were looked up were there. */
  found(): void {
    this.#looks = Math.max(this.#looks, firstBatches);
  }

  /** A batch failed since it did not look. */
  wrong(): void {
    this.#looks = this.#after;
    this.#after = Math.min(2 * this.#after, mostBatches);
  }
}

export function isTakenName(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof DatabaseError && cause.constraint === 'notification_by_name';
}
