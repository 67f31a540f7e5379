// What a client sends over its WebSocket. Each frame counts against the user's allowance; the acknowledgements that one
// turn of the event loop brings are one. Only the newest is committed, one at a time, so a flood costs its parsing and
// nothing more, also where nothing is throttled.
import { setImmediate } from 'node:timers';
import { HubError } from '../../model/errors.ts';
import type { StreamOrder } from '../../operations/kernel/answer.ts';

export class ClientFrames {
  readonly #order: Pick<StreamOrder, 'acknowledge' | 'count'>;
  readonly #refuse: (retryAfterMs: number) => void;
  /** The newest cursor that was acknowledged and is not committed. */
  #cursor: string | null = null;
  /** Whether this turn's acknowledgements will be counted at its end. */
  #counting = false;
  #committing = false;
  #refused = false;

  /** `refuse` is called once, when the allowance is used up; what comes afterwards is discarded. */
  constructor(order: Pick<StreamOrder, 'acknowledge' | 'count'>, refuse: (retryAfterMs: number) => void) {
    this.#order = order;
    this.#refuse = refuse;
  }

  /** A message. Other texts than acknowledgements are passed over, as newer clients may say more. */
  take(text: string | null): void {
    if (this.#refused) return;
    const cursor = text === null ? null : readAck(text);
    if (cursor === null) {
      this.count();
      return;
    }
    this.#cursor = cursor;
    if (this.#counting) return;
    this.#counting = true;
    setImmediate(() => {
      this.#counting = false;
      if (this.count()) void this.#commit();
    });
  }

  /** A frame that asks for nothing else. False when it is one too many. */
  count(): boolean {
    if (this.#refused) return false;
    try {
      this.#order.count();
      return true;
    } catch (error) {
      this.#refused = true;
      this.#refuse(error instanceof HubError ? (error.details.retryAfterMs ?? 1000) : 1000);
      return false;
    }
  }

  async #commit(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    try {
      for (let next = this.#next(); next !== null; next = this.#next()) await this.#order.acknowledge(next);
    } finally {
      this.#committing = false;
    }
  }

  #next(): string | null {
    const cursor = this.#cursor;
    this.#cursor = null;
    return cursor;
  }
}

/** The cursor of `{"type":"ack","cursor"}`. */
function readAck(text: string): string | null {
  try {
    const { type, cursor } = JSON.parse(text) as { type?: unknown; cursor?: unknown };
    return type === 'ack' && typeof cursor === 'string' ? cursor : null;
  } catch {
    return null;
  }
}
