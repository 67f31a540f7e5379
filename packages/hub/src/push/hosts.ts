// The push services of browsers, which devices name themselves: each has a circuit breaker of its own, so that one that
// is down or made up stops no other, and those that never took a push share a few places, so that no number of them
// keeps a whole lane waiting.
import type { Channel } from '@carillon/protocol';
import { Breaker } from './breaker.ts';

const remembered = 1000;
/** Attempts under way at hosts that have not taken a push yet. */
const unprovenInFlight = 16;

interface Host {
  readonly breaker: Breaker;
  proven: boolean;
}

/** The origin that a device chose; null where the provider is a known one. */
export function hostOf(channel: Channel): string | null {
  return channel.type === 'webPush' ? new URL(channel.endpoint).origin : null;
}

export class Hosts {
  /** The least recently used first. */
  readonly #hosts = new Map<string, Host>();
  #unproven = 0;

  /** How long an attempt has to wait; 0: it starts now, and ends with `leave`. */
  enter(name: string, now: number): number {
    const host = this.#open(name);
    if (host.breaker.admits(now) === 0) return Math.max(1000, host.breaker.pausedUntil - now);
    if (!host.proven && this.#unproven >= unprovenInFlight) return 250;
    if (!host.proven) this.#unproven++;
    host.breaker.started();
    return 0;
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

  #open(name: string): Host {
    const host = this.#hosts.get(name) ?? { breaker: new Breaker(), proven: false };
    this.#hosts.delete(name);
    if (this.#hosts.size >= remembered) this.#hosts.delete(this.#hosts.keys().next().value as string);
    this.#hosts.set(name, host);
    return host;
  }
}
