// The short name that a platform knows a notification by, where an id does not fit: the start of the SHA-256 over app,
// user and notification id, so that no two users of a shared device ever replace each other's.
import { createHash } from 'node:crypto';
import type { AppId } from './app.ts';
import type { UserKey } from './principal.ts';

export interface Tagged {
  readonly app: AppId;
  readonly user: UserKey;
  /** Id of a notification, or the name of a group. */
  readonly name: string;
}

/** WNS: tag and group have 16 characters. */
export function wnsTag(tagged: Tagged): string {
  return digest(tagged).toString('hex', 0, 8);
}

/** Web Push: a topic has 32 characters of base64url (RFC 8030, section 5.4). */
export function webPushTopic(tagged: Tagged): string {
  return digest(tagged).toString('base64url', 0, 24);
}

function digest({ app, user, name }: Tagged): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([app, user, name]))
    .digest();
}
