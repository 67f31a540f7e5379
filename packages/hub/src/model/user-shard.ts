// The shard of a user: one of 4 096 groups, fixed forever by the first 12 bits of the user key. Users are grouped by it
// wherever they are too many to name one by one: subjects of the bus, keys of tables (the column is called `lane`).
import type { UserKey } from './principal.ts';

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The key is base64url, so that two characters of it are 12 bits. */
export function userShard(user: UserKey): number {
  return 64 * digits.indexOf(user.charAt(0)) + digits.indexOf(user.charAt(1));
}
