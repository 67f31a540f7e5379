// How many attempts of one user may be under way at one service. An address that does not answer holds a connection until
// its time limit, and a user may register many of them: the others' pushes find room all the same.

export interface UserTurns {
  readonly name: string;
  underWay: number;
  /** Called when one of the user's attempts has ended, in their order; most users wait for none. */
  waiting: Set<() => void> | null;
}

export class Turns {
  readonly #users = new Map<string, UserTurns>();

  /** Takes a place, which ends with `leave`; null when the user has that many attempts under way. */
  take(name: string, most: number): UserTurns | null {
    let turns = this.#users.get(name);
    if (!turns) {
      turns = { name, underWay: 0, waiting: null };
      this.#users.set(name, turns);
    }
    if (turns.underWay >= most) return null;
    turns.underWay++;
    return turns;
  }

  leave(turns: UserTurns): void {
    turns.underWay--;
    const { name, underWay, waiting } = turns;
    const [next] = waiting ?? [];
    if (next) {
      waiting?.delete(next);
      next();
    } else if (underWay === 0) this.#users.delete(name);
  }

  /** Calls back when a place is free. The caller stops waiting by `stop`, and it does so at the latest when its time is over. */
  wait(name: string, onFree: () => void): { stop(): void } {
    const turns = this.#users.get(name);
    if (!turns) return { stop: () => {} };
    turns.waiting ??= new Set();
    const { waiting } = turns;
    waiting.add(onFree);
    return { stop: () => void waiting.delete(onFree) };
  }
}
