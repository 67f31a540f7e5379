// The push services that devices name themselves, as browsers do: each has a circuit breaker of its own, so that one that
// is down or made up stops no other, and those that never took a push share a few places, so that no number of them
// keeps a whole lane waiting.
import { BoundedMap } from '../../lib/bounded-map.ts';
import { Breaker } from './breaker.ts';

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

  /** An attempt that starts ends with `leave`. */
  enter(name: string, now: number): Entry {
    const host = this.#open(name);
    if (host.breaker.admits(now) === 0) return waitFor(host, now);
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
      readonly failed: boolean;
      readonly afterMs: number | null;
      readonly wasProven: boolean;
    },
  ): void {
    const host = this.#open(name);
    if (!outcome.wasProven) this.#unproven--;
    if (outcome.failed) host.breaker.failed(outcome.now, outcome.afterMs);
    else {
      host.breaker.succeeded(outcome.now);
      host.proven = true;
    }
  }

  isProven(name: string): boolean {
    return this.#open(name).proven;
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
    const host = { breaker: new Breaker(), proven: false, probeAt: 0 };
    this.#hosts.set(name, host);
    return host;
  }
}

function waitFor(host: Host, now: number): Entry {
  const waitMs = Math.max(1000, host.breaker.pausedUntil - now);
  const toProbe = host.probeAt <= now;
  if (toProbe) host.probeAt = now + waitMs;
  return { waitMs, exactly: toProbe };
}
