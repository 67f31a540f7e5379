// Hashing a password, to check it or to set it, takes half a second of a core and 128 MiB, so only a few are hashed at once in
// the whole hub. Others wait, a bounded number of them and of each address; a browser that is known for the user goes first
// and is not bound by its address.
const atOnce = 2;
const waitingMax = 64;
export const waitingOfAddress = 8;

interface Waiting {
  readonly address: string;
  begin(): void;
}

export interface PasswordTurns {
  /** Runs the hashing in its turn; null when too many wait already. */
  run<T>(
    place: { readonly address: string; readonly known: boolean },
    hash: () => Promise<T>,
  ): Promise<T> | null;
}

export function openPasswordTurns(): PasswordTurns {
  const waiting: Waiting[] = [];
  let running = 0;

  async function take<T>(hash: () => Promise<T>): Promise<T> {
    running++;
    try {
      return await hash();
    } finally {
      running--;
      waiting.shift()?.begin();
    }
  }

  return {
    run({ address, known }, hash) {
      if (running < atOnce) return take(hash);
      const ofAddress = waiting.filter((each) => each.address === address).length;
      if (waiting.length >= waitingMax || (!known && ofAddress >= waitingOfAddress)) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      const entry: Waiting = { address, begin: resolve };
      if (known) waiting.unshift(entry);
      else waiting.push(entry);
      return promise.then(() => take(hash));
    },
  };
}
