// The short name of a notification on a platform, where an id does not fit: the start of the SHA-256 over app,
// user and notification id, so that no two users of a shared device ever replace each other's.
import { createHash } from 'node:crypto';
import type { AppId } from '../../model/app.ts';
import type { UserKey } from '../../model/principal.ts';

export interface Tagged {
  readonly app: AppId;
  readonly user: UserKey;
  /** Id of a notification, or the name of a group. */
  readonly name: string;
}

/** The whole of it: a platform takes as much from the start as it has room for. */
export function tagOf({ app, user, name }: Tagged): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([app, user, name]))
    .digest();
}
