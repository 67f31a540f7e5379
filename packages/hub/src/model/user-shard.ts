// The shard of a user: one of 4 096 groups, fixed forever by the first 12 bits of the user key. Users are grouped by it
// wherever they are too many to name one by one: subjects of the bus, keys of tables (the column is called `lane`).
import type { UserKey } from './principal.ts';

export function userShard(user: UserKey): number {
  return Buffer.from(user.slice(0, 3), 'base64url').readUInt16BE() >> 4;
}
