// Whether a batch looks up beforehand if the names it posts under are there already. Where each name is new, the unique
// index says so anyway as it is written, and a look-up is a fifth of what a create costs the server; where names are
// posted again, a wrong guess costs the batch a second transaction, and the server's log an error. So nothing is looked
// up until a guess was wrong; then everything is, for so long, and twice as long after the next one.
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
