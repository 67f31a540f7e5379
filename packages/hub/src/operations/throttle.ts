// How much is too much: a bucket for each (user, app) that counts every request, and one for each address that counts
// only what failed to authenticate, so that guessing costs the guesser before it costs a signature check.
import type { Identity } from '../auth/authenticate.ts';
import type { Clock } from '../lib/clock.ts';
import { TokenBuckets } from '../lib/token-bucket.ts';
import { HubError } from '../model/errors.ts';

export interface Throttle {
  /** Throws `throttled` for an address that failed too often. */
  checkAddress(address: string): void;
  countFailure(address: string): void;
  /** Throws `throttled` when the user's requests through this app are too many. */
  count(identity: Identity, unsId: string | null): void;
}

const failuresPerMinute = 600;
const keysMax = 100_000;

/** `perMinute` null: nothing is throttled by user; addresses always are. */
export function openThrottle(perMinute: number | null, clock: Clock): Throttle {
  const addresses = new TokenBuckets(
    { perMinute: failuresPerMinute, burst: failuresPerMinute, keysMax },
    clock,
  );
  const callers =
    perMinute === null ? null : new TokenBuckets({ perMinute, burst: perMinute, keysMax }, clock);
  return {
    checkAddress: (address) =>
      refuse(addresses.waitMs(address), 'Too many requests from this address failed'),
    countFailure: (address) => void addresses.take(address),
    count({ issuer, subject, clientId }, unsId) {
      if (callers)
        refuse(callers.take(`${issuer} ${subject} ${clientId} ${unsId ?? ''}`), 'Too many requests');
    },
  };
}

function refuse(waitMs: number, what: string): void {
  if (waitMs === 0) return;
  throw new HubError('throttled', `${what}: wait as long as Retry-After says.`, { retryAfterMs: waitMs });
}
