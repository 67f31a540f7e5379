// Attempts that wait for a token, an encryption or their turn on a connection. Their rows are read again every half
// second, and what is not to be sent any more is taken back before it begins: a push that was handled meanwhile rings
// nowhere.
import type { Clock, Timer } from '../../lib/clock.ts';
import type { PlannedDelivery } from '../../model/delivery.ts';
import type { FeedStore, SendContext } from '../../store/store.ts';
import type { Wait } from '../channels/contract.ts';

const lookEveryMs = 500;
const readAtOnce = 32;

/** No AbortSignal: one is made for each push. */
class Attempt implements Wait {
  readonly taken: PlannedDelivery;
  isWithdrawn = false;
  onWithdrawn: (() => void) | null = null;
  readonly #among: Set<Attempt>;

  constructor(taken: PlannedDelivery, among: Set<Attempt>) {
    this.taken = taken;
    this.#among = among;
    among.add(this);
  }

  started(): void {
    this.#among.delete(this);
  }

  end(): void {
    this.#among.delete(this);
  }
}

export interface WaitingOptions {
  readonly read: Pick<FeedStore['read'], 'sendContexts'>;
  readonly clock: Clock;
  readonly isToSend: (taken: PlannedDelivery, context: SendContext | null) => boolean;
  readonly onFailure: (error: unknown) => void;
}

export class Waiting {
  readonly #options: WaitingOptions;
  readonly #attempts = new Set<Attempt>();
  #timer: Timer | null = null;
  #looking = false;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** An attempt begins to wait, until its request starts or `end` is called. */
  begin(taken: PlannedDelivery): Attempt {
    this.#timer ??= this.#options.clock.every(lookEveryMs, () => void this.#lookAgain());
    return new Attempt(taken, this.#attempts);
  }

  async #lookAgain(): Promise<void> {
    if (this.#attempts.size === 0) {
      // Not at the end of each attempt: most take much less than half a second.
      this.#timer?.stop();
      this.#timer = null;
    }
    if (this.#looking) return;
    this.#looking = true;
    try {
      const all = [...this.#attempts];
      for (let first = 0; first < all.length; first += readAtOnce)
        await this.#look(all.slice(first, first + readAtOnce));
    } catch (error) {
      this.#options.onFailure(error);
    } finally {
      this.#looking = false;
    }
  }

  async #look(some: readonly Attempt[]): Promise<void> {
    const { read, isToSend } = this.#options;
    const attempts = some.filter((each) => this.#attempts.has(each));
    if (attempts.length === 0) return;
    const contexts = await read.sendContexts(attempts.map(({ taken }) => taken));
    attempts.forEach((attempt, index) => {
      if (isToSend(attempt.taken, contexts[index] ?? null)) return;
      attempt.isWithdrawn = true;
      attempt.onWithdrawn?.();
    });
  }
}
