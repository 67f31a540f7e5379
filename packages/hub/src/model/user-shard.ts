// The shard of a user: one of 4 096 groups, fixed forever by the first 12 bits of the user key. Users are grouped by it
// wherever they are too many to name one by one: subjects of the bus, keys of tables (the column is called `lane`).
import type { Clock } from '../lib/clock.ts';
import { markUuid, openUuidSource } from '../lib/ids.ts';
import type { UserKey } from './principal.ts';

export const userShards = 4096;

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The key is base64url, so that two characters of it are 12 bits. */
export function userShard(user: UserKey): number {
  return 64 * digits.indexOf(user.charAt(0)) + digits.indexOf(user.charAt(1));
}

/** How the keys of a shard's users begin. */
export function shardPrefix(shard: number): string {
  return `${digits.charAt(shard >> 6)}${digits.charAt(shard & 63)}`;
}

/**
 * A source of ids of notifications: each ends with the shard of its user. Whoever has the id alone finds it among the users of
 * that shard, and no index over all ids costs a post anything.
 */
export function openNotificationIds(clock: Clock): (user: UserKey) => string {
  const next = openUuidSource(clock);
  return (user) => markUuid(next(), userShard(user));
}
