// What visits leave stored before anybody has signed in: a sign-in under way, or the state of a sign-out. Anybody can make
// them without a password, so each is small, ends soon, and is refused beyond a number for each place and in all. They are
// stored under one model, by which they are counted.
import { limits } from '@carillon/protocol';
import type { Clock } from '../../../lib/clock.ts';
import { TokenBuckets } from '../../../lib/token-bucket.ts';
import type { GrantRecord, Grants } from '../../../store/registry.ts';
import { type Refusal, Refused } from '../refusal.ts';

export const visitModel = 'Interaction';
export const visitSeconds = limits.visitMinutes * 60;

/** So many at once as by any address without a token, but then fewer, or five minutes of one address would use up all. */
const byPlace = { burst: 600, perMinute: 60, keysMax: 100_000 };
/** While all are used up, the registry is asked no more often. */
const askAgainMs = 1000;

const error = 'temporarily_unavailable';
const tooMany: Refusal = {
  ...{ status: 503, error, advice: 'busy', retryAfterSeconds: 60 },
  description: `At most ${limits.visits} sign-ins are under way at once: try again later.`,
};
const tooLarge: Refusal = {
  ...{ status: 503, error, advice: 'tooLarge', retryAfterSeconds: 60 },
  description: `The request is larger than the ${limits.visitBytes / 1024} KiB that the hub keeps of a sign-in: shorten its state or other parameters.`,
};

export interface Visits {
  /** Puts it, for a browser or an address. Throws `Refused`. */
  put(record: GrantRecord, place: string): Promise<void>;
}

export interface VisitsOptions {
  readonly grants: Pick<Grants, 'putFew'>;
  readonly clock: Clock;
  /** Removes those that have ended. */
  readonly sweep: () => Promise<void>;
}

export function openVisits({ grants, clock, sweep }: VisitsOptions): Visits {
  const places = new TokenBuckets(byPlace, clock);
  let fullUntil = Number.NEGATIVE_INFINITY;

  async function putNow(record: GrantRecord): Promise<void> {
    if (clock.now() < fullUntil) throw new Refused(tooMany);
    if (await grants.putFew(record, limits.visits)) return;
    await sweep();
    if (await grants.putFew(record, limits.visits)) return;
    fullUntil = clock.now() + askAgainMs;
    throw new Refused(tooMany);
  }

  return {
    async put(record, place) {
      if (Buffer.byteLength(JSON.stringify(record.payload)) > limits.visitBytes) throw new Refused(tooLarge);
      const waitMs = places.take(place);
      if (waitMs > 0) throw new Refused(tooOften(waitMs));
      await putNow(record);
    },
  };
}

function tooOften(waitMs: number): Refusal {
  return {
    ...{ status: 429, error, advice: 'tooOften', limit: byPlace.burst },
    description: 'Too many sign-ins were begun from this address: wait as long as Retry-After says.',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  };
}
