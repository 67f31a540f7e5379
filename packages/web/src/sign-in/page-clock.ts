// The time of the page and of its worker is the hub's (HubClock): the device's own may be hours off. What it was corrected by is
// kept, for a start without the hub and for the worker.
import type { Vault } from './vault.ts';

/** What the sign-in needs of a HubClock, in the page and in its worker. */
export interface PageClock {
  readonly offsetMs: number;
  now(): number;
  correct(date: string | null): void;
  restore(offsetMs: number): void;
}

const offsetName = 'clockOffset';

/** By an answer of the hub that has just arrived; another origin's is no measure. */
export async function correctClock(
  clock: PageClock,
  { type, headers }: Response,
  vault: Vault,
): Promise<void> {
  const before = clock.offsetMs;
  if (type === 'basic') clock.correct(headers.get('date'));
  if (clock.offsetMs !== before) await vault.write(offsetName, clock.offsetMs);
}

/** Until the hub answers: as it was the last time. */
export async function restoreClock(clock: PageClock, vault: Vault): Promise<void> {
  clock.restore((await vault.read<number>(offsetName)) ?? 0);
}
