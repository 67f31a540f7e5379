// Whose turn it is: attempts under way are bounded, and those to endpoints that fail have a bound of their own, so that
// however many of them hang, the others go on.
const most = { good: 512, failing: 512 };
type Kind = keyof typeof most;

export class Turns {
  readonly #waiting = { good: [] as (() => Promise<void>)[], failing: [] as (() => Promise<void>)[] };
  readonly #underWay = { good: 0, failing: 0 };
  readonly #idle: (() => void)[] = [];

  /** `run` never rejects. */
  take(kind: Kind, run: () => Promise<void>): void {
    this.#waiting[kind].push(run);
    this.#start(kind);
  }

  /** What waits is dropped; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#waiting.good = [];
    this.#waiting.failing = [];
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  get #isIdle(): boolean {
    return this.#underWay.good + this.#underWay.failing === 0;
  }

  #start(kind: Kind): void {
    while (this.#underWay[kind] < most[kind]) {
      const run = this.#waiting[kind].shift();
      if (!run) return;
      this.#underWay[kind]++;
      void run().finally(() => {
        this.#underWay[kind]--;
        if (this.#isIdle) for (const idle of this.#idle.splice(0)) idle();
        this.#start(kind);
      });
    }
  }
}
