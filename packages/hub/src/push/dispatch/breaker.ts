// The circuit breaker of a lane (a channel of an app), of a push service or of one address, as a complete table:
//   closed   attempts are made; so many failures in a row open it, unless one has just succeeded, since a connection that
//            breaks fails all that is under way on it. What many users share opens only by failures of several of them
//   open     no attempt before the pause is over: 1 s doubling to 30 s, or longer when the provider said so
//   probing  one attempt is under way; what comes of it closes or opens it again
// Only failures of the provider or of the credentials count; a dead address says nothing of other addresses.

export type BreakerPhase = 'closed' | 'open' | 'probing';
type BreakerInput = 'succeeded' | 'failedOften' | 'probed' | 'probeFailed';

const table: Readonly<Record<BreakerPhase, Readonly<Record<BreakerInput, BreakerPhase>>>> = {
  closed: { succeeded: 'closed', failedOften: 'open', probed: 'closed', probeFailed: 'closed' },
  open: { succeeded: 'closed', failedOften: 'open', probed: 'probing', probeFailed: 'open' },
  probing: { succeeded: 'closed', failedOften: 'probing', probed: 'probing', probeFailed: 'open' },
};

const failuresOfService = 10;
const usersOfService = 3;
const justNowMs = 250;
const firstPauseMs = 1000;
/** A provider that is down is probed at least this often. */
export const longestPauseMs = 30_000;

/**
 * What is down is probed by addresses that were good beside the others: one in so long, and so many may wait for it. They
 * say more than any other, so they don't wait for the pause to end.
 */
export const goodProbes = { everyMs: 1000, waiting: 4 };

export class Breaker {
  #phase: BreakerPhase = 'closed';
  #failures = 0;
  #pauses = 0;
  #until = 0;
  #succeededAt = Number.NEGATIVE_INFINITY;
  readonly #failuresToOpen: number;
  readonly #usersToOpen: number;
  /** Whose attempts have failed since one succeeded, as far as they count. */
  readonly #users = new Set<string>();

  constructor(failuresToOpen: number, usersToOpen = 1) {
    this.#failuresToOpen = failuresToOpen;
    this.#usersToOpen = usersToOpen;
  }

  /** Of what the addresses of many users share. */
  static ofService(): Breaker {
    return new Breaker(failuresOfService, usersOfService);
  }

  get phase(): BreakerPhase {
    return this.#phase;
  }

  /** Until when no attempt starts, while it is open. */
  get pausedUntil(): number {
    return this.#until;
  }

  /** When an attempt last succeeded. */
  get succeededAt(): number {
    return this.#succeededAt;
  }

  /** Since it last succeeded. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  /** How many attempts may start: all that one likes, one to probe, or none. */
  admits(now: number): number {
    if (this.#phase === 'closed') return Number.POSITIVE_INFINITY;
    // Further ahead than any pause is a clock that was set back.
    const over = now >= this.#until || this.#until - now > longestPauseMs;
    return this.#phase === 'open' && over ? 1 : 0;
  }

  /** An attempt starts. */
  started(): void {
    if (this.#phase === 'open') this.#enter('probed');
  }

  /** An attempt that was to probe was not made after all. */
  notMade(): void {
    if (this.#phase === 'probing') this.#enter('probeFailed');
  }

  succeeded(now: number): void {
    this.#succeededAt = now;
    this.#failures = 0;
    this.#pauses = 0;
    // Clearing a set makes it anew, also an empty one: for each push that is more than the rest of this.
    if (this.#users.size > 0) this.#users.clear();
    this.#enter('succeeded');
  }

  failed(now: number, afterMs: number | null, user = ''): void {
    const probe = this.#phase === 'probing';
    this.#failures++;
    if (this.#users.size < this.#usersToOpen) this.#users.add(user);
    const many = this.#failures >= this.#failuresToOpen && this.#users.size >= this.#usersToOpen;
    const often = many && now - this.#succeededAt >= justNowMs;
    if (!probe && !often) return;
    // Attempts that were under way when it opened repeat the same failure.
    if (this.#phase === 'open') return;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#pauses++, 10));
    this.#until = now + Math.max(pause, Math.min(afterMs ?? 0, longestPauseMs));
    this.#enter(probe ? 'probeFailed' : 'failedOften');
  }

  #enter(input: BreakerInput): void {
    this.#phase = table[this.#phase][input];
  }
}
