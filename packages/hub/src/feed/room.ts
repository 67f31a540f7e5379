// Who brings many writes at once waits until the store has taken most of those before. Begun all together, their bodies and
// plans would fill the memory for nothing, since the store takes them one batch after another: of 64 batch requests a fourth of
// the time went into collecting what they held. Single writes never wait here.
import { limits } from '@carillon/protocol';

/** Beyond these nobody waits: the committer refuses what is too much for it. */
const waitingMax = 200;

export class Room {
  readonly #writesMax: number;
  readonly #waiting: (() => void)[] = [];

  /** `writesMax`: with so many writes on their way the store has enough to do. */
  constructor(writesMax: number) {
    this.#writesMax = writesMax;
  }

  /** Null for at once. `load`: the writes that are on their way. */
  wait(load: number): Promise<void> | null {
    const isFree = load < this.#writesMax && this.#waiting.length === 0;
    // Without a write on its way, nothing would end the wait.
    if (isFree || load === 0 || this.#waiting.length >= waitingMax) return null;
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** After each batch: one goes on in any case, and all when nothing else is on its way. */
  look(load: number): void {
    const writes = load === 0 ? Number.POSITIVE_INFINITY : this.#writesMax - load;
    const count = Math.max(1, Math.ceil(writes / limits.batchRequests));
    for (const goOn of this.#waiting.splice(0, count)) goOn();
  }
}
