// The push services that devices name themselves, as browsers do: each has a circuit breaker of its own, so that one that
// is down or made up stops no other, and those that never took a push share a few places, so that no number of them
// keeps a whole lane waiting.
import { BoundedMap } from '../../lib/bounded-map.ts';
import { Breaker, goodProbes } from './breaker.ts';

const remembered = 1000;
/** Attempts under way at hosts that have not taken a push yet. */
const unprovenInFlight = 16;
/** Each one turned away within a second makes the next wait longer, so that a crowd does not keep asking. */
const crowdWaitMs = { first: 250, more: 20, within: 1000 };

interface Host {
  readonly breaker: Breaker;
  proven: boolean;
  /** When the delivery comes back that probes it next. */
  probeAt: number;
  /** When the next probe of an address that was good may start, and how many wait for it. */
  goodAt: number;
  goodWaiting: number;
}

/** How long an attempt has to wait; 0: it starts now. `exactly`: it probes then, or the host has not failed. */
export interface Entry {
  readonly waitMs: number;
  readonly exactly: boolean;
}

export class Hosts {
  readonly #hosts = new BoundedMap<string, Host>({ entriesMax: remembered, keeps: 'used' });
  #unproven = 0;
  #turnedAway = 0;
  #turnedAwaySince = 0;

  /** An attempt that starts ends with `leave`. `isGood`: the host took the last push to that address. */
  enter(name: string, now: number, isGood: boolean): Entry {
    const host = this.#open(name);
    if (host.breaker.admits(now) === 0) {
      const entry = isGood ? probeByGood(host, now) : waitOf(host, now);
      if (entry.waitMs > 0) return entry;
    }
    if (!host.proven && this.#unproven >= unprovenInFlight)
      return { waitMs: this.#turnAway(now), exactly: !host.breaker.hasFailed };
    if (!host.proven) this.#unproven++;
    host.breaker.started();
    return { waitMs: 0, exactly: true };
  }

  /** What came of it; `wasProven` is what `isProven` said when it started. */
  leave(
    name: string,
    outcome: {
      readonly now: number;
      /** Null: it says nothing of the host. */
      readonly failed: boolean | null;
      readonly afterMs: number | null;
      readonly wasProven: boolean;
      readonly user: string;
    },
  ): void {
    const host = this.#open(name);
    if (!outcome.wasProven) this.#unproven--;
    if (outcome.failed === null) host.breaker.notMade();
    else if (outcome.failed) host.breaker.failed(outcome.now, outcome.afterMs, outcome.user);
    else {
      host.breaker.succeeded(outcome.now);
      host.proven = true;
    }
  }

  isProven(name: string): boolean {
    return this.#open(name).proven;
  }

  /** When an attempt there last succeeded. */
  succeededAt(name: string): number {
    return this.#open(name).breaker.succeededAt;
  }

  #turnAway(now: number): number {
    if (now - this.#turnedAwaySince >= crowdWaitMs.within) {
      this.#turnedAwaySince = now;
      this.#turnedAway = 0;
    }
    return crowdWaitMs.first + crowdWaitMs.more * this.#turnedAway++;
  }

  #open(name: string): Host {
    const known = this.#hosts.get(name);
    if (known) return known;
    const breaker = Breaker.ofService();
    const host = { breaker, proven: false, probeAt: 0, goodAt: 0, goodWaiting: 0 };
    this.#hosts.set(name, host);
    return host;
  }
}

/** What is open: the delivery that is answered `exactly` probes it next. */
export function waitOf(open: { readonly breaker: Breaker; probeAt: number }, now: number): Entry {
  const waitMs = Math.max(1000, open.breaker.pausedUntil - now);
  const toProbe = open.probeAt <= now;
  if (toProbe) open.probeAt = now + waitMs;
  return { waitMs, exactly: toProbe };
}

/** An address that was good says more of the host than any other: it does not wait for the pause to end. */
function probeByGood(host: Host, now: number): Entry {
  const waitMs = host.goodAt - now;
  if (waitMs <= 0 || waitMs > goodProbes.everyMs) {
    host.goodAt = now + goodProbes.everyMs;
    host.goodWaiting = 0;
    return { waitMs: 0, exactly: true };
  }
  if (host.goodWaiting >= goodProbes.waiting) return waitOf(host, now);
  host.goodWaiting++;
  return { waitMs, exactly: true };
}
