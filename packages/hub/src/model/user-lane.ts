// The lane of a user: one of 4 096, fixed for ever, by the first 12 bits of the user key. It is what users are grouped by
// wherever they are too many to be named one by one.
import type { UserKey } from './principal.ts';

export const userLanes = 4096;

export function userLane(user: UserKey): number {
  return Buffer.from(user.slice(0, 3), 'base64url').readUInt16BE() >> 4;
}
