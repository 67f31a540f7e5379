// The unread count while the sweep of expired notifications is behind, as on a full disk: what has expired and could not be
// removed is not counted. Otherwise the count that was committed holds, and costs no other read.
import type { Clock } from '../lib/clock.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { FeedReader, Position } from '../store/store.ts';
import type { Sweeper } from './expire.ts';

/** Of the expired ones of all users so many are looked at, so that a read stays quick however long the disk is full. */
const lookedAt = 5000;

export interface LivingOptions {
  readonly read: FeedReader;
  readonly clock: Clock;
  readonly sweeper: () => Pick<Sweeper, 'isBehind'>;
}

export function countLiving({ read, clock, sweeper }: LivingOptions): FeedReader {
  // Read after the count: a sweep between the two leaves the count too high at most, until the next change.
  async function living<At extends Position>(user: UserKey, visibility: Visibility, at: At): Promise<At> {
    if (at.unread === 0 || !sweeper().isBehind) return at;
    const expired = await read.unreadExpired(user, visibility, clock.now(), lookedAt);
    return { ...at, unread: Math.max(0, at.unread - expired) };
  }

  return {
    ...read,
    position: async (user, visibility) => living(user, visibility, await read.position(user, visibility)),
    changes: async (user, visibility, after, limit) =>
      living(user, visibility, await read.changes(user, visibility, after, limit)),
  };
}
