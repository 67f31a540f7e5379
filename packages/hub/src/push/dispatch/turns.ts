// How many attempts of one user may be under way at one service. An address that does not answer holds a connection until
// its time limit, and a user may register many of them: the others' pushes find room all the same.

interface UserTurns {
  underWay: number;
  /** Called when one of the user's attempts has ended, in their order. */
  readonly waiting: Set<() => void>;
}

export class Turns {
  readonly #users = new Map<string, UserTurns>();

  /** Takes a place, which ends with `leave`; false when the user has that many attempts under way. */
  take(name: string, most: number): boolean {
    const turns = this.#users.get(name) ?? { underWay: 0, waiting: new Set() };
    if (turns.underWay >= most) return false;
    turns.underWay++;
    this.#users.set(name, turns);
    return true;
  }

  leave(name: string): void {
    const turns = this.#users.get(name);
    if (!turns) return;
    turns.underWay--;
    const [next] = turns.waiting;
    if (next) {
      turns.waiting.delete(next);
      next();
    } else if (turns.underWay === 0) this.#users.delete(name);
  }

  /** Calls back when a place is free. The caller stops waiting by `stop`, and it does so at the latest when its time is over. */
  wait(name: string, onFree: () => void): { stop(): void } {
    const turns = this.#users.get(name);
    turns?.waiting.add(onFree);
    return { stop: () => void turns?.waiting.delete(onFree) };
  }
}
